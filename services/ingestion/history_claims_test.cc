// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history_claims.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/history.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using testing::D;
using testing::Days;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TestBsn;

constexpr Law kLaws[] = {Law::kYouth, Law::kWmo};

// Messages of one provider, in the order in which they became known: one a day from 1 June 2026.
class Story {
 public:
  explicit Story(Law law = Law::kYouth) : law_(law) {}

  // An allocation to a client: three hours a week in 2026 under number 10072, but for what `edit` changes.
  template <typename Edit>
  Story& Allocate(Edit edit, int client = 0) {
    ParsedMessage m = testing::AllocationMessage(law_);
    m.header.identification = absl::StrCat("T", deliveries_.size());
    m.clients[0].bsn = TestBsn(client);
    m.allocations = {testing::TestAllocation(law_, 10072)};
    edit(m.allocations[0]);
    return Add("allocation", m);
  }
  Story& Allocate() {
    return Allocate([](AllocatedProduct&) {});
  }

  // Four hours of April on allocation 10072.
  ClaimLine Line(absl::string_view reference, absl::string_view month = "2026-04") const {
    ClaimLine line = testing::TestLine(law_, 0, 0, reference);
    line.period = MonthPeriod(*ParseMonth(month));
    return line;
  }
  ClaimLine Credit(const ClaimLine& debit, absl::string_view reference) const {
    ClaimLine line = debit;
    line.previous_reference = debit.reference;
    line.reference = std::string(reference);
    line.amount.credit = true;
    return line;
  }
  // A claim of a month, in message "M{number}" of the sixth day after the month.
  ParsedMessage Claim(const std::string& number, const std::vector<ClaimLine>& lines,
                      absl::string_view month = "2026-04") const {
    ParsedMessage m = testing::ClaimMessage(law_);
    m.header.identification = absl::StrCat("M", number);
    m.claim->number = number;
    m.claim->period = MonthPeriod(*ParseMonth(month));
    m.claim->dated_day = m.header.dated_day = m.claim->period.end + 5;
    m.claim->lines = lines;
    // Lines stand together per client.
    for (ClaimLine& line : m.claim->lines) line.position = 0;
    for (size_t i = 1; i < lines.size(); ++i) {
      if (lines[i].client == lines[i - 1].client) m.claim->lines[i].position = m.claim->lines[i - 1].position + 1;
    }
    return m;
  }
  Story& Declare(const std::string& number, const std::vector<ClaimLine>& lines, absl::string_view month = "2026-04") {
    return Add(number, Claim(number, lines, month));
  }

  // The answer to a claim; it rejects the lines with these references.
  ParsedMessage AnswerTo(const ParsedMessage& claim, const std::set<std::string>& rejected = {}) const {
    ParsedMessage m = testing::AnswerMessage(law_);
    m.header.identification = absl::StrCat("A", deliveries_.size());
    m.header.claim_identification = claim.header.identification;
    m.header.claim_dated_day = claim.header.dated_day;
    m.header.claim_schema_version = claim.header.schema_version;
    m.header.dated_day = claim.header.dated_day + 3;
    m.clients = claim.clients;
    m.answer->number = claim.claim->number;
    m.answer->lines.clear();
    for (const ClaimLine& line : claim.claim->lines) {
      if (rejected.count(line.reference) > 0) m.answer->lines.push_back(line);
    }
    return m;
  }
  Story& Grant(const std::string& number, const std::set<std::string>& but = {}) {
    return Add(absl::StrCat("answer ", number), AnswerTo(Last(number), but));
  }
  // Refuses by the header, which names the message only.
  Story& RefuseMessage(const std::string& number) {
    ParsedMessage m = AnswerTo(Last(number));
    m.header.return_codes = {"0001"};
    m.answer.reset();
    m.clients.clear();
    return Add(absl::StrCat("answer ", number), m);
  }
  Story& RefuseDeclaration(const std::string& number) {
    ParsedMessage m = AnswerTo(Last(number));
    m.answer->return_codes = {"9333"};
    m.answer->granted = {};
    return Add(absl::StrCat("answer ", number), m);
  }

