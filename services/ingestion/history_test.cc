// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/internal/v1/ingestion_events.pb.h"
#include "services/ingestion/checks.h"

namespace nmd::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kMicrosPerDay = 86'400'000'000;
constexpr char kProvider[] = "41000001";

Day D(absl::string_view text) { return *ParseDay(text); }

// Messages of one client ("p1") at one provider, as their facts, in the order in which they became known.
class Story {
 public:
  explicit Story(Law law = Law::kYouth) : law_(law == Law::kYouth ? v1::YOUTH : v1::WMO) {}

  // The next messages are known on that day, at noon; they are dated on it too.
  Story& On(absl::string_view day) {
    day_ = D(day);
    return *this;
  }
  // Of the next messages.
  Story& Of(absl::string_view person) {
    person_ = std::string(person);
    return *this;
  }
  // A message of that number with these facts. Its Identificatie is its place in the story.
  Story& Send(int type, const std::vector<v1::Fact>& facts) {
    v1::FactBatch& batch = batches_.emplace_back();
    v1::MessageHead& head = *batch.mutable_message();
    const int sent = type % 2 == 0 ? type - 1 : type;
    const bool by_municipality = IsFromMunicipality(static_cast<MessageType>(sent));
    head.set_law(law_);
    head.set_type(type);
    head.set_sender(by_municipality ? "1680" : kProvider);
    head.set_receiver(by_municipality ? kProvider : "1680");
    head.set_identification(absl::StrCat("M", batches_.size()));
    head.set_dated_day(day_);
    for (const v1::Fact& fact : facts) *batch.add_facts() = fact;
    days_.push_back(day_);
    return *this;
  }
  // The return on the message at that place of the story, from 1.
  Story& Return(size_t place, const std::vector<std::string>& codes) {
    const v1::MessageHead head = batches_.at(place - 1).message();
    v1::Fact fact;
    for (const std::string& code : codes) fact.mutable_message_return()->add_return_codes(code);
    fact.mutable_message_return()->set_dated_day(day_);
    Send(head.type() + 1, {fact});
    *batches_.back().mutable_message() = head;
    batches_.back().mutable_message()->set_type(head.type() + 1);
    return *this;
  }

