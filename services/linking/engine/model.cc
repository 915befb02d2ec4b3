// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/model.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/engine/fold.h"

namespace nmd::linking::engine {
namespace {

constexpr absl::string_view kHeader = "nmd-koppelmodel 1";

absl::Status Wrong(int line, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("koppelmodel, regel ", line, ": ", text));
}

constexpr Field kWithFrequency[] = {kGiven, kFamily, kStreet, kCity, kEmail, kPhone};

// The last level takes what is left.
void Complete(std::array<std::array<double, 8>, kFields>& chances) {
  for (size_t f = 0; f < kFields; ++f) {
    double sum = 0;
    for (uint32_t l = 1; l < kLevels[f]; ++l) sum += std::max(chances[f][l], 0.0);
    for (uint32_t l = 1; l < kLevels[f]; ++l) {
      if (chances[f][l] < 0) chances[f][l] = 1 - sum;
    }
  }
}

}  // namespace

Millibits LogOdds(double probability) {
  const double p = std::clamp(probability, 1e-9, 1 - 1e-9);
  return static_cast<Millibits>(std::lround(1000 * std::log2(p / (1 - p))));
}

double ProbabilityOf(Millibits log_odds) { return 1 / (1 + std::exp2(-log_odds / 1000.0)); }

absl::string_view FieldName(Field field) {
  static constexpr absl::string_view kNames[kFields] = {"nummer", "voornaam", "achternaam", "geboortedatum", "geslacht",
                                                        "adres",  "straat",   "plaats",     "email",         "telefoon"};
  return kNames[field];
}

// -1: what the others leave. Order of levels as in pattern.h.
Expectation Expected(bool bsn) {
  Expectation e;
  e.match = {{{0, .975, .012, bsn ? .010 : -1.0, bsn ? .003 : 0.0},
              {0, .82, .06, .03, .015, .06, .005, -1},
              {0, .84, .05, .06, .01, .01, -1},
              {0, .94, .01, .01, .02, .01, .005, -1},
              {0, .99, -1},
              {0, .70, .02, .02, .06, -1, .01, .01},
              {0, .75, .08, .03, -1},
              {0, .80, .07, .03, -1},
              {0, .75, .10, .05, -1},
              {0, .75, .08, .02, -1}}};
  e.random = {{{0, 1e-6, 1e-6, bsn ? .1 : -1.0, bsn ? -1.0 : 0.0},
               {0, .005, .02, .005, .02, .02, .12, -1},
               {0, .002, 5e-4, .003, .008, 2e-4, -1},
               {0, 3e-5, 1.5e-5, 1.5e-4, 6e-4, 3e-3, .012, -1},
               {0, .5, -1},
               {0, 5e-6, 1e-6, 5e-5, 2e-3, -1, .01, 1e-6},
               {0, 1e-3, 1e-3, .02, -1},
               {0, .05, .005, .02, -1},
               {0, 1e-6, 5e-5, .005, -1},
               {0, 1e-6, 5e-5, .02, -1}}};
  e.household = {{{0, .002, .002, bsn ? .1 : -1.0, bsn ? -1.0 : 0.0},
                  {0, .02, .03, .01, .03, .03, .13, -1},
                  {0, .70, .10, .02, .01, .001, -1},
                  {0, .02, .0005, .002, .003, .005, .02, -1},
                  {0, .45, -1},
                  {0, -1, .002, .002, .002, .002, .002, .01},
                  {0, .97, .02, .005, -1},
                  {0, .98, .01, .005, -1},
                  {0, .20, .02, .05, -1},
                  {0, .30, .02, .02, -1}}};
  Complete(e.match);
  Complete(e.random);
  Complete(e.household);
  return e;
}

Model Model::Expected(bool bsn) {
  Model model;
  model.bsn = bsn;
  model.rules = (uint32_t{1} << AllRules().size()) - 1;
  model.sure = LogOdds(.99);
  model.link = 0;
  model.review = LogOdds(.05);
  model.prior_random = -18'000;   // One pair in 260,000 is of one person, as in the records of a hundred thousand people ...
  model.prior_household = -1000;  // ... and twice as many are of one household.
  const Expectation expected = engine::Expected(bsn);
  const auto weight = [](double match, double other) {
    return static_cast<Millibits>(std::lround(1000 * std::log2(match / other)));
  };
  for (size_t f = 0; f < kFields; ++f) {
    for (uint32_t l = 1; l < kLevels[f]; ++l) {
      if (expected.match[f][l] <= 0) continue;
      model.random[f][l] = weight(expected.match[f][l], expected.random[f][l]);
      model.household[f][l] = weight(expected.match[f][l], expected.household[f][l]);
    }
  }
  return model;
}

std::string Model::Text() const { return TextOf(true); }
std::string Model::Weights() const { return TextOf(false); }

