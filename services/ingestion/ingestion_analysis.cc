// SPDX-License-Identifier: EUPL-1.2
// The source analysis: what deliveries told, joined with what was to be expected.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/core/dutch.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/source_analysis.h"
#include "services/ingestion/sources.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

// What is asked: whole months, at a known time.
struct Ingestion::Question {
  Month first = 0, end = 0;
  int64_t known_micros = 0;
  bool now = true;  // Nobody asked for a known time.
};

namespace {

constexpr int kMaxMonths = 120;
constexpr int kDefaultMonths = 12;

constexpr Noun kDeliveries = {"levering", "leveringen", /*delivers=*/false};
constexpr Noun kMessages = {"bericht", "berichten", /*delivers=*/false};
constexpr Noun kProviders = {"aanbieder", "aanbieders"};
constexpr Noun kMunicipalities = {"gemeente", "gemeenten"};

Rhythm RhythmOf(internal::v1::Cadence cadence) {
  switch (cadence) {
    case internal::v1::WEEKLY:
      return Rhythm::kWeekly;
    case internal::v1::MONTHLY:
      return Rhythm::kMonthly;
    case internal::v1::QUARTERLY:
      return Rhythm::kQuarterly;
    case internal::v1::HALF_YEARLY:
      return Rhythm::kHalfYearly;
    case internal::v1::YEARLY:
      return Rhythm::kYearly;
    default:
      return Rhythm::kNone;
  }
}

SourceTerms TermsOf(const internal::v1::MappingFile& mapping) {
  SourceTerms terms;
  if (!mapping.has_expectations()) return terms;
  const internal::v1::Expectations& expectations = mapping.expectations();
  terms.rhythm = RhythmOf(expectations.cadence());
  terms.by = terms.rhythm == Rhythm::kNone ? ExpectedBy::kNothing : ExpectedBy::kSchedule;
  terms.due_days = expectations.due_days();
  terms.since = ParseDay(expectations.since());
  return terms;
}

SourceTerms TermsOf(const OfficialSource& official) {
  SourceTerms terms;
  terms.by = official.type == MessageType::kClaim ? ExpectedBy::kAllocations : ExpectedBy::kRegularSenders;
  return terms;
}

// Grounds on which a college may process what the messages hold (domain-standards 6).
absl::string_view LegalBasisOf(Law law) {
  return law == Law::kYouth ? "Jeugdwet artikel 7.4.0 (uitvoering en bekostiging) en 7.4.1 (beleid)" : "Wmo 2015 artikel 5.1.1";
}

const Noun& NounOf(const OfficialSource* official, ExpectedBy by) {
  if (official == nullptr) return kDeliveries;
  if (by == ExpectedBy::kLastYear) return kMessages;
  return official->owner == "gemeente" ? kMunicipalities : kProviders;
}

v1::SourceAnalysis::Method MethodOf(ExpectedBy by) {
  switch (by) {
    case ExpectedBy::kSchedule:
      return v1::SourceAnalysis::SCHEDULE;
    case ExpectedBy::kAllocations:
      return v1::SourceAnalysis::ALLOCATIONS;
    case ExpectedBy::kRegularSenders:
      return v1::SourceAnalysis::REGULAR_SENDERS;
    case ExpectedBy::kLastYear:
      return v1::SourceAnalysis::LAST_YEAR;
    case ExpectedBy::kNothing:
      break;
  }
  return v1::SourceAnalysis::METHOD_UNSPECIFIED;
}

v1::SourceAnalysis::Grade GradeOf(char grade) {
  switch (grade) {
    case 'A':
      return v1::SourceAnalysis::A;
    case 'B':
      return v1::SourceAnalysis::B;
    case 'C':
      return v1::SourceAnalysis::C;
    case 'D':
      return v1::SourceAnalysis::D;
    default:
      return v1::SourceAnalysis::GRADE_UNSPECIFIED;
  }
}

double Share(int64_t part, int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

void Fill(const SourceAnalysis& analysis, const OfficialSource* official, const std::map<std::string, std::string>& titles,
          v1::SourceAnalysis* filled) {
  if (analysis.due > 0) filled->set_completeness(Share(analysis.received, analysis.due));
  if (analysis.came > 0) filled->set_timeliness(Share(analysis.on_time, analysis.came));
  filled->set_median_days_late(analysis.median_days_late);
  filled->set_grade(GradeOf(Grade(analysis.sound_records, analysis.records)));
  filled->set_delivery_count(analysis.deliveries);
  filled->set_rejected_count(analysis.refused);
  filled->set_record_count(analysis.records);
  filled->set_sound_record_count(analysis.sound_records);
  for (const FailedCheck& failed : analysis.failed) {
    v1::SourceAnalysis::FailedCheck& check = *filled->add_failed_checks();
    check.set_rule(failed.rule);
    check.set_level(failed.level);
    check.set_finding_count(failed.count);
    check.set_delivery_count(failed.deliveries);
    check.set_example(failed.example);
  }
  for (const MonthAnalysis& month : analysis.months) {
    v1::SourceAnalysis::Month& row = *filled->add_months();
    row.set_month(FormatMonth(month.month));
    row.set_method(MethodOf(month.by));
    if (month.expected > 0) row.set_due_date(FormatDay(month.due_day));
    row.set_expected_count(month.expected);
    row.set_received_count(month.received);
    row.set_missing_count(month.missing);
    row.set_pending_count(month.pending);
    row.set_extra_count(month.extra);
    for (const MissingSender& missing : month.missing_senders) {
      v1::SourceAnalysis::MissingSender& sender = *row.add_missing();
      sender.set_sender(missing.sender);
      if (const auto title = titles.find(missing.sender); title != titles.end()) sender.set_title(title->second);
      if (missing.last_month) sender.set_last_month(FormatMonth(*missing.last_month));
    }
    row.set_delivery_count(month.deliveries);
    row.set_rejected_count(month.refused);
    row.set_record_count(month.records);
    row.set_sound_record_count(month.sound_records);
    row.set_statement(MonthSentence(month, NounOf(official, month.by)));
  }
  filled->set_statement(AnalysisStatement(analysis));
}

// A day that begins a month.
std::optional<Month> FirstOfMonth(const std::string& date) {
  const std::optional<Day> day = ParseDay(date);
  if (!day || CivilOf(*day).day != 1) return std::nullopt;
  return MonthOf(*day);
}

}  // namespace

absl::StatusOr<Ingestion::Question> Ingestion::ReadQuestion(bool has_period, const type::Period& period,
                                                            const google::protobuf::Timestamp* known_time) const {
  FieldCheck check;
  Question question;
  if (known_time != nullptr && check.Require(IsValid(*known_time), "known_time", "is not a timestamp")) {
    question.known_micros = MicrosOf(*known_time);
    question.now = false;
  }
  if (question.now) {
    MutexLock lock(mutex_);
    question.known_micros = entries_.empty() ? absl::ToUnixMicros(clock_.Now()) : INT64_MIN;
    for (const Entry& entry : entries_) question.known_micros = std::max(question.known_micros, entry.known_micros);
    // What was taken back after the newest delivery is known now too.
    for (const auto& [index, correction] : corrections_) {
      for (const internal::v1::WithdrawRecord& mark : correction.marks) {
        question.known_micros = std::max(question.known_micros, MicrosOf(mark.known_time()));
      }
    }
  }
  question.end = MonthOf(dutch::CalendarDay(absl::FromUnixMicros(question.known_micros))) + 1;
  question.first = question.end - kDefaultMonths;
  if (has_period) {
    const std::optional<Month> first = FirstOfMonth(period.start_date()), end = FirstOfMonth(period.end_date());
    check.Require(first.has_value(), "period.start_date", "must be the first day of a month, as 2018-09-01");
    check.Require(end.has_value(), "period.end_date", "must be the first day of the month after the period, as 2018-10-01");
    if (first && end && check.Require(*first < *end, "period.end_date", "must be later than start_date") &&
        check.Require(*end - *first <= kMaxMonths, "period", absl::StrCat("must be at most ", kMaxMonths, " months"))) {
      question.first = *first;
      question.end = *end;
    }
  }
  if (!check.ok()) return check.Result();
  return question;
}

std::vector<v1::SourceAnalysis> Ingestion::AnalyseSources(const std::vector<v1::Source>& sources,
                                                          const Question& question) const {
  struct Gathered {
    std::vector<AnalysedDelivery> deliveries;
    std::map<std::pair<std::string, int>, std::pair<DeliveryRank, std::string>> texts;  // Of the earliest finding of a rule.
    int64_t first = INT64_MAX, newest = INT64_MIN;
  };
  std::map<std::string, Gathered> gathered;
  for (const v1::Source& source : sources) gathered[source.name()];
  std::map<Law, std::vector<ProviderPeriod>> allocations;
  std::map<std::string, std::string> titles;
  {
    MutexLock lock(mutex_);
    const auto known = [&](int32_t index) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const Entry& entry = entries_[static_cast<size_t>(index)];
      return entry.state == v1::Delivery::ACCEPTED && StandingOf(index).Contains(question.known_micros);
    };
    const auto known_day = [&](int32_t index) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return dutch::CalendarDay(absl::FromUnixMicros(entries_[static_cast<size_t>(index)].known_micros));
    };
    titles = book_.Names(known, known_day);
    std::map<Law, absl::flat_hash_map<int64_t, Day>> first_received;
    std::vector<Gathered*> by_number(source_ids_.size(), nullptr);
    std::vector<const OfficialSource*> official(source_ids_.size(), nullptr);
    for (size_t i = 0; i < source_ids_.size(); ++i) {
      const auto wanted = gathered.find(source_ids_[i]);
      if (wanted == gathered.end()) continue;
      by_number[i] = &wanted->second;
      official[i] = OfficialSourceNamed(source_ids_[i]);
      if (official[i] == nullptr || official[i]->type != MessageType::kStart) continue;
      first_received[official[i]->law] = book_.FirstReceived(official[i]->law, known, known_day);
    }
    // Of a source of which nothing ever came too.
    for (const v1::Source& source : sources) {
      const OfficialSource* message = OfficialSourceNamed(source.name());
      if (message == nullptr || message->type != MessageType::kClaim) continue;
      allocations[message->law] = book_.Allocations(message->law, known);
    }
    static const absl::flat_hash_map<int64_t, Day> kNone;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      Gathered* of = by_number[static_cast<size_t>(entry.source)];
      // A container is not one: the messages in it are.
      if (of == nullptr || entry.known_micros > question.known_micros || entry.state == v1::Delivery::UNPACKED) continue;
      const auto index = static_cast<int32_t>(i);
      const bool accepted = entry.state == v1::Delivery::ACCEPTED;
      // What was taken back by then is as if it never came (decision 39). An extract whose place a newer one took did come.
      if (accepted && !known(index)) continue;
      of->first = std::min(of->first, entry.known_micros);
      of->newest = std::max(of->newest, entry.known_micros);
      AnalysedDelivery& delivery = of->deliveries.emplace_back();
      const OfficialSource* message = official[static_cast<size_t>(entry.source)];
      book_.Describe(index, message != nullptr && message->type == MessageType::kStart ? first_received[message->law] : kNone,
                     &delivery);
      delivery.id = DeliveryName(entry.id);
      delivery.known_day = dutch::CalendarDay(absl::FromUnixMicros(entry.known_micros));
      delivery.counts = accepted;
      // One that lost its place later (TR056) is as one that was refused at once.
      if (!delivery.counts) delivery.sound_records = 0;
      std::map<std::pair<std::string, int>, int64_t> broken;
      const auto add = [&](const std::string& rule, int level, const std::string& text) {
        ++broken[{rule, level}];
        const auto [first, added] =
            of->texts.emplace(std::make_pair(rule, level), std::make_pair(DeliveryRank{entry.known_micros, entry.id}, text));
        if (!added && DeliveryRank{entry.known_micros, entry.id} < first->second.first) {
          first->second = {{entry.known_micros, entry.id}, text};
        }
      };
      for (const v1::Finding& finding : entry.findings) add(finding.rule(), finding.level(), finding.text());
      if (entry.lost) add("TR056", RuleById("TR056").level, std::string(RuleById("TR056").text));
      if (question.now && history_.CountFindings(index) > 0) {
        for (const Finding& finding : history_.FindingsOf(index)) add(finding.rule, finding.level, finding.text);
      }
      for (const auto& [rule, count] : broken) delivery.broken.push_back({rule.first, rule.second, count});
    }
  }
  const Day today = dutch::CalendarDay(absl::FromUnixMicros(question.known_micros));
  std::vector<v1::SourceAnalysis> analyses;
  for (const v1::Source& source : sources) {
    const Gathered& of = gathered.at(source.name());
    const OfficialSource* official = OfficialSourceNamed(source.name());
    v1::SourceAnalysis& filled = analyses.emplace_back();
    filled.set_name(absl::StrCat("municipalities/", municipality_, "/sources/", source.name(), "/analysis"));
    filled.set_title(source.title());
    filled.set_owner(source.owner());
    *filled.mutable_fields() = source.fields();
    SourceTerms terms;
    if (official != nullptr) {
      terms = TermsOf(*official);
      filled.set_legal_basis(std::string(LegalBasisOf(official->law)));
    } else {
      const internal::v1::MappingFile& mapping = exports_.at(source.name()).mapping();
      terms = TermsOf(mapping);
      filled.set_legal_basis(mapping.legal_basis());
      filled.set_contact(mapping.contact());
    }
    if (!of.deliveries.empty()) {
      *filled.mutable_first_known_time() = TimestampOf(of.first);
      *filled.mutable_newest_known_time() = TimestampOf(of.newest);
    }
    filled.mutable_period()->set_start_date(FormatDay(FirstDay(question.first)));
    filled.mutable_period()->set_end_date(FormatDay(FirstDay(question.end)));
    *filled.mutable_known_time() = TimestampOf(question.known_micros);
    const bool claims = official != nullptr && official->type == MessageType::kClaim;
    static const std::vector<ProviderPeriod> kNobody;
    const auto in_force = claims ? allocations.find(official->law) : allocations.end();
    Fill(Analyse(terms, of.deliveries, in_force == allocations.end() ? kNobody : in_force->second, question.first, question.end,
                 today),
         official, titles, &filled);
    for (v1::SourceAnalysis::FailedCheck& check : *filled.mutable_failed_checks()) {
      check.set_text(of.texts.at({check.rule(), check.level()}).second);
    }
  }
  return analyses;
}