  v1::Fact Version(
      int64_t number, absl::string_view first, absl::string_view last,
      const std::function<void(v1::Allocation&)>& edit = [](v1::Allocation&) {}) const {
    v1::Fact fact;
    v1::Allocation& said = *fact.mutable_allocation();
    said.set_law(law_);
    said.set_person_key(person_);
    said.set_provider(kProvider);
    said.set_number(number);
    said.set_category("45");
    said.set_product("45A04");
    said.set_start_day(D(first));
    said.set_end_day(last.empty() ? 0 : D(last) + 1);
    said.set_assigned_second(int64_t{day_} * 86'400);
    said.set_volume(3);
    said.set_unit("04");
    said.set_frequency("2");
    edit(said);
    return fact;
  }
  v1::Fact Start(int64_t number, absl::string_view day, absl::string_view status = "1",
                 absl::string_view product = "45A04") const {
    v1::Fact fact;
    v1::StartOfCare& said = *fact.mutable_start();
    said.set_law(law_);
    said.set_person_key(person_);
    said.set_provider(kProvider);
    said.set_number(number);
    said.set_category("45");
    said.set_product(std::string(product));
    said.set_start_day(D(day));
    said.set_status(std::string(status));
    return fact;
  }
  v1::Fact Stop(int64_t number, absl::string_view first, absl::string_view last, absl::string_view reason = "31",
                absl::string_view status = "1", absl::string_view product = "45A04") const {
    v1::Fact fact;
    v1::StopOfCare& said = *fact.mutable_stop();
    said.set_law(law_);
    said.set_person_key(person_);
    said.set_provider(kProvider);
    said.set_number(number);
    said.set_category("45");
    said.set_product(std::string(product));
    said.set_start_day(D(first));
    said.set_end_day(D(last) + 1);
    said.set_reason(std::string(reason));
    said.set_status(std::string(status));
    return fact;
  }
  v1::Fact Want(
      v1::CareRequest::Kind kind, absl::string_view reference, int64_t number, absl::string_view first = "",
      absl::string_view last = "", const std::function<void(v1::CareRequest&)>& edit = [](v1::CareRequest&) {}) const {
    v1::Fact fact;
    v1::CareRequest& said = *fact.mutable_care_request();
    said.set_law(law_);
    said.set_person_key(person_);
    said.set_provider(kProvider);
    said.set_kind(kind);
    said.set_reference(std::string(reference));
    said.set_number(number);
    said.set_dated_day(day_);
    if (!first.empty()) said.set_start_day(D(first));
    if (!last.empty()) said.set_end_day(D(last) + 1);
    const bool asks = kind == v1::CareRequest::ASKED || kind == v1::CareRequest::ADDED;
    if (asks) said.set_category("45");
    if (asks) said.set_product("45A05");
    if (kind != v1::CareRequest::UNCHANGED) {
      said.set_volume(4);
      said.set_unit("04");
      said.set_frequency("2");
    }
    edit(said);
    return fact;
  }
  v1::Fact Ask(absl::string_view reference) const {
    return Want(v1::CareRequest::ASKED, reference, 0, "2026-03-01", "2026-12-31");
  }
  v1::Fact Reply(absl::string_view reference, absl::string_view answer, absl::string_view reason = "") const {
    v1::Fact fact;
    v1::RequestReply& said = *fact.mutable_request_reply();
    said.set_law(law_);
    said.set_provider(kProvider);
    said.set_reference(std::string(reference));
    said.set_answer(std::string(answer));
    said.set_rejection_reason(std::string(reason));
    said.set_dated_day(day_);
    return fact;
  }
  // A claim of one line on an allocation, over one month.
  v1::Fact Claim(absl::string_view declaration, int64_t allocation, absl::string_view month) const {
    v1::Fact fact;
    v1::Claim& said = *fact.mutable_claim();
    said.set_law(law_);
    said.set_provider(kProvider);
    said.set_number(std::string(declaration));
    const Period period = MonthPeriod(*ParseMonth(month));
    said.set_start_day(period.start);
    said.set_end_day(period.end);
    said.set_dated_day(day_);
    said.set_total_cents(5000);
    v1::ClaimLine& line = *said.add_lines();
    line.set_person_key(person_);
    line.set_reference(absl::StrCat(declaration, "/1"));
    line.set_allocation(allocation);
    line.set_category("45");
    line.set_product("45A04");
    line.set_start_day(period.start);
    line.set_end_day(period.end);
    line.set_volume(1);
    line.set_unit("04");
    line.set_tariff_cents(5000);
    line.set_amount_cents(5000);
    return fact;
  }
  v1::Fact Answer(absl::string_view declaration, size_t place) const {
    v1::Fact fact;
    v1::ClaimAnswer& said = *fact.mutable_claim_answer();
    said.set_law(law_);
    said.set_provider(kProvider);
    said.set_number(std::string(declaration));
    said.set_submitted_cents(5000);
    said.set_granted_cents(5000);
    said.set_claim_identification(batches_.at(place - 1).message().identification());
    said.set_claim_dated_day(batches_.at(place - 1).message().dated_day());
    said.add_return_codes("8001");
    return fact;
  }

  // As journals were before FactBatch.message.
  void ForgetHeads() {
    for (v1::FactBatch& batch : batches_) batch.clear_message();
  }

  size_t size() const { return batches_.size(); }
  void AddTo(History& history, size_t place, int32_t delivery) const {
    history.Add(delivery, {int64_t{days_[place]} * kMicrosPerDay + kMicrosPerDay / 2, absl::uint128{place + 1}},
                batches_[place]);
  }
  // "2 TR074 @ Client/...": place in the story, from 1, rule and place in the message, of every finding of `rules`, or of all.
  // Messages are added in the order of `places`.
  std::vector<std::string> Findings(const std::vector<size_t>& places, History& history) const {
    std::map<size_t, int32_t> deliveries;
    for (const size_t place : places) {
      const auto delivery = static_cast<int32_t>(deliveries.size());
      deliveries[place] = delivery;
      AddTo(history, place, delivery);
    }
    history.Settle();
    std::vector<std::string> found;
    for (const auto& [place, delivery] : deliveries) {
      const std::vector<Finding> findings = history.FindingsOf(delivery);
      EXPECT_EQ(history.CountFindings(delivery), static_cast<int64_t>(findings.size()));
      for (const Finding& finding : findings) {
        EXPECT_FALSE(finding.fatal) << finding.rule;
        found.push_back(absl::StrCat(place + 1, " ", finding.rule, " @ ", finding.place));
      }
    }
    return found;
  }
  std::vector<std::string> Findings() const {
    std::vector<size_t> places(batches_.size());
    std::iota(places.begin(), places.end(), size_t{0});
    History history;
    return Findings(places, history);
  }

 private:
  v1::Law law_;
  Day day_ = 0;
  std::string person_ = "p1";
  std::vector<v1::FactBatch> batches_;
  std::vector<Day> days_;
};

struct HistoryCase {
  absl::string_view rule;
  absl::string_view what;
  std::function<void(Story&)> tell;
  // All that is found; when the rule is not in it, the case is one in which the rule holds.
  std::vector<std::string> found;
};

constexpr char kFirst301[] = "Client/ToegewezenProducten/ToegewezenProduct[1]";
constexpr char kSecond301[] = "Client/ToegewezenProducten/ToegewezenProduct[2]";
constexpr char kFirst305[] = "Client/StartProducten/StartProduct[1]";
constexpr char kFirst307[] = "Client/StopProducten/StopProduct[1]";
constexpr char kFirst315[] = "Client/AangevraagdeProducten/AangevraagdProduct[1]";
constexpr char kVerzoek[] = "Client/Verzoek";
constexpr char kChanged1[] = "Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct[1]";
constexpr char kUnchanged1[] = "Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[1]";
constexpr char kAdded1[] = "Client/Verzoek/NieuweProducten/NieuwProduct[1]";

std::string F(int place, absl::string_view rule, absl::string_view where) {
  return absl::StrCat(place, " ", rule, " @ ", where);
}

constexpr auto kUnchanged = v1::CareRequest::UNCHANGED;
constexpr auto kChanged = v1::CareRequest::CHANGED;
constexpr auto kAdded = v1::CareRequest::ADDED;

// Allocation 7 of 2026, sent before it begins.
void Allocate(Story& s) { s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31")}); }
// The same, and care that started in time.
void AllocateAndStart(Story& s) {
  Allocate(s);
  s.On("2026-01-06").Send(305, {s.Start(7, "2026-01-05")});
}

std::vector<HistoryCase> CareCases() {
  return {
      {"TR019", "a start and its allocation", AllocateAndStart, {}},
      {"TR019",
       "a start of an unknown allocation",
       [](Story& s) {
         Allocate(s);
         s.On("2026-01-06").Send(305, {s.Start(8, "2026-01-05")});
       },
       {F(2, "TR019", kFirst305)}},
      {"TR019",
       "a start on an allocation that was deleted",
       [](Story& s) {
         Allocate(s);
         s.On("2026-01-05").Send(301, {s.Version(7, "2026-01-05", "2026-01-05", [](auto& a) { a.set_change_reason("13"); })});
         s.On("2026-01-06").Send(305, {s.Start(7, "2026-01-05")});
       },
       {F(3, "TR019", kFirst305)}},
      {"TR332",
       "one number for two clients",
       [](Story& s) {
         Allocate(s);
         s.Of("p2").On("2026-01-05").Send(301, {s.Version(7, "2026-01-05", "2026-12-31")});
       },
       {F(2, "TR332", kFirst301)}},
      {"TR332",
       "a number again for the same",
       [](Story& s) {
         Allocate(s);
         s.On("2026-02-05").Send(301, {s.Version(7, "2026-01-05", "2026-11-30")});
       },
       {}},
      {"OP033x1",
       "another volume a week under one number (IV066)",
       [](Story& s) {
         Allocate(s);
         s.On("2026-02-05").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) { a.set_volume(4); })});
       },
       {F(2, "OP033x1", kFirst301)}},
      {"OP033x1",
       "another begin under one number",
       [](Story& s) {
         Allocate(s);
         s.On("2026-02-05").Send(301, {s.Version(7, "2026-01-12", "2026-12-31")});
       },
       {F(2, "OP033x1", kFirst301)}},
      {"OP033x1",
       "another total under one number",
       [](Story& s) {
         const auto total = [](int64_t volume) {
           return [volume](v1::Allocation& a) {
             a.set_frequency("6");
             a.set_volume(volume);
           };
         };
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", total(100))});
         s.On("2026-02-05").Send(301, {s.Version(7, "2026-01-05", "2026-10-31", total(80))});
       },
       {}},
      {"TR063",
       "the removal of a start that was not sent",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-01-07").Send(305, {s.Start(7, "2026-01-06", "3")});
       },
       {F(3, "TR063", kFirst305)}},
      {"TR063",
       "the removal of a stop that was sent, and the stop anew (IV008)",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-02").Send(307, {s.Stop(7, "2026-01-05", "2026-02-28")});
         s.On("2026-03-03")
             .Send(307, {s.Stop(7, "2026-01-05", "2026-02-27"), s.Stop(7, "2026-01-05", "2026-02-28", "31", "3")});
       },
       {}},
      {"TR063",
       "the removal of a start on taakgericht care, which has no number",
       [](Story& s) {
         s.On("2026-01-06").Send(305, {s.Start(0, "2026-01-05")});
         s.On("2026-01-07").Send(305, {s.Start(0, "2026-01-05", "3")});
         s.On("2026-01-08").Send(305, {s.Start(0, "2026-01-05", "3", "45A05")});
       },
       {F(3, "TR063", kFirst305)}},
      {"TR071",
       "the removal of a start after its stop",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-02").Send(307, {s.Stop(7, "2026-01-05", "2026-02-28")});
         s.On("2026-03-03").Send(305, {s.Start(7, "2026-01-05", "3")});
       },
       {F(4, "TR071", kFirst305)}},
      {"TR071",
       "the removal of a start before any stop",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-01-07").Send(305, {s.Start(7, "2026-01-05", "3")});
       },
       {}},
      {"TR074",
       "a stop that was sent before",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-02").Send(307, {s.Stop(7, "2026-01-05", "2026-02-28")});
         s.On("2026-03-03").Send(307, {s.Stop(7, "2026-01-05", "2026-02-28")});
       },
       {F(4, "TR074", kFirst307), F(4, "TR415", kFirst307)}},
      {"TR074",
       "a start again after the first was sent back refused (IV032)",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-01-07").Return(2, {"9019"});
         s.On("2026-01-08").Send(305, {s.Start(7, "2026-01-05")});
         s.Return(4, {});
       },
       {}},
      {"TR326",
       "a start while care runs",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-01-13").Send(305, {s.Start(7, "2026-01-12")});
       },
       {F(3, "TR326", kFirst305)}},
      {"TR326",
       "a start after a pause (OP379)",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31", "20")});
         s.On("2026-02-17").Send(305, {s.Start(7, "2026-02-16")});
       },
       {}},
      {"TR382",
       "a stop of another begin than that of the start",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-02").Send(307, {s.Stop(7, "2026-01-06", "2026-02-28")});
       },
       {F(3, "TR382", kFirst307)}},
      {"TR382",
       "a stop with the key of its start",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-02").Send(307, {s.Stop(7, "2026-01-05", "2026-02-28")});
       },
       {}},
      {"TR413",
       "a second pause",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31", "20")});
         s.On("2026-02-05").Send(307, {s.Stop(7, "2026-01-05", "2026-02-01", "20")});
       },
       {F(4, "TR413", kFirst307)}},
      {"TR413",
       "an end after a pause (OP378)",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31", "20")});
         s.On("2026-02-05").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31")});
       },
       {}},
      {"TR414",
       "an end before the pause",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31", "20")});
         s.On("2026-02-05").Send(307, {s.Stop(7, "2026-01-05", "2026-01-30")});
       },
       {F(4, "TR414", kFirst307)}},
      {"TR414",
       "an end after the pause",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31", "20")});
         s.On("2026-02-05").Send(307, {s.Stop(7, "2026-01-05", "2026-02-02")});
       },
       {}},
      {"TR415",
       "a pause after the end",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31")});
         s.On("2026-02-05").Send(307, {s.Stop(7, "2026-01-05", "2026-02-02", "20")});
       },
       {F(4, "TR415", kFirst307)}},
      {"TR415",
       "an end of care that started again",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-02-02").Send(307, {s.Stop(7, "2026-01-05", "2026-01-31")});
         s.On("2026-02-10").Send(305, {s.Start(7, "2026-02-09")});
         s.On("2026-03-02").Send(307, {s.Stop(7, "2026-02-09", "2026-02-28")});
       },
       {}},
      {"OP271",
       "a start that is told six working days later",
       [](Story& s) {
         Allocate(s);
         s.On("2026-01-13").Send(305, {s.Start(7, "2026-01-05")});
       },
       {F(2, "OP271", kFirst305)}},
      {"OP271",
       "a start that is told five working days later",
       [](Story& s) {
         Allocate(s);
         s.On("2026-01-12").Send(305, {s.Start(7, "2026-01-05")});
       },
       {}},
      {"OP271",
       "a start five working days after an allocation with effect from before",
       [](Story& s) {
         s.On("2026-02-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31")});
         s.On("2026-02-09").Send(305, {s.Start(7, "2026-01-05")});
       },
       {}},
      {"OP272",
       "a stop that is told six working days later",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-09").Send(307, {s.Stop(7, "2026-01-05", "2026-02-27")});
       },
       {F(3, "OP272", kFirst307)}},
      {"OP272",
       "a stop that is told five working days later",
       [](Story& s) {
         AllocateAndStart(s);
         s.On("2026-03-06").Send(307, {s.Stop(7, "2026-01-05", "2026-02-27")});
       },
       {}},
      {"OP272",
       "no stop after an allocation that ended (OP289)",
       [](Story& s) {
         AllocateAndStart(s);
         s.Of("p2").On("2027-01-11").Send(301, {s.Version(8, "2027-01-11", "2027-12-31")});
       },
       {F(2, "OP272", kFirst305)}},
      {"OP272",
       "no stop yet, on the last day for it",
       [](Story& s) {
         AllocateAndStart(s);
         s.Of("p2").On("2027-01-08").Send(301, {s.Version(8, "2027-01-11", "2027-12-31")});
       },
       {}},
      {"OP354",
       "a month of care that was not claimed in the month after",
       [](Story& s) {
         s.On("2025-12-29").Send(301, {s.Version(7, "2026-01-01", "2026-12-31")});
         s.On("2026-01-06").Send(305, {s.Start(7, "2026-01-05")});
         s.On("2026-02-10").Send(323, {s.Claim("D1", 7, "2026-01")});
         s.Of("p2").On("2026-04-01").Send(301, {s.Version(8, "2026-04-06", "2026-12-31")});
       },
       {F(2, "OP354", kFirst305)}},
      {"OP354",
       "a month of care that may still be claimed",
       [](Story& s) {
         s.On("2025-12-29").Send(301, {s.Version(7, "2026-01-01", "2026-12-31")});
         s.On("2026-01-06").Send(305, {s.Start(7, "2026-01-05")});
         s.On("2026-02-10").Send(323, {s.Claim("D1", 7, "2026-01")});
         s.Of("p2").On("2026-03-31").Send(301, {s.Version(8, "2026-04-06", "2026-12-31")});
       },
       {}},
      {"OP354",
       "no claim of a provider whose claims do not come here",
       [](Story& s) {
         AllocateAndStart(s);
         s.Of("p2").On("2026-06-01").Send(301, {s.Version(8, "2026-06-08", "2026-12-31")});
       },
       {}},
  };
}

