// SPDX-License-Identifier: EUPL-1.2
// Facts that are no provision, and those of courses of care, as the ledger takes them in.
#include <algorithm>

#include "nmd/ingestion/v1/fact.pb.h"
#include "services/costs/ledger.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;

uint8_t LawOf(int law) { return law == kYouth || law == kWmo ? static_cast<uint8_t>(law) : uint8_t{0}; }
nmd::Period PeriodOf(Day start, Day end) { return {start, end == 0 ? kOpenEnd : end}; }

}  // namespace

uint32_t Ledger::AddRecord(const Fact& fact, uint32_t batch) {
  const auto begin = [&](RecordKind kind, int law) -> Record& {
    Record& record = facts_.records.emplace_back();
    record.kind = kind;
    record.batch = batch;
    record.law = LawOf(law);
    for (Word* word : {&record.person, &record.category, &record.product, &record.provider, &record.referrer, &record.taakveld,
                       &record.key, &record.detail}) {
      *word = empty_;
    }
    return record;
  };
  switch (fact.payload_case()) {
    case Fact::kPersonalBudget: {
      const auto& in = fact.personal_budget();
      Record& record = begin(kPersonalBudgetRecord, in.law());
      record.person = Intern(in.person_key());
      record.key = Intern(in.decision());
      record.category = Intern(in.category());
      record.product = Intern(in.product());
      record.days = PeriodOf(in.start_day(), in.end_day());
      record.amount = in.budget_cents();
      return kPersonalBudgets;
    }
    case Fact::kBudgetPayment: {
      const auto& in = fact.budget_payment();
      Record& record = begin(kBudgetPaymentRecord, in.law());
      record.person = Intern(in.person_key());
      record.key = Intern(in.decision());
      record.category = Intern(in.category());
      record.product = Intern(in.product());
      record.days = PeriodOf(in.start_day(), in.end_day());
      record.until = in.paid_day();
      record.amount = in.amount_cents();
      return kBudgetPayments;
    }
    case Fact::kTeamHelp: {
      const auto& in = fact.team_help();
      Record& record = begin(kTeamHelpRecord, in.law());
      record.person = Intern(in.person_key());
      record.key = Intern(in.team());
      record.detail = Intern(in.help());
      record.referrer = Intern(in.referrer());
      record.days = PeriodOf(in.start_day(), in.end_day());
      return kTeamHelps;
    }
    case Fact::kLedgerBooking: {
      const auto& in = fact.ledger_booking();
      Record& record = begin(kBookingRecord, 0);
      record.key = Intern(in.booking());
      record.provider = Intern(in.provider());
      record.taakveld = Intern(in.taakveld());
      record.revenue = in.revenue();
      // What closes the year (month 13) is of December.
      record.days = MonthPeriod(nmd::MonthOf(in.year(), std::clamp(in.month(), 1, 12)));
      record.amount = in.amount_cents();
      return kBookings;
    }
    case Fact::kDecision: {
      const auto& in = fact.decision();
      Record& record = begin(kDecisionRecord, in.law());
      record.person = Intern(in.person_key());
      record.key = Intern(in.decision());
      record.category = Intern(in.category());
      record.product = Intern(in.product());
      record.referrer = Intern(in.referrer());
      record.from = in.applied_day();
      record.until = in.decided_day();
      record.outcome = static_cast<uint8_t>(in.outcome());
      if (in.form() == ingestion::v1::ZIN) record.detail = Intern("zin");
      if (in.form() == ingestion::v1::PGB) record.detail = Intern("pgb");
      record.days = {std::max(in.applied_day(), in.decided_day()), std::max(in.applied_day(), in.decided_day()) + 1};
      return kDecisions;
    }
    case Fact::kAllocation: {
      const auto& in = fact.allocation();
      if (in.reference().empty()) return kAllocations;
      facts_.care_events.push_back(
          {batch, CareEvent::kGranted, LawOf(in.law()), in.number(), 0, Intern(in.provider()), Intern(in.reference())});
      return kAllocations;
    }
    case Fact::kStart: {
      const auto& in = fact.start();
      facts_.care_events.push_back({batch, in.status() == "3" ? CareEvent::kNotBegan : CareEvent::kBegan, LawOf(in.law()),
                                    in.number(), in.start_day(), Intern(in.provider()), empty_});
      return kCareStarts;
    }
    case Fact::kCareRequest: {
      const auto& in = fact.care_request();
      if (in.kind() != ingestion::v1::CareRequest::ASKED && in.kind() != ingestion::v1::CareRequest::ADDED) return kOther;
      facts_.care_events.push_back(
          {batch, CareEvent::kAsked, LawOf(in.law()), 0, in.dated_day(), Intern(in.provider()), Intern(in.reference())});
      return kOther;
    }
    default:
      return AddCareFact(fact, batch);
  }
}

uint32_t Ledger::AddCareFact(const Fact& fact, uint32_t batch) {
  switch (fact.payload_case()) {
    case Fact::kStop: {
      const auto& in = fact.stop();
      facts_.stops.push_back(
          {batch, LawOf(in.law()), in.status() == "3", in.number(), in.start_day(), in.end_day(), Intern(in.reason())});
      return kCareStops;
    }
    case Fact::kCarePlan: {
      const auto& in = fact.care_plan();
      facts_.plans.push_back({batch, LawOf(in.law()), Intern(in.person_key()), in.number(), in.agreed_end_day(), in.motivated(),
                              static_cast<uint8_t>(in.result()), static_cast<uint8_t>(in.complexity())});
      return kCarePlans;
    }
    case Fact::kDeliveredQuantity: {
      const auto& in = fact.delivered_quantity();
      facts_.quantities.push_back({batch, LawOf(in.law()), Intern(in.provider()), Intern(in.person_key()), Intern(in.product()),
                                   Intern(in.unit()), in.number(), PeriodOf(in.start_day(), in.end_day()),
                                   in.volume_thousandths(), in.amount_cents()});
      return kQuantities;
    }
    case Fact::kResponsibility: {
      const auto& in = fact.responsibility();
      facts_.responsibilities.push_back({batch, LawOf(in.law()), Intern(in.person_key()), Intern(in.municipality()),
                                         Intern(in.origin()), in.stay(), PeriodOf(in.start_day(), in.end_day())});
      return kResponsibilities;
    }
    case Fact::kProductSuccession: {
      const auto& in = fact.product_succession();
      facts_.successions.push_back({batch, LawOf(in.law()), Intern(in.product()), Intern(in.predecessor()), in.start_day()});
      return kSuccessions;
    }
    case Fact::kProviderGroup: {
      const auto& in = fact.provider_group();
      facts_.provider_groups.push_back({batch, Intern(in.provider()), Intern(in.provider_name()), Intern(in.organisation()),
                                        Intern(in.organisation_name()), Intern(in.concern()), Intern(in.concern_name()),
                                        PeriodOf(in.start_day(), in.end_day())});
      return kProviderGroups;
    }
    case Fact::kCombinationRule: {
      const auto& in = fact.combination_rule();
      facts_.combinations.push_back({batch, LawOf(in.law()), LawOf(in.other_law()), Intern(in.product()),
                                     Intern(in.other_product()), Intern(in.reason()), static_cast<uint8_t>(in.verdict()),
                                     PeriodOf(in.start_day(), in.end_day())});
      return kCombinations;
    }
    // What is in no figure here.
    default:
      return AddExternal(fact, batch);
  }
}

}  // namespace nmd::costs