absl::StatusOr<v1::SourceAnalysis> Ingestion::GetSourceAnalysis(const Caller&,
                                                                const v1::GetSourceAnalysisRequest& request) const {
  absl::string_view id = request.name();
  absl::ConsumePrefix(&id, absl::StrCat("municipalities/", municipality_, "/sources/"));
  absl::ConsumeSuffix(&id, "/analysis");
  std::vector<v1::Source> sources = SourcesOf();
  sources.erase(std::remove_if(sources.begin(), sources.end(), [&](const v1::Source& source) { return source.name() != id; }),
                sources.end());
  if (sources.empty()) return NotFound(request.name());
  NMD_ASSIGN_OR_RETURN(const Question question, ReadQuestion(request.has_period(), request.period(),
                                                             request.has_known_time() ? &request.known_time() : nullptr));
  return std::move(AnalyseSources(sources, question)[0]);
}

absl::StatusOr<v1::ListSourceAnalysesResponse> Ingestion::ListSourceAnalyses(
    const Caller&, const v1::ListSourceAnalysesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  NMD_ASSIGN_OR_RETURN(const Question question, ReadQuestion(request.has_period(), request.period(),
                                                             request.has_known_time() ? &request.known_time() : nullptr));
  const std::vector<v1::Source> sources = SourcesOf();
  const auto total = static_cast<int64_t>(sources.size());
  const int64_t end = std::min(total, page.offset + page.size);
  v1::ListSourceAnalysesResponse response;
  if (page.offset < end) {
    for (v1::SourceAnalysis& analysis : AnalyseSources({sources.begin() + page.offset, sources.begin() + end}, question)) {
      *response.add_source_analyses() = std::move(analysis);
    }
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

}  // namespace nmd::ingestion