std::vector<HistoryCase> AllocationCases() {
  return {
      {"OP087",
       "a message without an allocation that is still valid",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02").Send(301, {s.Version(9, "2026-03-02", "2026-12-31", [](auto& a) { a.set_product("45A05"); })});
       },
       {F(2, "OP087", "Client/ToegewezenProducten")}},
      {"OP087",
       "a message without an allocation that has ended",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-03-01")});
         s.On("2026-03-02").Send(301, {s.Version(9, "2026-03-09", "2026-12-31", [](auto& a) { a.set_product("45A05"); })});
       },
       {}},
      {"OP259",
       "one product twice in one period",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02").Send(301, {s.Version(9, "2026-03-09", "2026-12-31")});
       },
       {F(2, "OP087", "Client/ToegewezenProducten"), F(2, "OP259", kFirst301)}},
      {"OP259",
       "one product twice, one after the other",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02")
             .Send(301, {s.Version(7, "2026-01-05", "2026-03-08"),
                         s.Version(9, "2026-03-09", "2026-12-31", [](auto& a) { a.set_volume(5); })});
       },
       {}},
      {"OP380",
       "an extension under a new number",
       [](Story& s) {
         Allocate(s);
         s.On("2026-12-01").Send(301, {s.Version(7, "2026-01-05", "2026-12-31"), s.Version(9, "2027-01-01", "2027-12-31")});
       },
       {F(2, "OP380", kSecond301)}},
      {"OP380",
       "an extension under a new number after the end",
       [](Story& s) {
         Allocate(s);
         s.On("2027-01-04").Send(301, {s.Version(9, "2027-01-01", "2027-12-31")});
       },
       {}},
      {"OP380",
       "more hours under a new number",
       [](Story& s) {
         Allocate(s);
         s.On("2026-12-01")
             .Send(301, {s.Version(7, "2026-01-05", "2026-12-31"),
                         s.Version(9, "2027-01-01", "2027-12-31", [](auto& a) { a.set_volume(4); })});
       },
       {}},
      {"TR379",
       "an allocation that names a request nobody made",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
       },
       {F(1, "TR379", kFirst301)}},
      {"TR379",
       "an allocation that names the request of another client",
       [](Story& s) {
         s.Of("p2").On("2026-01-02").Send(315, {s.Ask("R1")});
         s.Of("p1").On("2026-01-05").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) {
                                            a.set_reference("R1");
                                          })});
         s.On("2026-01-06").Send(319, {s.Reply("R1", "1", "3")});
       },
       {F(2, "TR379", kFirst301), F(3, "TR359", "Antwoord")}},
      {"TR379",
       "an allocation that names its request again",
       [](Story& s) {
         s.On("2026-01-02").Send(315, {s.Ask("R1")});
         s.On("2026-01-05").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
         s.On("2026-02-05").Send(301, {s.Version(7, "2026-01-05", "2026-11-30", [](auto& a) { a.set_reference("R1"); })});
       },
       {F(3, "TR379", kFirst301)}},
      {"TR379",
       "an allocation that names its request, and then no more",
       [](Story& s) {
         s.On("2026-01-02").Send(315, {s.Ask("R1")});
         s.On("2026-01-05").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
         s.On("2026-02-05").Send(301, {s.Version(7, "2026-01-05", "2026-11-30")});
       },
       {}},
  };
}

