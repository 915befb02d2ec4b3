// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_LINK_H_
#define NMD_SERVICES_LINKING_ENGINE_LINK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "services/linking/engine/cluster.h"
#include "services/linking/engine/model.h"
#include "services/linking/engine/persons.h"
#include "services/linking/engine/score.h"

// Which records are of one person: a whole set at once.
namespace nmd::linking::engine {

struct LinkOptions {
  int threads = 1;
  // Instead of a model made from the records.
  const Model* model = nullptr;
  // Links from this log odds on instead of Model::link.
  std::optional<Millibits> link;
  Constraints constraints;  // Records by number.
  // Called now and then with what was done of all pairs, from one thread at a time. May be empty.
  std::function<void(int64_t done, int64_t all)> progress;
};

struct PairDecision {
  uint32_t a = 0, b = 0;  // a < b.
  Decision decision;
};

struct LinkResult {
  Model model;
  std::vector<uint32_t> cluster;     // By record: the smallest record of its person.
  std::vector<uint32_t> first_copy;  // By record: the first that says exactly the same and is linked for it; itself if none.
  std::vector<PairDecision> pairs;   // All that are linked or to be looked at, by records. Copies by their first record only.
  std::vector<RefusedEdge> refused;
  uint32_t copies = 0;        // Records that are exact copies of an earlier one.
  int64_t compared = 0;       // Pairs.
  int64_t windowed_runs = 0;  // Keys so common that not all their pairs were compared.
};

// `persons` is sorted first (Persons::Sort). The result depends on the records and the options alone, not on their order or on
// the number of threads. Memory: a few hundred bytes per record; no pair is stored that is not linked or doubtful.
LinkResult Link(Persons& persons, const LinkOptions& options);

// The model that Link would make from the records, without linking them.
Model Learn(Persons& persons);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_LINK_H_
