// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/access.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/access.pb.h"
#include "services/analyses/access_parts.h"
#include "services/analyses/means.h"
#include "services/analyses/parts.h"
#include "services/analyses/sequence.h"
#include "services/analyses/survival.h"
#include "services/analyses/trajectories.h"
#include "services/core/dutch.h"
#include "services/costs/care.h"
#include "services/costs/concentration.h"
#include "services/costs/figures.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

namespace v1 = costs::v1;
using costs::CareBook;
using costs::Course;
using costs::DimensionInfo;
using costs::Word;

constexpr int kMostThresholds = 10;
// Endings are told about so many days late.
constexpr int kReportingLag = 30;

// Referrers.

struct ReferrerGroup {
  absl::string_view id, title;
  std::vector<absl::string_view> codes;  // COD327.
};
const std::vector<ReferrerGroup>& ReferrerGroups() {
  static const auto* groups =
      new std::vector<ReferrerGroup>{{"municipality", "Gemeente", {"01"}},
                                     {"doctor", "Huisarts, jeugdarts of medisch specialist", {"02", "03", "05"}},
                                     {"court", "Gecertificeerde instelling of rechter", {"04", "08"}},
                                     {"self", "Zelf of geen verwijzer", {"06"}},
                                     {"", "Onbekend", {}}};
  return *groups;
}

size_t ReferrerGroupOf(const std::string& code) {
  const auto& groups = ReferrerGroups();
  for (size_t i = 0; i < groups.size(); ++i) {
    if (std::find(groups[i].codes.begin(), groups[i].codes.end(), code) != groups[i].codes.end()) return i;
  }
  return groups.size() - 1;
}

struct OfReferrer {
  int64_t courses = 0;
  Sample ivn, euros;
  std::map<std::string, int64_t> providers;
  std::vector<Spell> spells;  // Of courses, in days.
};

// Euro per calendar month the course touches, as far as the table reaches; nullopt when it is not in the table or a tariff is
// not known.
std::optional<double> EurosAMonth(const CareBook& book, uint32_t number) {
  const costs::FactTable& table = book.snapshot->table;
  const uint32_t first = book.courses[number].row;
  if (first == costs::kNowhere) return std::nullopt;
  Cents cents = 0;
  size_t row = first;
  for (; row < table.size() && table.provision[row] == number; ++row) {
    if ((table.flags[row] & costs::kNoTariff) != 0) return std::nullopt;
    cents += table.indicated[row];
  }
  if (row == first) return std::nullopt;
  return static_cast<double>(cents) / 100 / static_cast<double>(row - first);
}

void SetProviders(const CareBook& book, const std::map<std::string, int64_t>& providers, int64_t courses,
                  v1::CompareReferrersResponse::Group* group) {
  std::vector<Cents> counts;
  const std::pair<const std::string, int64_t>* largest = nullptr;
  for (const auto& provider : providers) {
    counts.push_back(provider.second);
    if (largest == nullptr || provider.second > largest->second) largest = &provider;
  }
  const std::optional<double> hhi = costs::Spread(std::move(counts)).Hhi();
  if (!hhi.has_value()) return TooFew(0, group->mutable_concentration());
  group->mutable_concentration()->set_state(type::Figure::ANSWERED);
  group->mutable_concentration()->set_value(*hhi);
  group->mutable_concentration()->set_count(courses);
  SetValue(book, *costs::FindDimension("provider"), largest->first, group->mutable_largest_provider());
  SetShare(largest->second, courses, group->mutable_largest_share());
}