// A 317 that changes the volume of allocation 7 for its whole period.
void Change(Story& s, absl::string_view reference, absl::string_view first = "2026-03-09") {
  s.Send(317, {s.Want(kChanged, reference, 7, first, "2026-12-31")});
}

std::vector<HistoryCase> RequestCases() {
  return {
      {"TR304",
       "a change for somebody without an allocation",
       [](Story& s) { s.On("2026-03-02").Send(317, {s.Want(kAdded, "R1", 0, "2026-03-09", "2026-12-31")}); },
       {F(1, "TR304", "Client")}},
      {"TR304",
       "a change for a client",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {}},
      {"TR347",
       "one reference for two requests",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "1", "3")});
         s.On("2026-03-04").Send(315, {s.Ask("R1")});
       },
       {F(3, "TR347", kFirst315)}},
      {"TR347",
       "a reference again after the request was sent back refused",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Return(1, {"9374"});
         s.On("2026-03-04").Send(315, {s.Ask("R1")});
         s.Return(3, {});
       },
       {}},
      {"TR349",
       "a change that leaves out an allocation",
       [](Story& s) {
         s.On("2026-01-02")
             .Send(301, {s.Version(7, "2026-01-05", "2026-12-31"),
                         s.Version(8, "2026-01-05", "2026-12-31", [](auto& a) { a.set_product("45A06"); })});
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {F(2, "TR349", kVerzoek)}},
      {"TR349",
       "a change that leaves out an allocation that has ended",
       [](Story& s) {
         s.On("2026-01-02")
             .Send(301, {s.Version(7, "2026-01-05", "2026-12-31"),
                         s.Version(8, "2026-01-05", "2026-03-01", [](auto& a) { a.set_product("45A06"); })});
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {}},
      {"TR350",
       "an unchanged product that is not allocated",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02").Send(317, {s.Want(kUnchanged, "R1", 9), s.Want(kChanged, "R1", 7, "2026-03-09", "2026-12-31")});
       },
       {F(2, "TR350", kUnchanged1)}},
      {"TR350",
       "an unchanged product that is allocated",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02").Send(317, {s.Want(kUnchanged, "R1", 7), s.Want(kAdded, "R1", 0, "2026-03-09", "2026-12-31")});
       },
       {}},
      {"TR351",
       "a changed product that has ended",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-03-01")});
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {F(2, "TR351", kChanged1)}},
      {"TR351",
       "a changed product that begins in future",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-03-09", "2026-12-31")});
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {}},
      {"TR357",
       "a change from before the date of the request",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1", "2026-03-02");
       },
       {F(2, "TR357", kChanged1)}},
      {"TR357",
       "a change of the whole period",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1", "2026-01-05");
       },
       {}},
      {"TR361",
       "a new product over one that stays",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02")
             .Send(317, {s.Want(kUnchanged, "R1", 7),
                         s.Want(kAdded, "R1", 0, "2026-03-09", "2026-12-31", [](auto& r) { r.set_product("45A04"); })});
       },
       {F(2, "TR361", kAdded1)}},
      {"TR361",
       "a new product after one that ends",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02")
             .Send(317, {s.Want(kChanged, "R1", 7, "2026-01-05", "2026-03-08"),
                         s.Want(kAdded, "R1", 0, "2026-03-09", "2026-12-31", [](auto& r) { r.set_product("45A04"); })});
       },
       {}},
      {"TR373",
       "another total of a part of the period",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) { a.set_frequency("6"); })});
         s.On("2026-03-02").Send(317, {s.Want(kChanged, "R1", 7, "2026-03-09", "2026-12-31", [](auto& r) {
                                   r.set_frequency("6");
                                 })});
       },
       {F(2, "TR373", kChanged1)}},
      {"TR373",
       "another total of the whole period",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) { a.set_frequency("6"); })});
         s.On("2026-03-02").Send(317, {s.Want(kChanged, "R1", 7, "2026-01-05", "2026-12-31", [](auto& r) {
                                   r.set_frequency("6");
                                 })});
       },
       {}},
      {"TR374",
       "a request while another one waits",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(315, {s.Ask("R2")});
       },
       {F(2, "TR374", kFirst315)}},
      {"TR374",
       "a request while another one is studied",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "2")});
         s.On("2026-03-04");
         Change(s, "R2");
       },
       {F(4, "TR374", kVerzoek)}},
      {"TR374",
       "a request after another one was granted",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(301, {s.Version(7, "2026-03-09", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
         s.On("2026-03-04").Send(315, {s.Ask("R2")});
       },
       {}},
      {"TR374",
       "a request after another one was refused",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "1", "3")});
         s.On("2026-03-04").Send(315, {s.Ask("R2")});
       },
       {}},
      {"TR375",
       "an extent for a generic allocation",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) {
                                   a.set_category("");
                                   a.set_product("");
                                   a.set_volume(0);
                                   a.set_unit("");
                                   a.set_frequency("");
                                   a.set_budget_cents(900'000);
                                 })});
         s.On("2026-03-02").Send(317, {s.Want(kChanged, "R1", 7, "2026-01-05", "2026-12-31", [](auto& r) {
                                   r.set_budget_cents(900'000);
                                 })});
       },
       {F(2, "TR375", kChanged1)}},
      {"TR375",
       "a budget for a generic allocation",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) {
                                   a.set_category("");
                                   a.set_product("");
                                   a.set_volume(0);
                                   a.set_unit("");
                                   a.set_frequency("");
                                   a.set_budget_cents(900'000);
                                 })});
         s.On("2026-03-02").Send(317, {s.Want(kChanged, "R1", 7, "2026-01-05", "2026-12-31", [](auto& r) {
                                   r.set_budget_cents(950'000);
                                   r.set_volume(0);
                                   r.set_unit("");
                                   r.set_frequency("");
                                 })});
       },
       {}},
      {"TR411",
       "no extent for a specific allocation",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02").Send(317, {s.Want(kChanged, "R1", 7, "2026-03-09", "2026-12-31", [](auto& r) {
                                   r.set_volume(0);
                                   r.set_unit("");
                                   r.set_frequency("");
                                 })});
       },
       {F(2, "TR411", kChanged1)}},
      {"TR411",
       "an extent for a specific allocation",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {}},
      {"TR412",
       "an extent for an aspecific allocation",
       [](Story& s) {
         s.On("2026-01-02").Send(301, {s.Version(7, "2026-01-05", "2026-12-31", [](auto& a) {
                                   a.set_product("");
                                   a.set_volume(0);
                                   a.set_unit("");
                                   a.set_frequency("");
                                 })});
         s.On("2026-03-02");
         Change(s, "R1");
       },
       {F(2, "TR412", kChanged1)}},
      {"TR412",
       "an extent for an aspecific allocation of the old form",
       [](Story& s) {
         s.On("2020-01-02").Send(301, {s.Version(7, "2020-01-06", "2020-12-31", [](auto& a) {
                                   a.set_product("");
                                   a.set_volume(0);
                                   a.set_unit("");
                                   a.set_frequency("");
                                 })});
         s.On("2020-03-02").Send(317, {s.Want(kChanged, "R1", 7, "2020-03-09", "2020-12-31")});
       },
       {}},
      {"TR355",
       "a reply to a request nobody made",
       [](Story& s) { s.On("2026-03-03").Send(319, {s.Reply("R1", "1", "3")}); },
       {F(1, "TR355", "Antwoord")}},
      {"TR355",
       "a reply to a request",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "1", "3")});
       },
       {}},
      {"TR359",
       "a reply after the allocation",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(301, {s.Version(7, "2026-03-09", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
         s.On("2026-03-04").Send(319, {s.Reply("R1", "1", "3")});
       },
       {F(3, "TR359", "Antwoord")}},
      {"TR359",
       "an allocation after a reply",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "2")});
         s.On("2026-03-04").Send(301, {s.Version(7, "2026-03-09", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
       },
       {}},
      {"TR360",
       "a study of what is studied",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "2")});
         s.On("2026-03-04").Send(319, {s.Reply("R1", "2")});
       },
       {F(3, "TR360", "Antwoord")}},
      {"TR360",
       "a refusal of what is studied",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "2")});
         s.On("2026-03-04").Send(319, {s.Reply("R1", "1", "7")});
       },
       {}},
      {"TR365",
       "a refusal of what is refused",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "1", "3")});
         s.On("2026-03-04").Send(319, {s.Reply("R1", "1", "7")});
       },
       {F(3, "TR365", "Antwoord")}},
      {"TR365",
       "a refusal after a refusal that was sent back refused",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-03").Send(319, {s.Reply("R1", "1", "3")});
         s.On("2026-03-04").Return(2, {"9355"});
         s.On("2026-03-05").Send(319, {s.Reply("R1", "1", "7")});
         s.Return(4, {});
       },
       {}},
  };
}

