// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/effects.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::costs {
namespace {

constexpr FactorWords kClients = {"clients", "meer cliënten", "minder cliënten"};
constexpr FactorWords kIntensity = {"intensity", "meer voorzieningen per cliënt", "minder voorzieningen per cliënt"};
constexpr FactorWords kMix = {"mix", "een zwaardere mix van zorg", "een lichtere mix van zorg"};
constexpr FactorWords kDuration = {"duration", "meer dagen per voorziening", "minder dagen per voorziening"};
constexpr FactorWords kVolume = {"volume", "meer zorg per dag", "minder zorg per dag"};
constexpr FactorWords kTariff = {"tariff", "hogere tarieven", "lagere tarieven"};
constexpr FactorWords kPrice = {"price", "een hogere prijs per voorziening", "een lagere prijs per voorziening"};
constexpr FactorWords kDayPrice = {"price", "een hogere prijs per dag", "een lagere prijs per dag"};

// "meer cliënten" -> "Meer cliënten", "een hogere prijs" -> "Hogere prijs".
std::string TitleOf(absl::string_view phrase) {
  if (phrase.substr(0, 4) == "een ") phrase.remove_prefix(4);
  std::string title(phrase);
  title[0] = absl::ascii_toupper(static_cast<unsigned char>(title[0]));
  return title;
}

}  // namespace

std::vector<v1::Effect> MakeEffects(absl::Span<const FactorAmount> amounts, Cents growth) {
  std::vector<double> cents;
  for (const FactorAmount& amount : amounts) cents.push_back(amount.cents);
  const std::vector<int64_t> rounded = RoundToTotal(cents, growth);
  std::vector<v1::Effect> effects;
  for (size_t i = 0; i < amounts.size(); ++i) {
    const FactorWords& words = amounts[i].words;
    v1::Effect effect;
    effect.set_factor(std::string(words.id));
    effect.set_title(TitleOf(cents[i] < 0 ? words.less : words.more));
    effect.set_amount_euro(cents[i] / 100);
    effect.set_amount_cents(rounded[i]);
    if (growth != 0) effect.set_share(cents[i] / static_cast<double>(growth));
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::vector<FactorAmount> AmountsOf(const Factors& factors, FactorSet set) {
  std::vector<FactorAmount> amounts = {{kClients, factors.clients}, {kIntensity, factors.intensity}};
  if (set != FactorSet::kTotals) amounts.push_back({kMix, factors.mix});
  if (set == FactorSet::kProducts) {
    amounts.push_back({kDuration, factors.duration});
    amounts.push_back({kVolume, factors.volume});
    amounts.push_back({kTariff, factors.tariff});
    amounts.push_back({kDayPrice, factors.price});
  } else {
    amounts.push_back({kPrice, factors.price});
  }
  return amounts;
}

std::string GrowthConclusion(Cents before, Cents after, int months, absl::Span<const FactorAmount> amounts,
                             const std::vector<v1::Effect>& effects) {
  const std::string per = months == 1 ? "per maand" : absl::StrCat("over ", months, " maanden");
  const Cents growth = after - before;
  if (growth == 0) return absl::StrCat("De kosten bleven gelijk: ", dutch::EuroWhole(before), " ", per, ".");
  std::string text = absl::StrCat("De kosten ", growth > 0 ? "stegen" : "daalden");
  if (before > 0) {
    const double share = static_cast<double>(growth < 0 ? -growth : growth) / static_cast<double>(before);
    absl::StrAppend(&text, " met ", dutch::Percent(share));
  }
  absl::StrAppend(&text, " van ", dutch::EuroWhole(before), " naar ", dutch::EuroWhole(after), " ", per, ".");
  std::vector<std::string> parts;
  for (size_t i = 0; i < effects.size(); ++i) {
    const Cents cents = effects[i].amount_cents();
    if (cents == 0) continue;
    parts.push_back(absl::StrCat(dutch::EuroWhole(cents), " (", dutch::Percent(effects[i].share()), ") door ",
                                 cents < 0 ? amounts[i].words.less : amounts[i].words.more));
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " Daarvan komt " : i + 1 == parts.size() ? " en " : ", ", parts[i]);
  }
  return parts.empty() ? text : absl::StrCat(text, ".");
}

}  // namespace nmd::costs
