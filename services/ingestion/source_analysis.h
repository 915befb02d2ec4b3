// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_SOURCE_ANALYSIS_H_
#define NMD_SERVICES_INGESTION_SOURCE_ANALYSIS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/core/date.h"

// How complete, how timely and how sound what a source delivered is (R5, R6, R13, F-26, requirements 6.8). Pure: the same rows
// in any order give the same analysis. The three are kept apart, because a reliable source does not make a complete overview.
//
// Completeness (volledigheid) = received / expected over everything whose term has passed. A thing that is expected is a sender
// and a month, or a period of a schedule; it is received when a delivery that counts tells about it. What may still come is
// never missing. Where nothing tells what to expect there is no completeness.
//
// Timeliness (tijdigheid) = share of what came that came on the last day of its term or before. Of what came late, the median
// number of calendar days; of two middle ones the larger. What never came is missing, not late.
//
// Soundness = records without a finding of level 1 or 2, or of a row, over all records; those of a refused delivery are not
// sound (bronkwaliteit). Its grade: A from 99%, B from 95%, C from 90%, D below.
namespace nmd::ingestion {

// What tells how much to expect. Every answer says which was used.
enum class ExpectedBy {
  // Nothing does, or the agreement is that nothing does.
  kNothing,
  // The agreement with the owner (`expectations` of a mapping file): one delivery about every period.
  kSchedule,
  // Providers with an allocation in force on some day of the month: each declares that month. Until the end of the next month a
  // claim is on time (OP354: monthly, in the next period or later).
  kAllocations,
  // Senders that sent something about at least six of the twelve months before. Until a week after the month it is on time: the
  // terms of the messages themselves are 5 working days at most (OP271, OP272, OP274).
  kRegularSenders,
  // As many deliveries as about the same month a year before; where the source is younger than that, the median of its months, of
  // two middle ones the smaller. Only of a source that delivered about at least six of the twelve months before. Until a week
  // after the month it is on time.
  kLastYear,
};

// How often a delivery comes by agreement. Periods are calendar periods; weeks begin on Monday.
enum class Rhythm { kNone, kWeekly, kMonthly, kQuarterly, kHalfYearly, kYearly };

struct SourceTerms {
  // kRegularSenders falls back on kLastYear in a month with no regular senders.
  ExpectedBy by = ExpectedBy::kLastYear;
  // kSchedule only. What is about a period is on time until due_days after its last day. Without `since` periods are expected
  // from that of the first delivery on.
  Rhythm rhythm = Rhythm::kNone;
  int due_days = 0;
  std::optional<Day> since;
};

// A rule that something in a delivery broke.
struct BrokenRule {
  std::string rule;  // "TR101"
  int level = 0;
  int64_t count = 0;
};

// A delivery of the source, as known at the moment the analysis is about.
struct AnalysedDelivery {
  std::string id;             // Of the delivery; orders deliveries of one day, and names an example.
  Day known_day = 0;          // When the municipality received it.
  bool counts = false;        // It is in the facts. A refused one is not.
  std::string sender;         // AGB code or municipality; empty for an export.
  std::vector<Month> months;  // Months it tells about, for a source without a schedule. With one, `known_day` decides: a
                              // delivery is about the last period that had ended before that day.
  // The term of this very delivery, where a rule sets one: last day on time, and when it was done. 0: none.
  Day due_day = 0;
  Day done_day = 0;
  int64_t records = 0;
  int64_t sound_records = 0;
  std::vector<BrokenRule> broken;
};

// An allocation that is in force in a period, at a provider.
struct ProviderPeriod {
  std::string provider;
  Period period;
};

struct MissingSender {
  std::string sender;
  std::optional<Month> last_month;  // The newest month it did deliver about.
  friend bool operator==(const MissingSender&, const MissingSender&) = default;
};

struct MonthAnalysis {
  Month month = 0;
  ExpectedBy by = ExpectedBy::kNothing;
  Day due_day = 0;  // Last day of the last term; 0 when nothing is expected.
  // expected = received + missing + pending.
  int64_t expected = 0;
  int64_t received = 0;
  int64_t missing = 0;                         // Term passed.
  int64_t pending = 0;                         // May still come.
  int64_t extra = 0;                           // Senders that delivered but were not expected.
  std::vector<MissingSender> missing_senders;  // By sender. Empty where senders are not told apart.
  // Deliveries about this month as the newest they tell about; a refused one in the month it came.
  int64_t deliveries = 0;
  int64_t refused = 0;
  int64_t records = 0;
  int64_t sound_records = 0;
};

struct FailedCheck {
  std::string rule;
  int level = 0;
  int64_t count = 0;
  int64_t deliveries = 0;
  std::string example;  // Id of the earliest delivery that broke it.
  friend bool operator==(const FailedCheck&, const FailedCheck&) = default;
};

struct SourceAnalysis {
  std::vector<MonthAnalysis> months;
  // Sums over what is past its term: completeness = received / due when due > 0.
  int64_t due = 0;
  int64_t received = 0;
  // Timeliness = on_time / came when came > 0.
  int64_t came = 0;
  int64_t on_time = 0;
  int median_days_late = 0;  // 0 when nothing was late.
  // Soundness = sound_records / records when records > 0.
  int64_t deliveries = 0;
  int64_t refused = 0;
  int64_t records = 0;
  int64_t sound_records = 0;
  std::vector<FailedCheck> failed;  // Most frequent first, then by rule.
};

// Analyses the months [first, end). `today` is the day the analysis speaks of: terms that end on it or later have not passed.
// Deliveries about other months tell what to expect and when a sender was last heard of; they are not counted.
// Cost: linear in deliveries and in months times allocations.
SourceAnalysis Analyse(const SourceTerms& terms, absl::Span<const AnalysedDelivery> deliveries,
                       absl::Span<const ProviderPeriod> allocations, Month first, Month end, Day today);

// 'A' to 'D'; 0 without records.
char Grade(int64_t sound_records, int64_t records);

// What a person calls who or what is expected.
struct Noun {
  absl::string_view one;   // "aanbieder"
  absl::string_view many;  // "aanbieders"
  bool delivers = true;    // Somebody who delivers; false for the deliveries themselves.
};

// The month in one sentence. Examples: "2 van de 41 aanbieders ontbreken voor september 2018.",
// "Alle 41 aanbieders hebben geleverd voor september 2018.",
// "Voor september 2018 hebben 39 van de 41 aanbieders geleverd; de rest kan nog komen tot en met 31-10-2018."
std::string MonthSentence(const MonthAnalysis& month, const Noun& noun);

// What the analysis comes to, in plain Dutch (R6). One sentence for each of completeness, timeliness and soundness.
std::string AnalysisStatement(const SourceAnalysis& analysis);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_SOURCE_ANALYSIS_H_