std::vector<HistoryCase> TermCases() {
  return {
      {"OP090",
       "a return after four working days",
       [](Story& s) {
         Allocate(s);
         s.On("2026-01-08").Return(1, {});
       },
       {F(2, "OP090", "Header")}},
      {"OP090",
       "a return after three working days",
       [](Story& s) {
         Allocate(s);
         s.On("2026-01-07").Return(1, {});
       },
       {}},
      {"OP090",
       "no return where others are returned",
       [](Story& s) {
         Allocate(s);
         s.Return(1, {});
         s.Of("p2").On("2026-01-05").Send(301, {s.Version(8, "2026-01-05", "2026-12-31")});
         s.Of("p3").On("2026-01-09").Send(301, {s.Version(9, "2026-01-12", "2026-12-31")});
       },
       {F(3, "OP090", "Header")}},
      {"OP090",
       "no return where none is ever delivered",
       [](Story& s) {
         Allocate(s);
         s.Of("p2").On("2026-02-09").Send(301, {s.Version(8, "2026-02-09", "2026-12-31")});
       },
       {}},
      {"OP090x4",
       "an answer after eleven working days",
       [](Story& s) {
         s.On("2025-12-29").Send(301, {s.Version(7, "2026-01-01", "2026-12-31")});
         s.On("2026-02-02").Send(323, {s.Claim("D1", 7, "2026-01")});
         s.On("2026-02-17").Send(325, {s.Answer("D1", 2)});
       },
       {F(3, "OP090x4", "DeclaratieAntwoord")}},
      {"OP090x4",
       "no answer where other claims are answered",
       [](Story& s) {
         s.On("2025-12-29").Send(301, {s.Version(7, "2026-01-01", "2026-12-31")});
         s.On("2026-02-02").Send(323, {s.Claim("D1", 7, "2026-01")});
         s.On("2026-02-03").Send(325, {s.Answer("D1", 2)});
         s.On("2026-03-02").Send(323, {s.Claim("D2", 7, "2026-02")});
         s.Of("p2").On("2026-03-17").Send(301, {s.Version(8, "2026-03-23", "2026-12-31")});
       },
       {F(4, "OP090x4", "Header")}},
      {"OP090x4",
       "an answer after ten working days",
       [](Story& s) {
         s.On("2025-12-29").Send(301, {s.Version(7, "2026-01-01", "2026-12-31")});
         s.On("2026-02-02").Send(323, {s.Claim("D1", 7, "2026-01")});
         s.On("2026-02-16").Send(325, {s.Answer("D1", 2)});
       },
       {}},
      {"OP274",
       "a request without an answer",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.Of("p2").On("2026-03-10").Send(301, {s.Version(8, "2026-03-16", "2026-12-31")});
       },
       {F(1, "OP274", kFirst315)}},
      {"OP274",
       "a request that waits for its answer in time",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.Of("p2").On("2026-03-09").Send(301, {s.Version(8, "2026-03-16", "2026-12-31")});
       },
       {}},
      {"OP274",
       "a late answer to a request",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-10").Send(319, {s.Reply("R1", "1", "3")});
       },
       {F(2, "OP274", "Antwoord")}},
      {"OP274",
       "a decision after a study of eight weeks",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-09").Send(319, {s.Reply("R1", "2")});
         s.On("2026-04-27").Send(301, {s.Version(8, "2026-05-04", "2026-12-31", [](auto& a) { a.set_reference("R1"); })});
       },
       {}},
      {"OP346",
       "a decision after a study of more than eight weeks",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1");
         s.On("2026-03-09").Send(319, {s.Reply("R1", "2")});
         s.On("2026-04-28").Send(319, {s.Reply("R1", "1", "7")});
       },
       {F(4, "OP346", "Antwoord")}},
      {"OP346",
       "a change that is studied for too long",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1");
         s.On("2026-03-09").Send(319, {s.Reply("R1", "2")});
         s.Of("p2").On("2026-04-28").Send(301, {s.Version(8, "2026-05-04", "2026-12-31")});
       },
       {F(2, "OP346", kVerzoek)}},
      {"OP346",
       "a change that is answered in time",
       [](Story& s) {
         Allocate(s);
         s.On("2026-03-02");
         Change(s, "R1");
         s.On("2026-03-09").Send(319, {s.Reply("R1", "1", "3")});
       },
       {}},
      {"OP359",
       "another municipality is named after more than two weeks",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-09").Send(319, {s.Reply("R1", "2")});
         s.On("2026-03-17").Send(319, {s.Reply("R1", "1", "8")});
       },
       {F(3, "OP359", "Antwoord")}},
      {"OP359",
       "another municipality is named after two weeks",
       [](Story& s) {
         s.On("2026-03-02").Send(315, {s.Ask("R1")});
         s.On("2026-03-09").Send(319, {s.Reply("R1", "2")});
         s.On("2026-03-16").Send(319, {s.Reply("R1", "1", "8")});
       },
       {}},
  };
}