  Story& Tariff(Cents cents, absl::string_view from = "2020-01-01", const std::string& provider = "") {
    v1::FactBatch batch;
    v1::Tariff& tariff = *batch.add_facts()->mutable_tariff();
    tariff.set_law(law_ == Law::kYouth ? v1::YOUTH : v1::WMO);
    tariff.set_product(testing::TestLine(law_, 0, 0, "").product);
    tariff.set_provider(provider);
    tariff.set_unit("04");
    tariff.set_tariff_cents(cents);
    tariff.set_start_day(D(from));
    deliveries_.push_back({"tariff", {}, batch});
    return *this;
  }

  Story& Add(const std::string& name, const ParsedMessage& message) {
    Delivery& added = deliveries_.emplace_back();
    added.name = name;
    added.message = message;
    const auto key = [](absl::string_view identity) { return std::string(identity); };
    *added.batch.mutable_message() = HeadOf(message);
    for (v1::Fact& fact : FactsOf(message, 0, key).facts) *added.batch.add_facts() = std::move(fact);
    return *this;
  }

  // "D1 TR338 1.1" for line 1 of client 1 of claim D1; by delivery, then by place. Only rules on claims. Judged in many orders
  // of arrival, all at once and one by one, with deliveries that are taken out again: the verdict must be the same (OP080).
  std::vector<std::string> Found() const {
    std::vector<int32_t> order(deliveries_.size());
    std::iota(order.begin(), order.end(), 0);
    std::mt19937 random(325);
    std::vector<std::string> first;
    for (int turn = 0; turn < 8; ++turn) {
      History history;
      for (const int32_t i : order) {
        AddTo(history, i, i);
        if (turn % 2 == 1) history.Settle();
        if (turn % 4 < 2) continue;
        // The same once more under another id, taken out again.
        const int32_t other = static_cast<int32_t>(deliveries_.size()) + i;
        AddTo(history, i, other);
        if (turn % 2 == 1) history.Settle();
        history.Remove(other);
      }
      history.Settle();
      const std::vector<std::string> now = Read(history);
      if (turn == 0) first = now;
      EXPECT_EQ(now, first) << "turn " << turn;
      std::shuffle(order.begin(), order.end(), random);
    }
    return first;
  }

 private:
  struct Delivery {
    std::string name;
    ParsedMessage message;
    v1::FactBatch batch;
  };

  const ParsedMessage& Last(const std::string& name) const {
    const auto found =
        std::find_if(deliveries_.rbegin(), deliveries_.rend(), [&](const Delivery& d) { return d.name == name; });
    return found->message;
  }
  void AddTo(History& history, int32_t i, int32_t as) const {
    const int64_t known = (int64_t{D("2026-06-01")} + i) * 86'400'000'000;
    history.Add(as, {known, static_cast<absl::uint128>(as + 1)}, deliveries_[static_cast<size_t>(i)].batch);
  }
  std::vector<std::string> Read(const History& history) const {
    std::vector<std::string> lines;
    for (size_t i = 0; i < deliveries_.size(); ++i) {
      std::vector<std::string> of_delivery;
      for (const Finding& finding : history.FindingsOf(static_cast<int32_t>(i))) {
        const Rule& rule = RuleById(finding.rule);
        const bool on_claims = rule.HoldsFor(MessageType::kClaim) || rule.HoldsFor(MessageType::kClaimAnswer);
        if (!on_claims && rule.id != "TR385") continue;
        if (!absl::StartsWith(finding.rule, "TR")) continue;  // Terms are another's.
        EXPECT_FALSE(finding.fatal);
        EXPECT_EQ(finding.return_code, rule.return_code);
        const std::string place = absl::StrReplaceAll(finding.place, {{"DeclaratieAntwoord/Clienten/Client[", ""},
                                                                      {"Declaratie/Clienten/Client[", ""},
                                                                      {"]/Prestaties/Prestatie[", "."},
                                                                      {"]", ""}});
        of_delivery.push_back(absl::StrCat(deliveries_[i].name, " ", finding.rule, " ", place));
      }
      std::sort(of_delivery.begin(), of_delivery.end());
      lines.insert(lines.end(), of_delivery.begin(), of_delivery.end());
    }
    return lines;
  }

  const Law law_;
  std::vector<Delivery> deliveries_;
};

