// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_TERMS_H_
#define NMD_SERVICES_CONTRACTS_TERMS_H_

#include <cstdint>
#include <string>

#include "nmd/ingestion/v1/fact.pb.h"

// Kinds of terms of a contract: what each is called, and what its value is in. The one place in this service that knows. Pure.
namespace nmd::contracts {

enum class TermUnit { kNone, kDays, kCount, kYear, kMoney, kPercent, kThousandths };

struct TermKind {
  TermUnit unit = TermUnit::kThousandths;
  const char* title = "de afspraak";  // With its article, in the middle of a Dutch sentence.
  // The values that can be, both inclusive; 0 and 0 when there is none.
  int64_t least = 0, most = 0;
  // Whether it names an indicator (a KPI).
  bool has_indicator = false;
};

// Of a kind that is not known a value in thousandths.
const TermKind& TermKindOf(ingestion::v1::ContractTerm::Kind kind);

// A value as people read it. Example: "270 dagen".
std::string TermValueText(ingestion::v1::ContractTerm::Kind kind, int64_t value);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_TERMS_H_