std::vector<HistoryCase> AllCases() {
  std::vector<HistoryCase> cases;
  for (std::vector<HistoryCase> (*some)() : {CareCases, AllocationCases, RequestCases, TermCases}) {
    for (HistoryCase& row : some()) cases.push_back(std::move(row));
  }
  return cases;
}

TEST(History, FindsWhatEachRuleIsAbout) {
  for (const HistoryCase& row : AllCases()) {
    Story story;
    row.tell(story);
    EXPECT_EQ(story.Findings(), row.found) << row.rule << ": " << row.what;
  }
}

// The same deliveries, in any order and with others that came and went, give the same findings (OP080, T-29).
TEST(History, GivesTheSameVerdictInWhateverOrderMessagesArrive) {
  std::mt19937 random(301);
  for (const HistoryCase& row : AllCases()) {
    Story story;
    row.tell(story);
    const std::vector<std::string> expected = story.Findings();
    std::vector<size_t> places(story.size());
    std::iota(places.begin(), places.end(), size_t{0});
    for (int round = 0; round < 4; ++round) {
      std::shuffle(places.begin(), places.end(), random);
      History history;
      EXPECT_EQ(story.Findings(places, history), expected) << row.rule << ": " << row.what;

      // Settled after each message, and one that is taken out and told anew.
      History patient;
      for (size_t i = 0; i < places.size(); ++i) {
        story.AddTo(patient, places[i], static_cast<int32_t>(i));
        patient.Settle();
      }
      const size_t out = random() % places.size();
      patient.Remove(static_cast<int32_t>(out));
      patient.Settle();
      story.AddTo(patient, places[out], static_cast<int32_t>(places.size()));
      patient.Settle();
      std::map<size_t, int32_t> deliveries;
      for (size_t i = 0; i < places.size(); ++i) deliveries[places[i]] = static_cast<int32_t>(i == out ? places.size() : i);
      std::vector<std::string> found;
      for (const auto& [place, delivery] : deliveries) {
        for (const Finding& f : patient.FindingsOf(delivery))
          found.push_back(absl::StrCat(place + 1, " ", f.rule, " @ ", f.place));
      }
      EXPECT_EQ(found, expected) << row.rule << ": " << row.what;
    }
  }
}

