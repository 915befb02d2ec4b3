// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signals.h"

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

std::string LawTitle(const std::string& law) { return law == "wmo" ? "de Wmo" : "de Jeugdwet"; }

std::string ShareOf(Cents amount, Cents ceiling) {
  return dutch::Percent(static_cast<double>(amount) / static_cast<double>(ceiling));
}

// What the standard contract asks for (domain-standards 7.4, article 1.5).
std::string NextStep(int severity) {
  if (severity == 1) {
    return "Meld dit schriftelijk aan de aanbieder, spreek elkaar binnen twee weken en neem binnen twee weken daarna een "
           "besluit.";
  }
  return "Spreek elkaar binnen twee weken. Betaal boven het plafond alleen na een schriftelijke wijziging van het contract; "
         "hulp op een specifieke toewijzing en crisishulp worden altijd betaald.";
}

}  // namespace

std::optional<Cents> ExpectedOfYear(const Standing& standing) {
  if (!standing.declared || standing.whole_months < 2) return std::nullopt;
  return MulDiv(standing.whole_months_declared, standing.running_months, standing.whole_months);
}

std::vector<Finding> FindSignals(const Standing& standing, int ceiling_percent) {
  std::vector<Finding> findings;
  if (!standing.ceiling || *standing.ceiling <= 0 || !standing.declared) return findings;
  const Cents ceiling = *standing.ceiling, declared = *standing.declared;
  const int severity = declared > ceiling ? 2 : 1;
  // In 128 bits, so that no amount is too large to compare exactly.
  if (static_cast<__int128>(declared) * 100 >= static_cast<__int128>(ceiling) * ceiling_percent) {
    std::string text = absl::StrCat(standing.provider_title, " heeft over ", standing.year, " voor ", LawTitle(standing.law),
                                    " ", dutch::EuroWhole(declared), " gedeclareerd: ", ShareOf(declared, ceiling),
                                    " van het plafond van ", dutch::EuroWhole(ceiling), ".");
    absl::StrAppend(&text, severity == 2 ? std::string(" Het plafond is overschreden.")
                                         : absl::StrCat(" De grens voor een gesprek is ", ceiling_percent, "%."));
    findings.push_back({absl::StrCat("CEILING_", ceiling_percent), std::move(text), NextStep(severity), severity});
  }
  if (const std::optional<Cents> expected = ExpectedOfYear(standing); expected && *expected > ceiling) {
    findings.push_back(
        {"CEILING_PACE",
         absl::StrCat("Als ", standing.provider_title, " in dit tempo doorgaat, is over ", standing.year, " voor ",
                      LawTitle(standing.law), " ", dutch::EuroWhole(*expected), " te verwachten: ", ShareOf(*expected, ceiling),
                      " van het plafond van ", dutch::EuroWhole(ceiling), ". Gerekend met ", standing.whole_months,
                      " hele maanden waarover ", dutch::EuroWhole(standing.whole_months_declared), " is gedeclareerd."),
         NextStep(severity), severity});
  }
  return findings;
}

}  // namespace nmd::contracts