TEST(HistoryClaims, LineOnItsAllocationIsRight) {
  for (const Law law : kLaws) {
    Story story(law);
    story.Allocate().Declare("D1", {story.Line("R1")}).Grant("D1");
    EXPECT_THAT(story.Found(), IsEmpty());
  }
}

TEST(HistoryClaims, NeedsAClientAndAnAllocation_TR304_TR338) {
  for (const Law law : kLaws) {
    Story story(law);
    story.Declare("D1", {story.Line("R1"), story.Line("R2", "2026-03")});
    EXPECT_THAT(story.Found(), ElementsAre("D1 TR304 1/Bsn", "D1 TR338 1.1", "D1 TR338 1.2"));
    story.Allocate([](AllocatedProduct& a) { a.number = 10099; });
    EXPECT_THAT(story.Found(), ElementsAre("D1 TR338 1.1", "D1 TR338 1.2")) << "a known client, on another number";
    story.Allocate();
    EXPECT_THAT(story.Found(), IsEmpty());
  }
}

TEST(HistoryClaims, NamesEveryClientOnce_TR304) {
  Story story;
  ClaimLine other = story.Line("R2"), again = story.Line("R3", "2026-03");
  other.client = again.client = 1;
  story.Allocate().Declare("D1", {story.Line("R1"), other, again});
  EXPECT_THAT(story.Found(), ElementsAre("D1 TR304 2/Bsn", "D1 TR338 2.1", "D1 TR338 2.2"));
}

TEST(HistoryClaims, DeletedAllocationTakesNoDebit_TR384_TR385) {
  Story story;
  const ClaimLine debit = story.Line("R1");
  story.Allocate().Declare("D1", {debit}).Grant("D1");
  story.Allocate([](AllocatedProduct& a) {
    a.assigned_second += 86'400;
    a.change_reason = "13";
    a.period.end = a.period.start + 1;
  });
  EXPECT_THAT(story.Found(), ElementsAre("D1 TR384 1.1", "allocation TR385 Client/ToegewezenProducten/ToegewezenProduct[1"));
  // What was declared may be taken back; then the allocation may go.
  story.Declare("D2", {story.Credit(debit, "R2")}, "2026-05").Grant("D2");
  EXPECT_THAT(story.Found(), ElementsAre("D1 TR384 1.1"));
}

struct LineCase {
  std::string what;
  void (*edit)(AllocatedProduct&, ClaimLine&);
  std::vector<std::string> rules;
};

TEST(HistoryClaims, LineIsJudgedByItsAllocation) {
  const std::vector<LineCase> cases = {
      {"TR339: another category", [](AllocatedProduct&, ClaimLine& l) { l.category = "99"; }, {"TR339"}},
      {"TR339, TR340: a generic allocation",
       [](AllocatedProduct& a, ClaimLine& l) {
         a.category.clear();
         a.product.clear();
         a.volume.reset();
         a.budget = 100'000;
         l.category = "99";
       },
       {}},
      {"TR340: another code", [](AllocatedProduct&, ClaimLine& l) { l.product = "45A99"; }, {"TR340"}},
      {"TR340: an aspecific allocation",
       [](AllocatedProduct& a, ClaimLine& l) {
         a.product.clear();
         a.volume.reset();
         l.product = "45A99";
       },
       {}},
      {"TR341: pieces of hours", [](AllocatedProduct&, ClaimLine& l) { l.unit = "84"; }, {"TR341"}},
      {"TR341: minutes of hours", [](AllocatedProduct&, ClaimLine& l) { l.unit = "01"; }, {}},
      {"TR307: before the allocation", [](AllocatedProduct& a, ClaimLine&) { a.period.start = D("2026-04-02"); }, {"TR307"}},
      {"TR307, TR387: begins with the allocation",
       [](AllocatedProduct& a, ClaimLine& l) { a.period.start = l.period.start = D("2026-04-02"); },
       {}},
      {"TR308: after the allocation", [](AllocatedProduct& a, ClaimLine&) { a.period.end = D("2026-04-30"); }, {"TR308"}},
      {"TR308, TR388: ends with the allocation",
       [](AllocatedProduct& a, ClaimLine& l) { a.period.end = l.period.end = D("2026-04-30"); },
       {}},
      {"TR308: no end", [](AllocatedProduct& a, ClaimLine&) { a.period.end = kOpenEnd; }, {}},
      {"TR387: begins within the month", [](AllocatedProduct&, ClaimLine& l) { l.period.start += 1; }, {"TR387"}},
      {"TR388: ends within the month", [](AllocatedProduct&, ClaimLine& l) { l.period.end -= 1; }, {"TR388"}},
      {"TR307, TR308: of another year",
       [](AllocatedProduct& a, ClaimLine&) { a.period = Days("2027-01-01", "2027-12-31"); },
       {"TR307"}},
      // Three hours a week: April 2026 has five ISO weeks.
      {"TR321: all of it", [](AllocatedProduct&, ClaimLine& l) { l.volume = 15; }, {}},
      {"TR321: an hour more", [](AllocatedProduct&, ClaimLine& l) { l.volume = 16; }, {"TR321"}},
      {"TR321: all of it in minutes",
       [](AllocatedProduct&, ClaimLine& l) {
         l.unit = "01";
         l.volume = 15 * 60;
       },
       {}},
      {"TR321: a minute more",
       [](AllocatedProduct&, ClaimLine& l) {
         l.unit = "01";
         l.volume = 15 * 60 + 1;
       },
       {"TR321"}},
  };
  for (const Law law : kLaws) {
    for (const LineCase& c : cases) {
      Story story(law);
      ClaimLine line = story.Line("R1");
      story.Allocate([&](AllocatedProduct& a) { c.edit(a, line); }).Declare("D1", {line});
      std::vector<std::string> expected;
      for (const std::string& rule : c.rules) expected.push_back(absl::StrCat("D1 ", rule, " 1.1"));
      EXPECT_EQ(story.Found(), expected) << c.what;
    }
  }
}

