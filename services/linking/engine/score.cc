// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/score.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::linking::engine {
namespace {

struct TextField {
  Field field;
  uint32_t Hot::*value;
  const Texts& (Persons::*texts)() const;
};
constexpr TextField kTextFields[] = {{kStreet, &Hot::street, &Persons::streets},
                                     {kCity, &Hot::city, &Persons::cities},
                                     {kEmail, &Hot::email, &Persons::emails},
                                     {kPhone, &Hot::phone, &Persons::phones}};

constexpr int kSoftMaxRange = 12'000;

}  // namespace

Millibits SoftMax(Millibits a, Millibits b) {
  static const std::vector<int16_t>* const table = [] {
    auto* values = new std::vector<int16_t>(kSoftMaxRange);
    for (int d = 0; d < kSoftMaxRange; ++d) {
      (*values)[static_cast<size_t>(d)] = static_cast<int16_t>(std::lround(1000 * std::log2(1 + std::exp2(-d / 1000.0))));
    }
    return values;
  }();
  const Millibits apart = std::abs(a - b);
  return std::max(a, b) + (apart < kSoftMaxRange ? (*table)[static_cast<size_t>(apart)] : 0);
}

Scorer::Scorer(const Model& model, Persons& persons) : model_(model), persons_(persons) {
  const auto& w = model_.random;
  const Millibits unequal = std::max(w[kNumber][level::kNumberTypo], w[kNumber][level::kNumberDiffers]);
  by_number_[0] = unequal;
  by_number_[1] = w[kNumber][level::kEqual];
  by_number_[3] = -kNever;  // The same valid BSN is judged whatever the rest says.
  by_number_[2] = model.bsn ? w[kNumber][level::kNumberConflict] : unequal;
  static_assert(Hot::kValidBsn == 4, "MayReach shifts it to 2");
  for (uint32_t x = 1; x < 4; ++x) {
    for (uint32_t y = 1; y < 4; ++y) by_sex_[x << 2 | y] = w[kSex][x == y ? level::kEqual : level::kSexDiffers];
  }
  deferred_address_ =
      std::max({w[kAddress][level::kAddressTypo], w[kAddress][level::kAddressArea], w[kAddress][level::kAddressHouse]});
  Extend();
}

void Scorer::Extend() {
  const auto prepare = [&](Field field, const Texts& texts) {
    std::vector<Millibits>& rarity = rarity_[field];
    if (rarity.empty()) rarity.push_back(0);
    for (auto i = static_cast<uint32_t>(rarity.size()); i < texts.size(); ++i) {
      rarity.push_back(model_.frequency[field].Of(texts[i].hash));
    }
  };
  prepare(kGiven, persons_.names());
  prepare(kFamily, persons_.names());
  for (const TextField& text : kTextFields) {
    const Texts& texts = (persons_.*text.texts)();
    prepare(text.field, texts);
    texts_ = texts_ || texts.size() > 1;
    // The rarest value there can be: no pair gets more without being equal.
    Millibits rarest = std::max(model_.frequency[text.field].rare, 0);
    for (const auto& [hash, adjustment] : model_.frequency[text.field].values) rarest = std::max(rarest, adjustment);
    const auto& w = model_.random[text.field];
    text_best_[text.field] =
        std::max({w[level::kTextNear] + rarest / 2, w[level::kTextLike] + rarest / 2, w[level::kTextDiffers]});
  }
  for (; records_ < persons_.size(); ++records_) SetBest(persons_.mutable_hot(records_));
}

void Scorer::SetBest(Hot& hot) const {
  const auto& g = model_.random[kGiven];
  const auto& f = model_.random[kFamily];
  Millibits given = 0;
  if ((hot.flags & Hot::kInitialsOnly) != 0 || hot.given[0] != 0) given = std::max({0, g[level::kGivenInitial]});
  bool first = true;
  for (const uint32_t name : hot.given) {
    if (name == 0) break;
    const Millibits rarity = rarity_[kGiven][name];
    if (first) given = std::max(given, g[level::kEqual] + rarity);
    given = std::max({given, g[level::kGivenShared] + rarity / 2, g[level::kGivenNear] + rarity / 2,
                      g[level::kGivenLike] + rarity / 2, g[level::kGivenVague], g[level::kGivenDiffers]});
    first = false;
  }
  Millibits family = std::max(0, f[level::kFamilySwapped]);
  for (const uint32_t name : {hot.family, hot.second}) {
    if (name == 0) continue;
    const Millibits rarity = rarity_[kFamily][name];
    family = std::max({family, f[level::kEqual] + rarity, f[level::kFamilyPart] + rarity, f[level::kFamilyNear] + rarity / 2,
                       f[level::kFamilyLike] + rarity / 2, f[level::kFamilyDiffers]});
  }
  const auto units = [](Millibits best) {
    return static_cast<uint16_t>(std::min((best + Hot::kBestUnit - 1) / Hot::kBestUnit, int32_t{UINT16_MAX}));
  };
  hot.given_best = units(given);
  hot.family_best = units(family);
}

