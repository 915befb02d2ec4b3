// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_TESTING_H_
#define NMD_SERVICES_LINKING_ENGINE_TESTING_H_

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/linking/engine/link.h"
#include "services/linking/engine/persons.h"

// For tests of linking: sets of records with a truth, and how well a clustering meets it.
namespace nmd::linking::engine::testing {

struct Row {
  std::string id;
  // By role: "number", "given", "family", "partner", "birth", "sex", "postcode", "house", "street", "city", "email", "phone".
  std::map<std::string, std::string> values;
};

inline PersonText TextOf(const Row& row) {
  const auto at = [&](const char* role) -> absl::string_view {
    const auto it = row.values.find(role);
    return it == row.values.end() ? absl::string_view() : absl::string_view(it->second);
  };
  return {at("number"),   at("given"), at("family"), at("partner"), at("birth"), at("sex"),
          at("postcode"), at("house"), at("street"), at("city"),    at("email"), at("phone")};
}

inline void AddAll(const std::vector<Row>& rows, Persons& persons) {
  for (const Row& row : rows) persons.Add(row.id, TextOf(row));
}

// A file of the sets that are given beside the project; empty path when they are not there.
inline std::string GivenFile(absl::string_view name) {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  const std::string path = absl::StrCat(root == nullptr ? "." : root, "/../shared/data/linking/", name);
  const std::string elsewhere = absl::StrCat(root == nullptr ? "." : root, "/../../shared/data/linking/", name);
  if (std::ifstream(path).good()) return path;
  return std::ifstream(elsewhere).good() ? elsewhere : "";
}

// The given sets have no quoted fields.
inline std::vector<std::vector<std::string>> ReadTable(const std::string& path) {
  std::vector<std::vector<std::string>> table;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    table.push_back(absl::StrSplit(line, ','));
  }
  return table;
}

// `columns` maps roles to columns of the file; the first column is the id.
inline std::vector<Row> ReadRows(const std::string& path, const std::map<std::string, std::string>& columns) {
  const auto table = ReadTable(path);
  std::vector<Row> rows;
  for (size_t i = 1; i < table.size(); ++i) {
    Row row{table[i][0], {}};
    for (const auto& [role, column] : columns) {
      for (size_t c = 0; c < table[0].size(); ++c) {
        if (table[0][c] == column) row.values[role] = table[i][c];
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

inline std::map<std::string, std::string> ReadTruth(const std::string& path) {
  std::map<std::string, std::string> truth;
  const auto table = ReadTable(path);
  for (size_t i = 1; i < table.size(); ++i) truth[table[i][0]] = table[i][1];
  return truth;
}

struct PairScore {
  int64_t true_positive = 0, predicted = 0, truth = 0;
  double Precision() const { return predicted == 0 ? 1 : static_cast<double>(true_positive) / static_cast<double>(predicted); }
  double Recall() const { return truth == 0 ? 1 : static_cast<double>(true_positive) / static_cast<double>(truth); }
  double F1() const { return 2 * Precision() * Recall() / (Precision() + Recall()); }
};

inline int64_t PairsIn(int64_t n) { return n * (n - 1) / 2; }

// Of all pairs of records in one cluster.
inline PairScore ScoreClusters(const Persons& persons, const std::vector<uint32_t>& cluster,
                               const std::map<std::string, std::string>& truth) {
  std::map<std::string, int64_t> of_truth;
  std::map<uint32_t, int64_t> of_cluster;
  std::map<std::pair<std::string, uint32_t>, int64_t> of_both;
  for (uint32_t i = 0; i < persons.size(); ++i) {
    const std::string& person = truth.at(std::string(persons.id(i)));
    ++of_truth[person];
    ++of_cluster[cluster[i]];
    ++of_both[{person, cluster[i]}];
  }
  PairScore score;
  for (const auto& [key, n] : of_truth) score.truth += PairsIn(n);
  for (const auto& [key, n] : of_cluster) score.predicted += PairsIn(n);
  for (const auto& [key, n] : of_both) score.true_positive += PairsIn(n);
  return score;
}

// Of the pairs that are linked by themselves, before clustering; exact copies are linked.
inline PairScore ScorePairs(const Persons& persons, const LinkResult& result, Millibits from,
                            const std::map<std::string, std::string>& truth) {
  PairScore score;
  std::map<std::string, int64_t> of_truth;
  for (uint32_t i = 0; i < persons.size(); ++i) ++of_truth[truth.at(std::string(persons.id(i)))];
  for (const auto& [key, n] : of_truth) score.truth += PairsIn(n);
  for (const PairDecision& pair : result.pairs) {
    if (pair.decision.verdict != Verdict::kLink || pair.decision.score < from) continue;
    ++score.predicted;
    score.true_positive += truth.at(std::string(persons.id(pair.a))) == truth.at(std::string(persons.id(pair.b)));
  }
  return score;
}

}  // namespace nmd::linking::engine::testing

#endif  // NMD_SERVICES_LINKING_ENGINE_TESTING_H_