TEST(HistoryClaims, HouseholdHelpOfTheWmoMayUseSixWeeks_TR321) {
  for (const int64_t hours : {18, 19}) {
    Story story(Law::kWmo);
    ClaimLine line = story.Line("R1");
    line.volume = hours;
    line.category = "01";
    story.Allocate([&](AllocatedProduct& a) { a.category = "01"; }).Declare("D1", {line});
    EXPECT_EQ(story.Found().size(), hours == 18 ? 0u : 1u) << hours;
  }
}

TEST(HistoryClaims, TheVersionWithTheLatestToewijzingsdatumDecides_OP033x1) {
  Story story;
  story.Declare("D1", {story.Line("R1")});
  story.Allocate([](AllocatedProduct& a) { a.period.end = D("2026-04-30"); });
  EXPECT_THAT(story.Found(), ElementsAre("D1 TR308 1.1"));
  story.Allocate([](AllocatedProduct& a) { a.assigned_second += 1; });
  EXPECT_THAT(story.Found(), IsEmpty());
}

// An allocation of ten hours in all.
void TenHours(AllocatedProduct& a) { a.volume = {.volume = 10, .unit = "04", .frequency = "6"}; }

TEST(HistoryClaims, LinesTogetherMustFitTheAllocation_TR322) {
  Story story;
  ClaimLine march = story.Line("R1", "2026-03"), april = story.Line("R2"), may = story.Line("R3", "2026-05");
  march.volume = 6;
  april.volume = 6;
  may.volume = 4;
  story.Allocate(TenHours).Declare("D1", {march}, "2026-03").Declare("D2", {april}).Declare("D3", {may}, "2026-05");
  // April is too much, May fits again.
  EXPECT_THAT(story.Found(), ElementsAre("D2 TR322 1.1"));
  // Granted all the same: then April is used, and May is too much.
  story.Grant("D2");
  EXPECT_THAT(story.Found(), ElementsAre("D2 TR322 1.1", "D3 TR322 1.1"));
}

TEST(HistoryClaims, WhatIsRejectedOrTakenBackUsesNothing_TR322) {
  Story story;
  ClaimLine march = story.Line("R1", "2026-03"), april = story.Line("R2");
  march.volume = april.volume = 6;
  story.Allocate(TenHours).Declare("D1", {march}, "2026-03").Grant("D1").Declare("D2", {april});
  EXPECT_THAT(story.Found(), ElementsAre("D2 TR322 1.1"));
  Story rejected = story;
  rejected.Add("answer D1", rejected.AnswerTo(rejected.Claim("D1", {march}, "2026-03"), {"R1"}));
  EXPECT_THAT(rejected.Found(), IsEmpty());
  story.Declare("D3", {story.Credit(march, "R3")}, "2026-05");
  EXPECT_THAT(story.Found(), IsEmpty());
}

