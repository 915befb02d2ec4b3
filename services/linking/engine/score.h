// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_SCORE_H_
#define NMD_SERVICES_LINKING_ENGINE_SCORE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "services/linking/engine/model.h"
#include "services/linking/engine/pattern.h"
#include "services/linking/engine/persons.h"

namespace nmd::linking::engine {

enum class Verdict : uint8_t { kApart, kReview, kLink };

// Why a pair got its verdict.
enum class Reason : uint8_t {
  kWeight,         // The weights alone.
  kSameNumber,     // The same valid BSN, and the rest does not speak against it.
  kNumberOfOther,  // The same valid BSN, but name and birth date are of somebody else: a person must look.
  kTwoNumbers,     // Two different valid BSNs: never linked.
};

struct Decision {
  Millibits score = 0;  // Log odds that the records are of one person.
  Pattern pattern = 0;
  Verdict verdict = Verdict::kApart;
  Reason reason = Reason::kWeight;
};

// The score of a pair in parts. `prior` + all `field` + `rarity` + `household` is exactly the score.
struct Explanation {
  Decision decision;
  Millibits prior = 0;
  std::array<Millibits, kFields> field{};   // By the level of each field.
  std::array<Millibits, kFields> rarity{};  // More or less for how rare the agreed value is.
  Millibits household = 0;                  // Never positive: two persons of one household would look like this too.
};

// Scores pairs of `persons` with `model`; both must outlive it. const use from many threads is safe.
class Scorer {
 public:
  Scorer(const Model& model, Persons& persons);

  // Prepares for records that were added to persons since. Cost: O(new).
  void Extend();

  const Model& model() const { return model_; }

  // `a` and `b` are records of persons; symmetric. Decide judges with model().sure ... review, linking from `link` on.
  Decision Decide(const Hot& a, const Hot& b) const { return Decide(a, b, kNever); }
  // The same, except that a pair whose score certainly is below `floor` may be answered with any score below it. Nothing but
  // time is saved.
  Decision Decide(const Hot& a, const Hot& b, Millibits floor) const;
  Explanation Explain(const Hot& a, const Hot& b) const;

  // False when the score certainly is below `floor`, from numbers alone. The cheap step before Decide, and the inner loop of
  // linking: what no processor can predict (sex, whether numbers are there) is looked up instead of branched on.
  bool MayReach(const Hot& a, const Hot& b, Millibits floor) const {
    const size_t number = static_cast<size_t>(a.number == b.number) | static_cast<size_t>((a.flags & b.flags) >> 1 & 2) |
                          static_cast<size_t>(static_cast<int>(a.number == 0) | static_cast<int>(b.number == 0)) << 2;
    Millibits sum = model_.prior_random + NamesBest(a, b) + by_number_[number] + by_sex_[(a.flags & 3u) << 2 | (b.flags & 3u)] +
                    model_.random[kBirth][BirthLevel(a.birth, b.birth)];
    const uint32_t address = AddressLevel(a, b);
    sum += address == kDeferred ? deferred_address_ : model_.random[kAddress][address];
    if (texts_) sum += TextsBest(a, b);
    return sum >= floor;
  }

 private:
  struct Sums {
    Pattern pattern = 0;
    std::array<Millibits, kFields> rarity{};
    Millibits random = 0, household = 0;
  };
  static Millibits FamilyBest(const Hot& a, const Hot& b) { return Hot::kBestUnit * std::min(a.family_best, b.family_best); }
  static Millibits NamesBest(const Hot& a, const Hot& b) {
    return Hot::kBestUnit * std::min(a.given_best, b.given_best) + FamilyBest(a, b);
  }
  Sums Sum(const Hot& a, const Hot& b, Millibits floor) const;
  Millibits TextsBest(const Hot& a, const Hot& b) const;
  void SetBest(Hot& hot) const;
  Decision Judge(const Sums& sums, const Hot& a, const Hot& b) const;

  const Model& model_;
  Persons& persons_;
  uint32_t records_ = 0;                                // Prepared.
  std::array<std::vector<Millibits>, kFields> rarity_;  // By number of the text.
  // The most that numbers and sexes can give. Numbers by: equal 1, both valid BSNs 2, one is missing 4.
  std::array<Millibits, 8> by_number_{};
  std::array<Millibits, 16> by_sex_{};
  Millibits deferred_address_ = 0;
  std::array<Millibits, kFields> text_best_{};
  bool texts_ = false;  // Some record has a street, city, e-mail or phone.
};

// log2(2^a + 2^b), of millibits, rounded the same everywhere.
Millibits SoftMax(Millibits a, Millibits b);

// "zelfde geboortedatum": how two records compare on a field, in Dutch; empty for level 0.
absl::string_view LevelText(Field field, uint32_t value);
// "Zelfde geboortedatum (+14,2), achternaam deels gelijk (+6,6), ander adres (-1,8)": one Dutch sentence, strongest evidence
// first, without any value of the records.
std::string DutchSentence(const Explanation& explanation);
absl::string_view ReasonName(Reason reason);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_SCORE_H_
