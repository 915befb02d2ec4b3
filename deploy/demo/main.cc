// SPDX-License-Identifier: EUPL-1.2
// nmd_demo --out DIR [--seed N] [--municipality ID ...] [--size-percent P]
//
// Writes DIR/<id>/: official messages and exports, deliveries.csv, and secrets.txt for the leak test.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "deploy/demo/files.h"
#include "deploy/demo/model.h"

namespace {

constexpr char kUsage[] =
    "usage: nmd_demo --out DIR [--seed N] [--municipality ID ...] [--size-percent 5..300]\n"
    "Writes invented deliveries in official formats for the municipalities of the demo (default: all five).\n";

struct Options {
  std::string out;
  uint64_t seed = 1;
  int size_percent = 100;
  std::vector<std::string> municipalities;
};

bool Parse(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view flag = argv[i];
    const auto value = [&] { return i + 1 < argc ? absl::string_view(argv[++i]) : absl::string_view(); };
    if (flag == "--out") {
      options->out = std::string(value());
    } else if (flag == "--seed") {
      if (!absl::SimpleAtoi(value(), &options->seed)) return false;
    } else if (flag == "--size-percent") {
      if (!absl::SimpleAtoi(value(), &options->size_percent)) return false;
    } else if (flag == "--municipality") {
      while (i + 1 < argc && !absl::StartsWith(argv[i + 1], "--")) options->municipalities.emplace_back(argv[++i]);
    } else {
      return false;
    }
  }
  // The test range holds some nine thousand numbers, each for one person: more people do not fit.
  return !options->out.empty() && options->size_percent >= 5 && options->size_percent <= 300;
}

bool Write(const std::filesystem::path& path, absl::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return true;
  std::cerr << "nmd_demo: cannot write " << path << "\n";
  return false;
}

bool WriteMunicipality(const nmd::demo::Profile& profile, const Options& options) {
  const nmd::demo::Model model = nmd::demo::Build(profile, options.seed);
  const std::vector<nmd::demo::File> files = nmd::demo::Files(model, options.seed);
  const std::filesystem::path folder = std::filesystem::path(options.out) / profile.id;
  for (const nmd::demo::File& file : files) {
    const std::filesystem::path path = folder / file.path;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (!Write(path, file.bytes)) return false;
  }
  if (!Write(folder / "deliveries.csv", nmd::demo::Manifest(files))) return false;
  if (!Write(folder / "secrets.txt", nmd::demo::Secrets(model, files))) return false;
  std::cout << profile.id << " " << profile.name << ": " << files.size() << " files, " << model.persons.size() << " people\n";
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, &options)) {
    std::cerr << kUsage;
    return 2;
  }
  std::vector<nmd::demo::Profile> chosen;
  const std::vector<nmd::demo::Profile> all = nmd::demo::Profiles(options.seed, options.size_percent);
  if (options.municipalities.empty()) chosen = all;
  for (const std::string& id : options.municipalities) {
    for (const nmd::demo::Profile& profile : all) {
      if (profile.id == id) chosen.push_back(profile);
    }
    if (chosen.empty() || chosen.back().id != id) {
      std::cerr << "nmd_demo: unknown municipality " << id << "\n";
      return 2;
    }
  }
  for (const nmd::demo::Profile& profile : chosen) {
    if (!WriteMunicipality(profile, options)) return 1;
  }
  return 0;
}