TEST(HistoryClaims, CountsHoursAndMinutesTogether_TR322) {
  for (const int64_t minutes : {240, 241}) {
    Story story;
    ClaimLine hours = story.Line("R1", "2026-03"), rest = story.Line("R2");
    hours.volume = 6;
    rest.unit = "01";
    rest.volume = minutes;
    story.Allocate(TenHours).Declare("D1", {hours}, "2026-03").Declare("D2", {rest});
    EXPECT_EQ(story.Found().size(), minutes == 240 ? 0u : 1u) << minutes;
  }
}

TEST(HistoryClaims, LinesTogetherMustFitTheBudgetInMoney_TR369) {
  Story story;
  const auto budget = [](AllocatedProduct& a) {
    a.product.clear();
    a.volume.reset();
    a.budget = 9'000;
  };
  const ClaimLine march = story.Line("R1", "2026-03");
  ClaimLine april = story.Line("R2");
  april.amount.cents = 4'000;
  story.Allocate(budget).Declare("D1", {march}, "2026-03").Declare("D2", {april});
  EXPECT_THAT(story.Found(), IsEmpty());
  story.Declare("D3", {story.Line("R3", "2026-05")}, "2026-05");
  EXPECT_THAT(story.Found(), ElementsAre("D3 TR369 1.1"));
  story.Declare("D4", {story.Credit(march, "R4")}, "2026-05").Grant("D1");
  EXPECT_THAT(story.Found(), IsEmpty());
}

TEST(HistoryClaims, OneDebitAtATimeForAPeriod_TR389) {
  Story story;
  const ClaimLine first = story.Line("R1");
  story.Allocate().Declare("D1", {first}).Grant("D1").Declare("D2", {story.Line("R2")}, "2026-05");
  EXPECT_THAT(story.Found(), ElementsAre("D2 TR389 1.1"));
  // It stays the reason when the answer rejects the line.
  Story rejected = story;
  rejected.Grant("D2", {"R2"});
  EXPECT_THAT(rejected.Found(), ElementsAre("D2 TR389 1.1"));
  // After the credit the new debit is right, also in one message with the credit (OP366, IV086).
  story.Declare("D3", {story.Credit(first, "R3")}, "2026-06");
  EXPECT_THAT(story.Found(), IsEmpty());
  Story together;
  together.Allocate().Declare("D1", {first}).Grant("D1");
  together.Declare("D2", {together.Line("R2"), together.Credit(first, "R3")}, "2026-05");
  EXPECT_THAT(together.Found(), IsEmpty());
}

TEST(HistoryClaims, ADebitThatWasRejectedMayBeSentAnew_TR389) {
  Story story;
  story.Allocate().Declare("D1", {story.Line("R1")}).Grant("D1", {"R1"}).Declare("D2", {story.Line("R2")}, "2026-05");
  EXPECT_THAT(story.Found(), IsEmpty());
}

TEST(HistoryClaims, TariffIsThatOfTheContract_TR418) {
  for (const Law law : kLaws) {
    Story story(law);
    story.Allocate().Declare("D1", {story.Line("R1")});
    EXPECT_THAT(story.Found(), IsEmpty()) << "no tariff known";
    Story right = story;
    right.Tariff(1250).Tariff(9999, "2020-01-01", "41000002");
    EXPECT_THAT(right.Found(), IsEmpty());
    story.Tariff(1300);
    EXPECT_THAT(story.Found(), ElementsAre("D1 TR418 1.1"));
    story.Tariff(1250, "2026-04-01", "41000001");
    EXPECT_THAT(story.Found(), IsEmpty()) << "the provider's own goes first";
  }
}