// The part before a conclusion may be drawn: how many have no referrer.
std::string ReferrerConclusion(const std::vector<OfReferrer>& groups, int64_t courses,
                               const v1::CompareReferrersResponse& response) {
  const int64_t unknown = groups.back().courses;
  const int64_t own = groups.front().courses, known = courses - unknown;
  std::string text = absl::StrCat("Er begonnen ", dutch::Number(courses), " voorzieningen. Van ", dutch::Number(unknown), " (",
                                  dutch::Percent(static_cast<double>(unknown) / static_cast<double>(courses), 0),
                                  ") is de verwijzer niet bekend.");
  if (known == 0) return absl::StrCat(text, " Vergelijken kan niet.");
  absl::StrAppend(&text, " Van de andere kwam ", dutch::Percent(static_cast<double>(own) / static_cast<double>(known), 0),
                  " via de gemeente.");
  bool differs = false;
  for (const auto& group : response.groups()) {
    for (const v1::Estimate* difference : {&group.difference().ivn(), &group.difference().amount()}) {
      differs |= difference->state() == type::Figure::ANSWERED &&
                 (difference->interval().low() > 0 || difference->interval().high() < 0);
    }
    differs |= group.difference().has_duration_p() && group.difference().duration_p() < 1 - 0.95;
  }
  absl::StrAppend(
      &text,
      differs ? " Tussen de verwijzers zijn er verschillen die groter zijn dan het toeval verklaart."
              : " Er zijn geen verschillen gevonden die groter zijn dan het toeval verklaart.",
      " De problemen van wie wordt verwezen zijn niet geregistreerd: een verschil zegt dus niet dat de ene verwijzer "
      "anders kiest dan de andere.");
  return text;
}

// Waits.

struct OfWaits {
  int64_t courses = 0, unknown = 0, before = 0, started = 0, waiting = 0;
  std::vector<Spell> spells;  // In days, and one more: who began on the day itself was at risk of it. Cause 1: care began.
};

std::string WaitingConclusion(const OfWaits& all, const v1::DescribeWaitingResponse::Group& group) {
  std::string text =
      absl::StrCat("Van ", dutch::Number(all.courses), " voorzieningen is bekend wanneer het wachten begon. Van ",
                   dutch::Number(all.started), " is bekend dat de zorg begon, van ", dutch::Number(all.waiting),
                   " nog niet: wie nog wacht, telt mee.");
  if (group.median().state() == type::Figure::ANSWERED) {
    absl::StrAppend(&text, " De helft begon binnen ", dutch::Number(static_cast<int64_t>(group.median().value())), " dagen.");
  } else if (all.started + all.waiting > 0) {
    absl::StrAppend(&text, " Nog geen helft is begonnen, dus een middelste wachttijd is er niet.");
  }
  if (all.before > 0) {
    absl::StrAppend(&text, " Bij ", dutch::Number(all.before), " begon de zorg voor die dag; die tellen niet mee.");
  }
  // D3: aanbieders hoeven geen startbericht te sturen om betaald te worden.
  return absl::StrCat(text, " Een aanbieder die geen startbericht stuurt, lijkt te laten wachten.");
}

// Continuation.

constexpr size_t kBeginnings = static_cast<size_t>(Beginning::kFirstEver) + 1;

// All courses of the client of this one.
std::vector<uint32_t> CoursesOfClient(const CareBook& book, uint32_t number) {
  const uint32_t client = book.courses[number].client;
  std::vector<uint32_t> courses;
  for (uint32_t i = number; i > 0 && book.courses[i - 1].client == client; --i) courses.push_back(i - 1);
  for (uint32_t i = number; i < book.courses.size() && book.courses[i].client == client; ++i) courses.push_back(i);
  return courses;
}