// What was taken out leaves nothing: the rest is judged as if it had never come.
TEST(History, ForgetsWhatIsTakenOut) {
  for (const HistoryCase& row : AllCases()) {
    Story story;
    row.tell(story);
    for (size_t out = 0; out < story.size(); ++out) {
      std::vector<size_t> rest;
      for (size_t place = 0; place < story.size(); ++place) {
        if (place != out) rest.push_back(place);
      }
      History without;
      const std::vector<std::string> expected = story.Findings(rest, without);
      History history;
      for (size_t place = 0; place < story.size(); ++place) story.AddTo(history, place, static_cast<int32_t>(place));
      history.Settle();
      history.Remove(static_cast<int32_t>(out));
      history.Settle();
      std::vector<std::string> found;
      for (const size_t place : rest) {
        for (const Finding& f : history.FindingsOf(static_cast<int32_t>(place))) {
          found.push_back(absl::StrCat(place + 1, " ", f.rule, " @ ", f.place));
        }
      }
      EXPECT_EQ(found, expected) << row.rule << ": " << row.what << ", without " << out + 1;
      EXPECT_EQ(history.CountFindings(static_cast<int32_t>(out)), 0);
      EXPECT_THAT(history.FindingsOf(static_cast<int32_t>(out)), IsEmpty());
    }
  }
}