std::string Model::TextOf(bool values) const {
  std::string text = absl::StrCat(kHeader, "\n");
  absl::StrAppend(&text, "records ", records, "\n");
  absl::StrAppend(&text, "bsn ", bsn ? 1 : 0, "\n");
  absl::StrAppend(&text, "vooraf ", prior_random, " ", prior_household, "\n");
  absl::StrAppend(&text, "grenzen ", sure, " ", link, " ", review, " ", support, "\n");
  for (size_t r = 0; r < AllRules().size(); ++r) {
    if ((rules >> r & 1) != 0) absl::StrAppend(&text, "regel ", AllRules()[r].name, "\n");
  }
  for (size_t f = 0; f < kFields; ++f) {
    for (uint32_t l = 1; l < kLevels[f]; ++l) {
      absl::StrAppend(&text, "gewicht ", FieldName(static_cast<Field>(f)), " ", l, " ", random[f][l], " ", household[f][l],
                      "\n");
    }
  }
  for (const Field field : kWithFrequency) {
    absl::StrAppend(&text, "zeldzaam ", FieldName(field), " ", frequency[field].rare, "\n");
    if (!values) continue;
    std::vector<std::pair<uint64_t, Millibits>> sorted(frequency[field].values.begin(), frequency[field].values.end());
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [hash, adjustment] : sorted) {
      absl::StrAppendFormat(&text, "waarde %s %016x %d\n", std::string(FieldName(field)), hash, adjustment);
    }
  }
  return text;
}

absl::StatusOr<Model> Model::Parse(absl::string_view text) {
  Model model;
  std::array<std::array<bool, 8>, kFields> seen{};
  std::array<bool, kFields> rare_seen{};
  int line_number = 0;
  bool prior = false, bounds = false, records_seen = false, bsn_seen = false;
  const auto number = [](absl::string_view word, Millibits& value) {
    return absl::SimpleAtoi(word, &value) && value >= kNever && value <= -kNever;
  };
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    if (line_number == 1) {
      if (line != kHeader) return Wrong(1, absl::StrCat("hier moet staan: ", kHeader));
      continue;
    }
    if (line.empty()) continue;
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    const auto field_of = [&](absl::string_view name) {
      size_t f = 0;
      while (f < kFields && FieldName(static_cast<Field>(f)) != name) ++f;
      return f;
    };
    bool good = false;
    if (words[0] == "records" && words.size() == 2) {
      good = absl::SimpleAtoi(words[1], &model.records) && model.records >= 0;
      records_seen = true;
    } else if (words[0] == "bsn" && words.size() == 2) {
      good = words[1] == "0" || words[1] == "1";
      model.bsn = words[1] == "1";
      bsn_seen = true;
    } else if (words[0] == "vooraf" && words.size() == 3) {
      good = prior = number(words[1], model.prior_random) && number(words[2], model.prior_household);
    } else if (words[0] == "grenzen" && words.size() == 5) {
      good = bounds = number(words[1], model.sure) && number(words[2], model.link) && number(words[3], model.review) &&
                      number(words[4], model.support) && model.sure >= model.link && model.link >= model.review;
    } else if (words[0] == "regel" && words.size() == 2) {
      for (size_t r = 0; r < AllRules().size(); ++r) {
        if (AllRules()[r].name != words[1]) continue;
        model.rules |= uint32_t{1} << r;
        good = true;
      }
    } else if (words[0] == "gewicht" && words.size() == 5) {
      const size_t f = field_of(words[1]);
      uint32_t l = 0;
      if (f < kFields && absl::SimpleAtoi(words[2], &l) && l >= 1 && l < kLevels[f] && !seen[f][l]) {
        seen[f][l] = true;
        good = number(words[3], model.random[f][l]) && number(words[4], model.household[f][l]);
      }
    } else if (words[0] == "zeldzaam" && words.size() == 3) {
      const size_t f = field_of(words[1]);
      good = f < kFields && number(words[2], model.frequency[f].rare);
      if (good) rare_seen[f] = true;
    } else if (words[0] == "waarde" && words.size() == 4) {
      const size_t f = field_of(words[1]);
      uint64_t hash = 0;
      Millibits adjustment = 0;
      good = f < kFields && words[2].size() == 16 && absl::SimpleHexAtoi(words[2], &hash) && number(words[3], adjustment) &&
             model.frequency[f].values.emplace(hash, adjustment).second;
    }
    if (!good) return Wrong(line_number, "deze regel hoort niet in een koppelmodel");
  }
  bool complete = prior && bounds && records_seen && bsn_seen;
  for (size_t f = 0; f < kFields; ++f) {
    for (uint32_t l = 1; l < kLevels[f]; ++l) complete = complete && seen[f][l];
  }
  for (const Field field : kWithFrequency) complete = complete && rare_seen[field];
  if (!complete) return Wrong(line_number, "het model is niet volledig");
  return model;
}

std::string Model::Version() const { return absl::StrFormat("%016x", HashOf(Text())); }

}  // namespace nmd::linking::engine
