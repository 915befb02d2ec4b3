// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_SUPPORT_FACTS_H_
#define NMD_TESTS_SUPPORT_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/core/date.h"

// Short ways to write facts in tests. Dates are as on a message: an end date is inclusive here and becomes exclusive in the
// fact, as at intake.
namespace nmd::testing {

// Midnight UTC on a date; the usual way to write a known time. REQUIRES: "YYYY-MM-DD".
absl::Time At(const std::string& date);
Day On(const std::string& date);

// A youth allocation of 1 piece per month, open unless `last` is given.
struct AllocationSpec {
  std::string person = "p1";
  int64_t number = 1;
  std::string product = "45A04";
  std::string first = "2018-01-01";
  std::string last = "";  // Inclusive; empty is open.
  std::string provider = "99000001";
  int64_t volume = 1;
  std::string unit = "84";
  std::string frequency = "4";
  std::string reason = "";
  std::string assigned = "2017-12-01";
  int64_t budget_cents = 0;
  ingestion::v1::Law law = ingestion::v1::YOUTH;
};
ingestion::v1::Fact AllocationOf(const AllocationSpec& spec);
ingestion::v1::Fact TariffOf(const std::string& product, int64_t cents, const std::string& first = "2017-01-01",
                             const std::string& provider = "", const std::string& unit = "84");
ingestion::v1::Fact LevelOf(const std::string& product, const std::string& ivn, const std::string& first = "2017-01-01");

struct ClaimLineSpec {
  std::string reference = "";
  std::string previous = "";
  int64_t amount_cents = 0;
  std::string person = "p1";
  int64_t allocation = 1;
  std::string first = "2018-01-01";
  std::string product = "45A04";
};
ingestion::v1::Fact ClaimOf(const std::string& number, const std::vector<ClaimLineSpec>& lines,
                            const std::string& provider = "99000001");
ingestion::v1::Fact AnswerOf(const std::string& number, const std::vector<std::string>& rejected = {}, bool whole = false,
                             const std::string& provider = "99000001");
// A start message line (305) and a stop message line (307) of a youth allocation; status "3" takes one back.
ingestion::v1::Fact StartOf(int64_t number, const std::string& first, const std::string& status = "1",
                            ingestion::v1::Law law = ingestion::v1::YOUTH);
struct StopSpec {
  int64_t number = 1;
  std::string first = "2018-01-01";
  std::string last = "2018-06-30";  // Inclusive.
  std::string reason = "31";
  std::string status = "1";
  ingestion::v1::Law law = ingestion::v1::YOUTH;
};
ingestion::v1::Fact StopOf(const StopSpec& spec);
// What was agreed about a youth allocation: to end after `last`, which is inclusive and empty when no duration was.
ingestion::v1::Fact PlanOf(const std::string& person, int64_t number, const std::string& last);
ingestion::v1::Fact BudgetOf(const std::string& line, int32_t year, int64_t cents, const std::string& document);

// A batch whose delivery id is "d{sequence}" and all of whose records are sound.
ingestion::v1::FactBatch BatchOf(int64_t sequence, absl::Time known, std::vector<ingestion::v1::Fact> facts,
                                 const std::string& source = "jw301");
linking::v1::Link LinkOf(int64_t sequence, const std::string& person, const std::string& client, absl::Time known,
                         linking::v1::LinkReason reason = linking::v1::EXACT_BSN);

// T-20: A 3 hours a week at 85,00 of p1, B a trajectory of 4.200 of p2 at another provider, C days of stay at 235 without an
// end of p3.
std::vector<ingestion::v1::Fact> RunningObligationsT20();

}  // namespace nmd::testing

#endif  // NMD_TESTS_SUPPORT_FACTS_H_
