// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_CHANGES_H_
#define NMD_SERVICES_CONTRACTS_CHANGES_H_

#include <string>

#include "nmd/contracts/v1/proposals.pb.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/contracts/contract_book.h"
#include "services/platform/errors.h"

// A change of what was agreed, as somebody proposes it: whether it can be, what it would say, and the file it becomes. Pure.
namespace nmd::contracts {

// Adds every fault: codes, dates, amounts and periods that cannot be, and a ceiling or a term of a contract that is not there.
void CheckChange(const v1::ContractChange& change, const Book& book, FieldCheck& check);

// What the change says. The party and period of a ceiling are those of the contract now; of a contract the ceiling for every
// year stays. REQUIRES: CheckChange found no fault.
ingestion::v1::Fact FactOf(const v1::ContractChange& change, const Book& book);

// What changes beside what holds now, in Dutch.
std::string TextOf(const v1::ContractChange& change, const Book& book);

// The delivery a fact becomes: a file of the municipality's own source (deploy/config/mappings/vastgesteld-*.yaml).
struct ChangeFile {
  std::string source, file_name, content;
};
// `number` is that of the proposal, so that two proposals of the same are two deliveries; `source_text` says who decided.
ChangeFile FileOf(const ingestion::v1::Fact& fact, int64_t number, const std::string& source_text);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_CHANGES_H_