TEST(HistoryClaims, EurosHaveNoTariff_TR418) {
  Story story;
  ClaimLine line = story.Line("R1");
  line.unit = "83";
  line.tariff.reset();
  story.Allocate([](AllocatedProduct& a) { a.volume = {.volume = 10'000, .unit = "83", .frequency = "4"}; });
  story.Tariff(1300).Declare("D1", {line});
  EXPECT_THAT(story.Found(), IsEmpty());
}

TEST(HistoryClaims, ReferenceIsUsedOnce_TR314) {
  Story story;
  story.Allocate().Declare("D1", {story.Line("R1")}).Declare("D2", {story.Line("R1", "2026-05")}, "2026-05");
  EXPECT_THAT(story.Found(), ElementsAre("D2 TR314 1.1"));
}

TEST(HistoryClaims, AClaimThatWasNotProcessedMayBeSentAgainAsItWas_TR314_TR333_TR389) {
  for (const bool by_header : {true, false}) {
    Story story;
    ParsedMessage again = story.Claim("D1", {story.Line("R1")});
    again.header.identification = "M2";
    story.Allocate().Declare("D1", {story.Line("R1")});
    Story used = story;
    used.Add("again", again);
    EXPECT_THAT(used.Found(), ElementsAre("again TR314 1.1", "again TR333 Declaratie/DeclaratieNummer", "again TR389 1.1"));
    by_header ? story.RefuseMessage("D1") : story.RefuseDeclaration("D1");
    story.Add("again", again);
    EXPECT_THAT(story.Found(), IsEmpty());
    story.Grant("again");
    EXPECT_THAT(story.Found(), IsEmpty());
  }
}

TEST(HistoryClaims, CreditTakesAnApprovedDebitBack_TR323) {
  Story story;
  const ClaimLine debit = story.Line("R1");
  const auto credit = [&](Story s, const ClaimLine& line) { return s.Declare("D2", {line}, "2026-05").Found(); };
  story.Allocate();
  EXPECT_THAT(credit(story, story.Credit(debit, "R2")), ElementsAre("D2 TR323 1.1")) << "no such debit";
  story.Declare("D1", {debit});
  EXPECT_THAT(credit(story, story.Credit(debit, "R2")), ElementsAre("D2 TR323 1.1")) << "not approved yet (IV085)";
  Story rejected = story;
  rejected.Grant("D1", {"R1"});
  EXPECT_THAT(credit(rejected, story.Credit(debit, "R2")), ElementsAre("D2 TR323 1.1")) << "rejected";
  story.Grant("D1");
  EXPECT_THAT(credit(story, story.Credit(debit, "R2")), IsEmpty());
  void (*const edits[])(ClaimLine&) = {
      [](ClaimLine& l) { l.amount.cents += 1; }, [](ClaimLine& l) { l.volume += 1; },
      [](ClaimLine& l) { l.tariff = 1; },        [](ClaimLine& l) { l.unit = "16"; },
      [](ClaimLine& l) { l.product = "45A99"; }, [](ClaimLine& l) { l.category = "99"; },
      [](ClaimLine& l) { l.period.start += 1; }, [](ClaimLine& l) { l.period.end -= 1; },
  };
  for (const auto edit : edits) {
    ClaimLine other = story.Credit(debit, "R2");
    edit(other);
    EXPECT_THAT(credit(story, other), ElementsAre("D2 TR323 1.1"));
  }
}

TEST(HistoryClaims, CreditIsOfTheSameClient_TR323) {
  Story story;
  ClaimLine credit = story.Credit(story.Line("R1"), "R2");
  credit.client = 1;
  story.Allocate().Declare("D1", {story.Line("R1")}).Grant("D1");
  story.Allocate([](AllocatedProduct& a) { a.number = 10099; }, 1).Declare("D2", {credit}, "2026-05");
  EXPECT_THAT(story.Found(), ElementsAre("D2 TR323 1.1", "D2 TR338 1.1"));
}

TEST(HistoryClaims, CreditIsSentOnce_TR390) {
  Story story;
  const ClaimLine debit = story.Line("R1");
  story.Allocate().Declare("D1", {debit}).Grant("D1").Declare("D2", {story.Credit(debit, "R2")}, "2026-05");
  Story rejected = story;
  story.Declare("D3", {story.Credit(debit, "R3")}, "2026-06");
  EXPECT_THAT(story.Found(), ElementsAre("D3 TR390 1.1"));
  // A credit that was rejected took nothing back.
  rejected.Grant("D2", {"R2"}).Declare("D3", {rejected.Credit(debit, "R3")}, "2026-06");
  EXPECT_THAT(rejected.Found(), IsEmpty());
}

TEST(HistoryClaims, NumberOfADeclarationIsUsedOnce_TR333) {
  Story story;
  ParsedMessage second = story.Claim("D1", {story.Line("R2", "2026-05")}, "2026-05");
  second.header.identification = "M2";
  story.Allocate().Declare("D1", {story.Line("R1")});
  EXPECT_THAT(story.Found(), IsEmpty());
  story.Add("second", second);
  EXPECT_THAT(story.Found(), ElementsAre("second TR333 Declaratie/DeclaratieNummer"));
}

TEST(HistoryClaims, PeriodsFollowEachOther_TR318) {
  constexpr char kWrong[] = "D9 TR318 Declaratie/DeclaratiePeriode";
  const auto after = [](std::vector<absl::string_view> before, std::vector<absl::string_view> care, absl::string_view month) {
    Story story;
    story.Allocate([](AllocatedProduct& a) { a.period = Days("2025-01-01", "2026-12-31"); });
    int number = 0;
    for (const absl::string_view m : before) {
      ++number;
      story.Declare(absl::StrCat("D", number), {story.Line(absl::StrCat("R", number), m)}, m);
    }
    std::vector<ClaimLine> lines;
    for (const absl::string_view m : care) lines.push_back(story.Line(absl::StrCat("S", lines.size()), m));
    return story.Declare("D9", lines, month).Found();
  };
  EXPECT_THAT(after({}, {"2026-04"}, "2026-04"), IsEmpty()) << "the first";
  EXPECT_THAT(after({"2026-03"}, {"2026-04"}, "2026-04"), IsEmpty());
  // The example of the rule: no care in July and August.
  EXPECT_THAT(after({"2026-01", "2026-02"}, {"2026-05"}, "2026-05"), IsEmpty()) << "no care in March and April";
  EXPECT_THAT(after({"2026-01", "2026-02"}, {"2026-05", "2026-04"}, "2026-05"), IsEmpty()) << "no care in March";
  EXPECT_THAT(after({"2026-01", "2026-02"}, {"2026-05", "2026-04", "2026-03"}, "2026-05"), ElementsAre(kWrong));
  EXPECT_THAT(after({"2025-12"}, {"2026-02", "2026-01"}, "2026-02"), ElementsAre(kWrong)) << "over the turn of the year";
  EXPECT_THAT(after({"2026-03"}, {"2026-04", "2025-11"}, "2026-04"), IsEmpty()) << "late is allowed (OP354)";
}

TEST(HistoryClaims, PeriodIsNeverBeforeThatOfAnEarlierDatedClaim_TR318_IV090) {
  Story story;
  ParsedMessage back = story.Claim("D2", {story.Line("R2", "2026-03")}, "2026-03");
  story.Allocate().Declare("D1", {story.Line("R1")});
  EXPECT_THAT(Story(story).Add("D2", back).Found(), IsEmpty()) << "dated before, whenever it came";
  back.header.dated_day = story.Claim("D1", {}).header.dated_day;
  EXPECT_THAT(Story(story).Add("D2", back).Found(), IsEmpty()) << "of one day";
  back.header.dated_day += 1;
  EXPECT_THAT(Story(story).Add("D2", back).Found(), ElementsAre("D2 TR318 Declaratie/DeclaratiePeriode"));
  story.RefuseMessage("D1");
  EXPECT_THAT(Story(story).Add("D2", back).Found(), IsEmpty()) << "what was not processed is not a previous one";
}

TEST(HistoryClaims, AnswerBelongsToItsMessage_TR337_TR371_TR376) {
  Story story;
  const ParsedMessage claim = story.Claim("D1", {story.Line("R1")});
  ParsedMessage answer = story.AnswerTo(claim);
  story.Allocate();
  EXPECT_THAT(Story(story).Add("answer", answer).Found(),
              ElementsAre("answer TR337 Header/DeclaratieIdentificatie", "answer TR376 DeclaratieAntwoord/DeclaratieNummer"));
  story.Add("D1", claim);
  EXPECT_THAT(Story(story).Add("answer", answer).Found(), IsEmpty());
  answer.header.claim_dated_day += 1;
  EXPECT_THAT(Story(story).Add("answer", answer).Found(), ElementsAre("answer TR337 Header/DeclaratieIdentificatie"));
  answer = story.AnswerTo(claim);
  answer.header.claim_identification = "M9";
  EXPECT_THAT(Story(story).Add("answer", answer).Found(), ElementsAre("answer TR337 Header/DeclaratieIdentificatie"));
  answer = story.AnswerTo(claim);
  answer.header.claim_schema_version = "1.0.9";
  EXPECT_THAT(Story(story).Add("answer", answer).Found(), ElementsAre("answer TR371 Header/XsdVersieDeclaratie"));
  answer = story.AnswerTo(claim);
  answer.answer->number = "D9";
  EXPECT_THAT(Story(story).Add("answer", answer).Found(), ElementsAre("answer TR376 DeclaratieAntwoord/DeclaratieNummer"));
}

TEST(HistoryClaims, AnswerRepeatsLinesOfTheClaim_TR366_TR367_TR304) {
  Story story;
  ClaimLine other = story.Line("R2");
  other.client = 1;
  other.allocation = 10099;
  const ParsedMessage claim = story.Claim("D1", {story.Line("R1"), other});
  story.Allocate().Allocate([](AllocatedProduct& a) { a.number = 10099; }, 1).Add("D1", claim);
  EXPECT_THAT(Story(story).Grant("D1", {"R1", "R2"}).Found(), IsEmpty());
  const auto answered = [&](void (*edit)(ClaimLine&)) {
    ParsedMessage answer = story.AnswerTo(claim, {"R1"});
    edit(answer.answer->lines[0]);
    return Story(story).Add("answer", answer).Found();
  };
  EXPECT_THAT(answered([](ClaimLine& l) { l.reference = "R9"; }), ElementsAre("answer TR366 1.1"));
  EXPECT_THAT(answered([](ClaimLine& l) { l.amount.credit = true; }), ElementsAre("answer TR367 1.1"))
      << "as in the official sample (domain-standards 3.9)";
  EXPECT_THAT(answered([](ClaimLine& l) { l.volume = 5; }), ElementsAre("answer TR367 1.1"));
  EXPECT_THAT(answered([](ClaimLine& l) { l.allocation = 10099; }), ElementsAre("answer TR367 1.1"));
  ParsedMessage stranger = story.AnswerTo(claim, {"R1"});
  stranger.clients[0].bsn = TestBsn(2);
  EXPECT_THAT(Story(story).Add("answer", stranger).Found(), ElementsAre("answer TR304 1/Bsn"));
}

// Debits, credits and new debits at random, with answers: the verdict depends on what is known only. Found() compares orders.
TEST(HistoryClaims, OrderOfArrivalHasNoMeaning_T29_OP080) {
  std::mt19937 random(389);
  size_t findings = 0;
  for (int round = 0; round < 40; ++round) {
    Story story(kLaws[round % 2]);
    story.Allocate(TenHours);
    std::vector<ClaimLine> sent;
    for (int n = 0; n < 6; ++n) {
      const std::string number = absl::StrCat("D", n);
      std::vector<ClaimLine> lines;
      std::set<std::string> rejected;
      for (size_t i = 0; i < 1 + random() % 3; ++i) {
        const std::string reference = absl::StrCat("R", random() % 12);
        ClaimLine line = story.Line(reference, random() % 2 == 0 ? "2026-03" : "2026-04");
        line.volume = 1 + static_cast<int64_t>(random() % 4);
        if (!sent.empty() && random() % 2 == 0) line = story.Credit(sent[random() % sent.size()], reference);
        if (line.reference == line.previous_reference) continue;
        if (random() % 4 == 0) rejected.insert(line.reference);
        lines.push_back(line);
        if (!line.amount.credit) sent.push_back(line);
      }
      story.Declare(number, lines, absl::StrCat("2026-0", 3 + random() % 3));
      const size_t answer = random() % 5;
      if (answer < 3) story.Grant(number, rejected);
      if (answer == 3) story.RefuseMessage(number);
    }
    findings += story.Found().size();
  }
  EXPECT_GT(findings, 100u);
}

}  // namespace
}  // namespace nmd::ingestion