Millibits Scorer::TextsBest(const Hot& a, const Hot& b) const {
  Millibits sum = 0;
  for (const TextField& text : kTextFields) {
    const uint32_t x = a.*text.value, y = b.*text.value;
    if (x == 0 || y == 0) continue;
    sum += x == y ? model_.random[text.field][level::kEqual] + rarity_[text.field][x] : text_best_[text.field];
  }
  return sum;
}

Scorer::Sums Scorer::Sum(const Hot& a, const Hot& b, Millibits floor) const {
  Sums sums;
  uint32_t levels[kFields];
  levels[kNumber] = NumberLevel(a, b, model_.bsn);
  if (levels[kNumber] == kDeferred) levels[kNumber] = DeferredNumberLevel(a, b, persons_);
  levels[kBirth] = BirthLevel(a.birth, b.birth);
  levels[kSex] = SexLevel(a, b);
  levels[kAddress] = AddressLevel(a, b);
  if (levels[kAddress] == kDeferred) levels[kAddress] = DeferredAddressLevel(a, b, persons_);
  const auto less = [](Millibits x, Millibits y) { return std::min(x, y) / 2; };
  const auto given = [&](uint32_t name) { return rarity_[kGiven][name]; };
  const auto family = [&](uint32_t name) { return rarity_[kFamily][name]; };
  NameLevels names;
  CompareGiven(a, b, persons_, names);
  // Most pairs fail on the given name; names in each other's place are beyond this.
  if (floor != kNever && !texts_ && levels[kNumber] != level::kEqual && a.given[0] != b.family && b.given[0] != a.family) {
    Millibits most = model_.prior_random + model_.random[kGiven][names.given] + FamilyBest(a, b);
    if (names.given == level::kEqual) most += given(names.given_a);
    if (names.given >= level::kGivenShared && names.given <= level::kGivenLike) {
      most += less(given(names.given_a), given(names.given_b));
    }
    for (const Field field : {kNumber, kBirth, kSex, kAddress}) most += model_.random[field][levels[field]];
    if (most < floor) {
      sums.random = most;
      return sums;
    }
  }
  CompareFamily(a, b, persons_, names);
  levels[kGiven] = names.given;
  levels[kFamily] = names.family;
  if (names.given == level::kEqual) sums.rarity[kGiven] = given(names.given_a);
  if (names.given >= level::kGivenShared && names.given <= level::kGivenLike) {
    sums.rarity[kGiven] = less(given(names.given_a), given(names.given_b));
  }
  if (names.family == level::kEqual || names.family == level::kFamilyPart) sums.rarity[kFamily] = family(names.family_a);
  if (names.family == level::kFamilyNear || names.family == level::kFamilyLike) {
    sums.rarity[kFamily] = less(family(names.family_a), family(names.family_b));
  }
  for (const TextField& text : kTextFields) {
    const uint32_t x = a.*text.value, y = b.*text.value;
    levels[text.field] = TextLevel(x, y);
    if (levels[text.field] == kDeferred) levels[text.field] = DeferredTextLevel(x, y, (persons_.*text.texts)());
    if (levels[text.field] == level::kEqual) sums.rarity[text.field] = rarity_[text.field][x];
    if (levels[text.field] == level::kTextNear || levels[text.field] == level::kTextLike) {
      sums.rarity[text.field] = less(rarity_[text.field][x], rarity_[text.field][y]);
    }
  }
  sums.random = model_.prior_random;
  sums.household = model_.prior_household;
  for (uint32_t f = 0; f < kFields; ++f) {
    sums.pattern |= LevelAt(static_cast<Field>(f), levels[f]);
    sums.random += model_.random[f][levels[f]] + sums.rarity[f];
    sums.household += model_.household[f][levels[f]];
  }
  // A household shares surname, address and town, rare or not: only a rare first name tells its members apart.
  sums.household += sums.rarity[kGiven];
  if (!MayBeHousehold(sums.pattern)) sums.household = -kNever;
  return sums;
}

Decision Scorer::Judge(const Sums& sums, const Hot& a, const Hot& b) const {
  Decision decision;
  decision.pattern = sums.pattern;
  decision.score = -SoftMax(-sums.random, -sums.household);
  decision.verdict = decision.score >= model_.link     ? Verdict::kLink
                     : decision.score >= model_.review ? Verdict::kReview
                                                       : Verdict::kApart;
  const uint32_t number = LevelOf(sums.pattern, kNumber);
  if (!model_.bsn) return decision;
  if (number == level::kNumberConflict) {
    decision.reason = Reason::kTwoNumbers;
    // Namesakes are no question; who would be linked if it were not for the numbers is: one of them may be wrong.
    decision.verdict = decision.verdict == Verdict::kLink ? Verdict::kReview : Verdict::kApart;
    return decision;
  }
  if (number != level::kEqual || (a.flags & b.flags & Hot::kValidBsn) == 0) return decision;
  const uint32_t birth = LevelOf(sums.pattern, kBirth), given = LevelOf(sums.pattern, kGiven),
                 family = LevelOf(sums.pattern, kFamily);
  // A record with nothing but the number does not speak against anybody.
  const bool bare = birth == level::kNull && (given != level::kNull || family != level::kFamilyDiffers);
  const bool birth_fits = (birth >= level::kEqual && birth <= level::kBirthPartly) || bare;
  const bool given_fits = given >= level::kEqual && given <= level::kGivenNear;
  if ((birth_fits && given != level::kGivenDiffers) ||
      (given_fits && (family != level::kFamilyDiffers || birth != level::kBirthDiffers))) {
    decision.verdict = Verdict::kLink;
    decision.reason = Reason::kSameNumber;
  } else if (birth == level::kBirthDiffers && given == level::kGivenDiffers && family != level::kNull) {
    // Also with the same surname: a child on the number of a parent.
    decision.verdict = Verdict::kReview;
    decision.reason = Reason::kNumberOfOther;
  }
  return decision;
}

