// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_MODEL_H_
#define NMD_SERVICES_LINKING_ENGINE_MODEL_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/linking/engine/pattern.h"

// How much evidence each level of each field is: a model is data, made by Train, kept as text, named by its hash.
namespace nmd::linking::engine {

// Evidence in thousandths of a bit: log2 of how much likelier what is seen is when the records are of one person. Whole, so
// that a sum never depends on order or machine.
using Millibits = int32_t;
inline constexpr Millibits kNever = -1'000'000;

// log2(p / (1 - p)) of a probability, and back.
Millibits LogOdds(double probability);
double ProbabilityOf(Millibits log_odds);

struct Model {
  // The numbers are BSNs: two different valid ones never are one person.
  bool bsn = false;
  // Bit per rule of AllRules(): which pairs are compared.
  uint32_t rules = 0;
  // How many records it was estimated from; 0 for a model made of expectations alone.
  int64_t records = 0;

  // Evidence for one person against two that have nothing to do with each other, and against two of one household; the prior
  // is that of any pair. `prior_household` is -kNever when households play no part: then they are never the explanation.
  Millibits prior_random = 0, prior_household = -kNever;
  std::array<std::array<Millibits, 8>, kFields> random{}, household{};

  // From here on a pair is linked without anybody looking, linked when the likelier choice has to be made, and looked at.
  Millibits sure = 0, link = 0, review = 0;
  // Two groups are put together only when all pairs between them, each within kSupportBound, are on average worth this much.
  Millibits support = -4000;
  static constexpr Millibits kSupportBound = 20'000;

  // Agreement on a rare value is worth more than on a common one: added to `random` per value (HashOf its text), in full when
  // the values are equal, half when they are alike. Values that are not listed are rare.
  struct Frequency {
    Millibits rare = 0;
    absl::flat_hash_map<uint64_t, Millibits> values;
    Millibits Of(uint64_t hash) const {
      const auto it = values.find(hash);
      return it == values.end() ? rare : it->second;
    }
  };
  // Of kGiven, kFamily, kStreet, kCity, kEmail and kPhone.
  std::array<Frequency, kFields> frequency;

  // A model of expectations only, for sets too small to learn from.
  static Model Expected(bool bsn);

  // The same model gives the same text; a text that Parse accepts gives a model with that text.
  std::string Text() const;
  // The same for people to read: without the hashes of single values and how common those are.
  std::string Weights() const;
  // Errors: INVALID_ARGUMENT with the line that is wrong.
  static absl::StatusOr<Model> Parse(absl::string_view text);
  // Names the model in every decision: 16 hexadecimal digits of Text(). Not cryptographic.
  std::string Version() const;

 private:
  std::string TextOf(bool values) const;
};

// How a field and a rule are called in a model and to people (Dutch).
absl::string_view FieldName(Field field);

// What is expected before anything is counted: chance of each level, given that both sides are known. From Dutch persons.
struct Expectation {
  std::array<std::array<double, 8>, kFields> match{}, random{}, household{};
};
Expectation Expected(bool bsn);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_MODEL_H_
