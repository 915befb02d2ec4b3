// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_DEPLOY_DEMO_TOWNS_FOR_TEST_H_
#define NMD_DEPLOY_DEMO_TOWNS_FOR_TEST_H_

#include <vector>

#include "deploy/demo/files.h"
#include "deploy/demo/model.h"

namespace nmd::demo {

inline constexpr uint64_t kSeed = 1;

struct Town {
  Model model;
  std::vector<File> files;
};

// The five municipalities at full size, built once per program; Tynaarlo is the first.
inline const std::vector<Town>& Towns() {
  static const std::vector<Town>* towns = [] {
    auto* all = new std::vector<Town>;
    for (const Profile& profile : Profiles(kSeed, 100)) {
      Model model = Build(profile, kSeed);
      std::vector<File> files = Files(model, kSeed);
      all->push_back({std::move(model), std::move(files)});
    }
    return all;
  }();
  return *towns;
}

}  // namespace nmd::demo

#endif  // NMD_DEPLOY_DEMO_TOWNS_FOR_TEST_H_