std::string ContinuationConclusion(const v1::DescribeContinuationResponse::Group& all, Month first, Month data_start) {
  std::string text =
      absl::StrCat("Van de ", dutch::Number(all.course_count()), " voorzieningen die begonnen, gaat ",
                   dutch::Percent(all.continued_share().value(), 0), " door bij een aanbieder waar de cliënt al was. ",
                   dutch::Number(all.newcomer()), " zijn van cliënten zonder zorg in het jaar ervoor.");
  if (first < data_start + SequenceRules().new_after_months) {
    absl::StrAppend(&text, " De gegevens beginnen in ", dutch::MonthLong(data_start),
                    ": zorg van daarvoor is niet bekend, dus er zijn er in werkelijkheid minder nieuw.");
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::CompareReferrersResponse> Access::CompareReferrers(const Caller&,
                                                                      const v1::CompareReferrersRequest& request) {
  AccessReader reader(clock_);
  reader.ReadPeriod(request.period());
  reader.ReadFilters(request.filters());
  NMD_ASSIGN_OR_RETURN(const AccessAsked asked, reader.Finish(request));
  const std::shared_ptr<const CareBook> book = costs_.CareAt(asked.question.known);
  v1::CompareReferrersResponse response;
  if (!BeginAnswer(asked, *book, kCareKinds | costs::kTariffs | costs::kLevels, &response)) return response;

  const nmd::Period days = DaysOf(asked.question.question);
  std::vector<OfReferrer> groups(ReferrerGroups().size());
  int64_t courses = 0;
  std::vector<bool> picked(book->courses.size());
  for (const uint32_t number : PickCourses(*book, asked.question.question.filters)) {
    const Course& course = book->courses[number];
    if (!days.Contains(course.indicated.start)) continue;
    OfReferrer& group = groups[ReferrerGroupOf(*course.referrer)];
    ++courses;
    ++group.courses;
    ++group.providers[*course.provider];
    if (int level = 0; absl::SimpleAtoi(*course.ivn, &level)) group.ivn.Add(level);
    if (const auto euros = EurosAMonth(*book, number)) group.euros.Add(*euros);
    picked[number] = true;
  }
  if (courses == 0) {
    NothingThere(&response);
    return response;
  }
  TrajectoryRules rules;
  rules.cut = dutch::CalendarDay(asked.question.known) - kReportingLag;
  rules.join = false;  // One per course.
  const TrajectorySet lives = MakeTrajectories(*book, rules);
  for (const Trajectory& life : lives.trajectories) {
    if (!picked[life.course]) continue;
    groups[ReferrerGroupOf(*book->courses[life.course].referrer)].spells.push_back(SpellOf(life, lives.observed_from, true));
  }
  response.set_course_count(courses);
  const OfReferrer& own = groups.front();
  for (size_t i = 0; i < groups.size(); ++i) {
    const OfReferrer& of = groups[i];
    v1::CompareReferrersResponse::Group& group = *response.add_groups();
    group.set_group(std::string(ReferrerGroups()[i].id));
    group.set_title(std::string(ReferrerGroups()[i].title));
    group.set_course_count(of.courses);
    SetShare(of.courses, courses, group.mutable_share());
    if (i + 1 < groups.size()) SetShare(of.courses, courses - groups.back().courses, group.mutable_share_of_known());
    SetCentre(MeanOf(of.ivn), "student", of.ivn.count(), group.mutable_ivn());
    SetCentre(MeanOf(of.euros), "student", of.euros.count(), group.mutable_amount());
    SetQuantile(SurvivalCurve(of.spells), 0.5, 0, group.mutable_duration());
    SetProviders(*book, of.providers, of.courses, &group);
    if (i == 0) continue;
    v1::CompareReferrersResponse::Difference& difference = *group.mutable_difference();
    SetCentre(DifferenceOfMeans(of.ivn, own.ivn), "welch", of.ivn.count(), difference.mutable_ivn());
    SetCentre(DifferenceOfMeans(of.euros, own.euros), "welch", of.euros.count(), difference.mutable_amount());
    if (const auto test = LogRankOf({{own.spells, of.spells}})) difference.set_duration_p(test->p);
  }
  response.set_conclusion(ReferrerConclusion(groups, courses, response));
  return response;
}

absl::StatusOr<v1::DescribeWaitingResponse> Access::DescribeWaiting(const Caller&, const v1::DescribeWaitingRequest& request) {
  AccessReader reader(clock_);
  reader.ReadPeriod(request.period());
  reader.ReadGroup(request.group_by());
  reader.ReadFilters(request.filters());
  reader.check().Require(v1::DescribeWaitingRequest::From_IsValid(request.from()) &&
                             request.from() != v1::DescribeWaitingRequest::FROM_UNSPECIFIED,
                         "from", "must be ASSIGNED or REFERRED");
  std::vector<int> thresholds(request.longer_than_days().begin(), request.longer_than_days().end());
  if (thresholds.empty()) thresholds = {28, 70};
  reader.check().Require(thresholds.size() <= kMostThresholds, "longer_than_days", "at most 10 numbers of days");
  for (const int days : thresholds) {
    reader.check().Require(0 < days && days <= 3'660, "longer_than_days", "must be 1 to 3660 days");
  }
  NMD_ASSIGN_OR_RETURN(const AccessAsked asked, reader.Finish(request));
  const std::shared_ptr<const CareBook> book = costs_.CareAt(asked.question.known);
  v1::DescribeWaitingResponse response;
  if (!BeginAnswer(asked, *book, kCareKinds, &response)) return response;

  const nmd::Period days = DaysOf(asked.question.question);
  // Nobody can have begun later than is known.
  const Day known = dutch::CalendarDay(asked.question.known);
  OfWaits all;
  std::map<std::string, OfWaits> groups;
  for (const uint32_t number : PickCourses(*book, asked.question.question.filters)) {
    const Course& course = book->courses[number];
    const Day from = request.from() == v1::DescribeWaitingRequest::ASSIGNED ? course.assigned : course.referred;
    // A course without a day to count from is of the period in which it begins.
    if (!days.Contains(from == 0 ? course.indicated.start : from)) continue;
    OfWaits* group = asked.group == nullptr ? nullptr : &groups[costs::ValueOf(*book, course, *asked.group)];
    const absl::Span<const costs::CourseStart> starts = book->StartsOf(course);
    for (OfWaits* waits : {&all, group}) {
      if (waits == nullptr) continue;
      if (from == 0) {
        ++waits->unknown;
        continue;
      }
      ++waits->courses;
      if (starts.empty()) {
        ++waits->waiting;
        waits->spells.push_back({0, std::max(0, known - from) + 1, 0});
      } else if (starts.front().day < from) {
        ++waits->before;
      } else {
        ++waits->started;
        waits->spells.push_back({0, starts.front().day - from + 1, 1});
      }
    }
  }
  if (all.courses + all.unknown == 0) {
    NothingThere(&response);
    return response;
  }
  const auto add = [&](const OfWaits& waits, const std::string* value) {
    v1::DescribeWaitingResponse::Group& group = *response.add_groups();
    if (value != nullptr) SetValue(*book, *asked.group, *value, group.mutable_group());
    group.set_course_count(waits.courses);
    group.set_started(waits.started);
    group.set_waiting(waits.waiting);
    group.set_before(waits.before);
    group.set_unknown(waits.unknown);
    const SurvivalCurve curve(waits.spells);
    SetQuantile(curve, 0.5, 1, group.mutable_median());
    SetQuantile(curve, 0.9, 1, group.mutable_p90());
    for (const int threshold : thresholds) {
      v1::DescribeWaitingResponse::Longer& longer = *group.add_longer();
      longer.set_days(threshold);
      SetSurvivalAt(curve, threshold + 1, longer.mutable_share());
    }
  };
  add(all, nullptr);
  for (const auto& [value, waits] : groups) add(waits, &value);
  response.set_conclusion(WaitingConclusion(all, response.groups(0)));
  return response;
}

absl::StatusOr<v1::DescribeContinuationResponse> Access::DescribeContinuation(const Caller&,
                                                                              const v1::DescribeContinuationRequest& request) {
  AccessReader reader(clock_);
  reader.ReadPeriod(request.period());
  reader.ReadGroup(request.group_by());
  reader.ReadFilters(request.filters());
  NMD_ASSIGN_OR_RETURN(const AccessAsked asked, reader.Finish(request));
  const std::shared_ptr<const CareBook> book = costs_.CareAt(asked.question.known);
  v1::DescribeContinuationResponse response;
  if (!BeginAnswer(asked, *book, kCareKinds, &response)) return response;

  const nmd::Period days = DaysOf(asked.question.question);
  std::array<int64_t, kBeginnings> all{};
  std::map<std::string, std::array<int64_t, kBeginnings>> groups;
  // Providers as numbers: equal words are equal pointers.
  absl::flat_hash_map<Word, uint32_t> providers;
  const auto spell = [&](const Course& course) {
    const uint32_t provider = providers.try_emplace(course.provider, static_cast<uint32_t>(providers.size())).first->second;
    return CareSpell{course.indicated, provider};
  };
  std::vector<CareSpell> others;
  for (const uint32_t number : PickCourses(*book, asked.question.question.filters)) {
    const Course& course = book->courses[number];
    if (!days.Contains(course.indicated.start)) continue;
    // Courses of one client stand together. What came before is of any kind of care, whatever the filters keep, but of one law.
    others.clear();
    for (const uint32_t other : CoursesOfClient(*book, number)) {
      if (other != number && book->courses[other].law == course.law) others.push_back(spell(book->courses[other]));
    }
    const auto kind = static_cast<size_t>(ClassOf(spell(course), others, {}));
    ++all[kind];
    if (asked.group != nullptr) ++groups[costs::ValueOf(*book, course, *asked.group)][kind];
  }
  const auto add = [&](const std::array<int64_t, kBeginnings>& counts, const std::string* value) {
    v1::DescribeContinuationResponse::Group& group = *response.add_groups();
    if (value != nullptr) SetValue(*book, *asked.group, *value, group.mutable_group());
    const auto of = [&counts](Beginning kind) { return counts[static_cast<size_t>(kind)]; };
    group.set_course_count(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    group.set_continued(of(Beginning::kContinued));
    group.set_added(of(Beginning::kAdded));
    group.set_switched(of(Beginning::kSwitched));
    group.set_returned(of(Beginning::kReturned));
    group.set_newcomer(of(Beginning::kNew) + of(Beginning::kFirstEver));
    group.set_first_ever(of(Beginning::kFirstEver));
    SetShare(group.continued(), group.course_count(), group.mutable_continued_share());
  };
  add(all, nullptr);
  if (response.groups(0).course_count() == 0) {
    response.clear_groups();
    NothingThere(&response);
    return response;
  }
  for (const auto& [value, counts] : groups) add(counts, &value);
  const Month data_start = book->snapshot->allocation_months.first;
  response.set_data_start_date(FormatDay(FirstDay(data_start)));
  response.set_conclusion(ContinuationConclusion(response.groups(0), asked.question.question.first, data_start));
  return response;
}

void BindAccess(Access* access, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.AccessService";
  router->Handle(kService, "CompareReferrers", [access](const Caller& caller, const v1::CompareReferrersRequest& request) {
    return access->CompareReferrers(caller, request);
  });
  router->Handle(kService, "DescribeWaiting", [access](const Caller& caller, const v1::DescribeWaitingRequest& request) {
    return access->DescribeWaiting(caller, request);
  });
  router->Handle(kService, "DescribeContinuation",
                 [access](const Caller& caller, const v1::DescribeContinuationRequest& request) {
                   return access->DescribeContinuation(caller, request);
                 });
  router->Handle(kService, "DescribeOverlaps", [access](const Caller& caller, const v1::DescribeOverlapsRequest& request) {
    return access->DescribeOverlaps(caller, request);
  });
  router->Handle(kService, "DescribeResponsibility",
                 [access](const Caller& caller, const v1::DescribeResponsibilityRequest& request) {
                   return access->DescribeResponsibility(caller, request);
                 });
}

}  // namespace nmd::analyses