Decision Scorer::Decide(const Hot& a, const Hot& b, Millibits floor) const { return Judge(Sum(a, b, floor), a, b); }

Explanation Scorer::Explain(const Hot& a, const Hot& b) const {
  const Sums sums = Sum(a, b, kNever);
  Explanation explanation;
  explanation.decision = Judge(sums, a, b);
  explanation.prior = model_.prior_random;
  explanation.rarity = sums.rarity;
  for (uint32_t f = 0; f < kFields; ++f) {
    explanation.field[f] = model_.random[f][LevelOf(sums.pattern, static_cast<Field>(f))];
  }
  explanation.household = explanation.decision.score - sums.random;
  return explanation;
}

absl::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kWeight:
      return "gewicht";
    case Reason::kSameNumber:
      return "zelfde bsn";
    case Reason::kNumberOfOther:
      return "bsn van iemand anders?";
    case Reason::kTwoNumbers:
      return "twee geldige bsn's";
  }
  return "";
}

absl::string_view LevelText(Field field, uint32_t value) {
  // By field and level; empty ones do not occur.
  static constexpr absl::string_view kWords[kFields][8] = {
      {"", "zelfde nummer", "nummer met een typefout", "ander nummer", "twee verschillende geldige bsn's"},
      {"", "zelfde voornaam", "voornaam of roepnaam gelijk", "voornaam bijna gelijk", "voornaam lijkt erop",
       "zelfde voorletter", "voornaam lijkt een beetje", "andere voornaam"},
      {"", "zelfde achternaam", "achternaam deels gelijk", "achternaam bijna gelijk", "achternaam lijkt erop",
       "voor- en achternaam verwisseld", "andere achternaam"},
      {"", "zelfde geboortedatum", "dag en maand verwisseld", "geboortedatum gelijk voor zover bekend",
       "geboortedatum met een typefout", "geboortedatum op een deel na gelijk", "zelfde geboortejaar", "andere geboortedatum"},
      {"", "zelfde geslacht", "ander geslacht"},
      {"", "zelfde adres", "adres met een typefout in de postcode", "zelfde postcode", "zelfde postcodegebied", "ander adres",
       "zelfde huisnummer, andere postcode", "zelfde adres, andere toevoeging"},
      {"", "zelfde straat", "straat bijna gelijk", "straat lijkt erop", "andere straat"},
      {"", "zelfde plaats", "plaats bijna gelijk", "plaats lijkt erop", "andere plaats"},
      {"", "zelfde e-mailadres", "e-mailadres bijna gelijk", "e-mailadres lijkt erop", "ander e-mailadres"},
      {"", "zelfde telefoonnummer", "telefoonnummer bijna gelijk", "telefoonnummer lijkt erop", "ander telefoonnummer"}};
  return kWords[field][value];
}

std::string DutchSentence(const Explanation& explanation) {
  std::vector<std::pair<Millibits, uint32_t>> parts;
  for (uint32_t f = 0; f < kFields; ++f) {
    if (LevelOf(explanation.decision.pattern, static_cast<Field>(f)) == level::kNull) continue;
    parts.emplace_back(explanation.field[f] + explanation.rarity[f], f);
  }
  std::sort(parts.begin(), parts.end(), [](const auto& x, const auto& y) {
    return std::pair(-std::abs(x.first), x.second) < std::pair(-std::abs(y.first), y.second);
  });
  const auto bits = [](Millibits value) {
    return absl::StrCat(value < 0 ? "-" : "+", dutch::Decimal(std::abs(value) / 1000.0, 1));
  };
  std::string sentence;
  for (const auto& [value, f] : parts) {
    absl::StrAppend(&sentence, sentence.empty() ? "" : ", ",
                    LevelText(static_cast<Field>(f), LevelOf(explanation.decision.pattern, static_cast<Field>(f))), " (",
                    bits(value), ")");
  }
  if (explanation.household <= -50) {
    absl::StrAppend(&sentence, sentence.empty() ? "" : ", ", "kan een huisgenoot zijn (", bits(explanation.household), ")");
  }
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return sentence;
}

}  // namespace nmd::linking::engine
