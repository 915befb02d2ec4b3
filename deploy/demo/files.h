// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_DEPLOY_DEMO_FILES_H_
#define NMD_DEPLOY_DEMO_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "deploy/demo/model.h"

// The model as files in the official forms: iJw and iWmo 3.2 messages, CSV exports of a back office, and the list of
// deliveries in order of arrival.
namespace nmd::demo {

struct File {
  std::string path;      // relative to the municipality's folder
  std::string source;    // "auto" for messages, else the id of the CSV source
  int64_t received = 0;  // seconds since 1970-01-01 00:00 UTC: when the municipality had it
  int64_t arrival = 0;   // when this instance got it; never before `received`
  std::string bytes;
  // "JW301" ... "WMO325" when the file is a message that must satisfy the official schema; else empty.
  std::string schema;
};

// Everything that is delivered for this municipality, in order of arrival. Includes the damaged, doubled and contradictory
// files (mess.cc).
std::vector<File> Files(const Model& model, uint64_t seed);

// deliveries.csv: received, source and file, comma-separated, in order of arrival.
std::string Manifest(const std::vector<File>& files);

// Every citizen service number, surname, street and postcode in the files, one per line, sorted: what a log may never hold.
// All surnames have seven letters or more, so that a search for them finds nothing by chance. Not for delivery.
std::string Secrets(const Model& model, const std::vector<File>& files);

// Parts of Files, also used by the mess.
void AddMessages(const Model& model, uint64_t seed, std::vector<File>* files);
void AddExports(const Model& model, uint64_t seed, std::vector<File>* files);
// Of the exports: decisions, personal budgets, help by the own team, the ledger, reference tables and published figures.
void AddOtherExports(const Model& model, std::vector<File>* files);
// Of the exports: contract terms, combinations, successions of products, concerns, agreed durations, production statements and
// who pays for whom.
void AddAgreementExports(const Model& model, std::vector<File>* files);
void AddMess(const Model& model, uint64_t seed, std::vector<File>* files);

// An allocation message of one municipality to one provider about one client on one day.
struct AllocationMessage {
  Law law = Law::kYouth;
  int person = 0;
  int provider = 0;
  Day dated = 0;
  // Version `version` of allocation `allocation` of provision `provision`.
  struct Item {
    int provision, allocation, version;
  };
  std::vector<Item> items;
  int changes = 0;  // how many items are new today; the others are repeated (OP087)
};

// One message per client, provider and day of decision, each with every allocation that is current then (OP087).
std::vector<AllocationMessage> AllocationMessages(const Model& model);

std::string AllocationXml(const Model& model, const AllocationMessage& message, absl::string_view identification);
std::string CareXml(const Model& model, const CareMessage& message, absl::string_view identification);
std::string ClaimXml(const Model& model, const Claim& claim);
std::string AnswerXml(const Model& model, const Claim& claim, absl::string_view identification);

// "JW301" or "WMO301".
std::string SchemaName(Law law, absl::string_view message);

}  // namespace nmd::demo

#endif  // NMD_DEPLOY_DEMO_FILES_H_