TEST(History, IsTheSameAfterACheckpoint) {
  for (const HistoryCase& row : AllCases()) {
    Story story;
    row.tell(story);
    History history;
    for (size_t place = 0; place < story.size(); ++place) story.AddTo(history, place, static_cast<int32_t>(place));
    history.Settle();
    internal::v1::HistoryCheckpoint saved, again;
    history.Save(&saved);
    History loaded;
    ASSERT_TRUE(loaded.Load(saved));
    loaded.Settle();
    loaded.Save(&again);
    EXPECT_EQ(saved.SerializeAsString(), again.SerializeAsString()) << row.what;
    for (size_t place = 0; place < story.size(); ++place) {
      EXPECT_EQ(loaded.FindingsOf(static_cast<int32_t>(place)), history.FindingsOf(static_cast<int32_t>(place))) << row.what;
    }
  }
}

TEST(History, DoesNotReadACheckpointOfAnotherForm) {
  internal::v1::HistoryCheckpoint checkpoint;
  History history;
  EXPECT_FALSE(history.Load(checkpoint));  // One from before there were any.
  history.Save(&checkpoint);
  checkpoint.add_deliveries()->add_entries()->set_person(1);  // No such text.
  EXPECT_FALSE(history.Load(checkpoint));
}

// Within one known moment the Dagtekening tells what came first, then the number of the message, never the id (OP080).
TEST(History, OrdersMessagesOfOneMomentByWhatTheyAre) {
  Story story;
  story.On("2026-01-06").Send(307, {story.Stop(7, "2026-01-05", "2026-01-05")});
  story.Send(305, {story.Start(7, "2026-01-05")});
  story.Send(301, {story.Version(7, "2026-01-05", "2026-12-31")});
  EXPECT_THAT(story.Findings(), IsEmpty());
}

TEST(History, NamesWhoMustAct) {
  Story story;
  story.On("2026-03-02").Send(315, {story.Ask("R1")});
  story.Of("p2").On("2026-03-10").Send(301, {story.Version(8, "2026-03-16", "2026-12-31")});
  History history;
  story.Findings({0, 1}, history);
  const std::vector<Finding> findings = history.FindingsOf(0);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].level, 5);
  EXPECT_EQ(findings[0].owner, "gemeente");  // Who asked is the provider.
  EXPECT_EQ(findings[0].return_code, "");
}

TEST(History, JudgesABatchOfBeforeThereWereHeaders) {
  Story story;
  AllocateAndStart(story);
  story.On("2026-01-13").Send(305, {story.Start(7, "2026-01-12")});
  History history;
  for (size_t place = 0; place < 3; ++place) {
    Story one = story;
    one.ForgetHeads();
    one.AddTo(history, place, static_cast<int32_t>(place));
  }
  history.Settle();
  ASSERT_EQ(history.CountFindings(2), 1);
  EXPECT_EQ(history.FindingsOf(2)[0].rule, "TR326");
  EXPECT_EQ(history.FindingsOf(2)[0].owner, "aanbieder");
}

TEST(TextNumbers, GivesEqualTextsEqualNumbers) {
  TextNumbers texts;
  EXPECT_EQ(texts.Number(""), 0);
  EXPECT_EQ(texts.Text(0), "");
  std::map<std::string, int32_t> numbers;
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = absl::StrCat("tekst ", i * 7919 % 20'000, std::string(static_cast<size_t>(i % 50), 'x'));
    const int32_t number = texts.Number(text);
    EXPECT_NE(number, 0);
    const auto [known, is_new] = numbers.emplace(text, number);
    EXPECT_EQ(known->second, number);
  }
  for (const auto& [text, number] : numbers) EXPECT_EQ(texts.Text(number), text);
  EXPECT_EQ(texts.Text(texts.Number(std::string(70'000, 'y'))), std::string(65'535, 'y'));
}

// Every rule that joins messages has a case in which it is broken, and one in which it holds.
TEST(History, HasACaseForAndAgainstEveryRule) {
  std::set<std::string> broken, held;
  for (const HistoryCase& row : AllCases()) {
    const bool found = std::any_of(row.found.begin(), row.found.end(), [&](const std::string& f) {
      return f.find(absl::StrCat(" ", row.rule, " @")) != std::string::npos;
    });
    (found ? broken : held).insert(std::string(row.rule));
  }
  for (int i = 0; i < static_cast<int>(Violation::kBeforeStart307); ++i) {
    const std::string rule(RowOf(static_cast<Violation>(i)).rule);
    EXPECT_EQ(broken.count(rule), 1u) << rule;
    EXPECT_EQ(held.count(rule), 1u) << rule;
  }
}

}  // namespace
}  // namespace nmd::ingestion
