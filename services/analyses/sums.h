// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_SUMS_H_
#define NMD_SERVICES_ANALYSES_SUMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/costs/v1/scenario.pb.h"
#include "services/analyses/printed.h"

// Printed amounts and sums as messages, with Dutch words.
namespace nmd::analyses {

costs::v1::PrintedAmount AmountMessage(absl::string_view text, const Printed& printed);
Printed PrintedOf(const costs::v1::PrintedAmount& amount);

// "€ 23,7 miljoen" from a tenth of a million on where the amount is whole tenths or hundredths of one; else "€ 61.405" or
// "€ 61.405,50".
std::string AmountText(Cents amount);

// The check of a sum. `lead` begins the sentence: "De posten tellen op tot".
costs::v1::SumCheck SumMessage(absl::string_view lead, const SumOutcome& outcome, const costs::v1::PrintedAmount& total);

// Of lines against a printed total.
costs::v1::SumCheck CheckLines(const std::vector<Printed>& lines, const costs::v1::PrintedAmount& total);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_SUMS_H_
