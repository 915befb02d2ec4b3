// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/facts.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nmd::testing {
namespace {

using ingestion::v1::Fact;

int32_t EndOf(const std::string& last) { return last.empty() ? 0 : On(last) + 1; }

void SetTime(absl::Time time, google::protobuf::Timestamp* to) { to->set_seconds(absl::ToUnixSeconds(time)); }

}  // namespace

Day On(const std::string& date) {
  const std::optional<Day> day = ParseDay(date);
  if (!day.has_value()) {
    std::fprintf(stderr, "not a date: %s\n", date.c_str());
    std::abort();
  }
  return *day;
}

absl::Time At(const std::string& date) { return absl::FromUnixSeconds(int64_t{On(date)} * 86'400); }

Fact AllocationOf(const AllocationSpec& spec) {
  Fact fact;
  auto* allocation = fact.mutable_allocation();
  allocation->set_law(spec.law);
  allocation->set_person_key(spec.person);
  allocation->set_provider(spec.provider);
  allocation->set_number(spec.number);
  allocation->set_category(spec.product.substr(0, 2));
  allocation->set_product(spec.product);
  allocation->set_start_day(On(spec.first));
  allocation->set_end_day(EndOf(spec.last));
  allocation->set_assigned_second(int64_t{On(spec.assigned)} * 86'400);
  allocation->set_change_reason(spec.reason);
  allocation->set_volume(spec.volume);
  allocation->set_unit(spec.unit);
  allocation->set_frequency(spec.frequency);
  allocation->set_budget_cents(spec.budget_cents);
  return fact;
}

Fact TariffOf(const std::string& product, int64_t cents, const std::string& first, const std::string& provider,
              const std::string& unit) {
  Fact fact;
  auto* tariff = fact.mutable_tariff();
  tariff->set_law(ingestion::v1::YOUTH);
  tariff->set_product(product);
  tariff->set_provider(provider);
  tariff->set_unit(unit);
  tariff->set_tariff_cents(cents);
  tariff->set_start_day(On(first));
  return fact;
}

Fact LevelOf(const std::string& product, const std::string& ivn, const std::string& first) {
  Fact fact;
  auto* level = fact.mutable_product_level();
  level->set_law(ingestion::v1::YOUTH);
  level->set_product(product);
  level->set_ivn(ivn);
  level->set_start_day(On(first));
  return fact;
}

Fact ClaimOf(const std::string& number, const std::vector<ClaimLineSpec>& lines, const std::string& provider) {
  Fact fact;
  auto* claim = fact.mutable_claim();
  claim->set_law(ingestion::v1::YOUTH);
  claim->set_provider(provider);
  claim->set_number(number);
  for (const ClaimLineSpec& spec : lines) {
    auto* line = claim->add_lines();
    line->set_person_key(spec.person);
    line->set_reference(spec.reference);
    line->set_previous_reference(spec.previous);
    line->set_allocation(spec.allocation);
    line->set_category(spec.product.substr(0, 2));
    line->set_product(spec.product);
    line->set_start_day(On(spec.first));
    line->set_end_day(On(spec.first) + 1);
    line->set_amount_cents(spec.amount_cents);
    claim->set_total_cents(claim->total_cents() + spec.amount_cents);
  }
  return fact;
}

Fact AnswerOf(const std::string& number, const std::vector<std::string>& rejected, bool whole, const std::string& provider) {
  Fact fact;
  auto* answer = fact.mutable_claim_answer();
  answer->set_law(ingestion::v1::YOUTH);
  answer->set_provider(provider);
  answer->set_number(number);
  for (const std::string& reference : rejected) answer->add_rejected_references(reference);
  answer->set_rejected(whole);
  return fact;
}

Fact StartOf(int64_t number, const std::string& first, const std::string& status, ingestion::v1::Law law) {
  Fact fact;
  auto* start = fact.mutable_start();
  start->set_law(law);
  start->set_number(number);
  start->set_start_day(On(first));
  start->set_status(status);
  return fact;
}

Fact StopOf(const StopSpec& spec) {
  Fact fact;
  auto* stop = fact.mutable_stop();
  stop->set_law(spec.law);
  stop->set_number(spec.number);
  stop->set_start_day(On(spec.first));
  stop->set_end_day(EndOf(spec.last));
  stop->set_reason(spec.reason);
  stop->set_status(spec.status);
  return fact;
}

Fact PlanOf(const std::string& person, int64_t number, const std::string& last) {
  Fact fact;
  auto* plan = fact.mutable_care_plan();
  plan->set_law(ingestion::v1::YOUTH);
  plan->set_person_key(person);
  plan->set_number(number);
  plan->set_agreed_end_day(EndOf(last));
  return fact;
}

Fact BudgetOf(const std::string& line, int32_t year, int64_t cents, const std::string& document) {
  Fact fact;
  auto* budget = fact.mutable_budget_line();
  budget->set_line(line);
  budget->set_year(year);
  budget->set_amount_cents(cents);
  budget->set_document(document);
  return fact;
}

ingestion::v1::FactBatch BatchOf(int64_t sequence, absl::Time known, std::vector<Fact> facts, const std::string& source) {
  ingestion::v1::FactBatch batch;
  batch.set_sequence(sequence);
  batch.set_delivery(absl::StrCat("d", sequence));
  batch.set_source(source);
  SetTime(known, batch.mutable_known_time());
  batch.set_record_count(static_cast<int64_t>(facts.size()));
  batch.set_sound_record_count(static_cast<int64_t>(facts.size()));
  for (Fact& fact : facts) *batch.add_facts() = std::move(fact);
  return batch;
}

linking::v1::Link LinkOf(int64_t sequence, const std::string& person, const std::string& client, absl::Time known,
                         linking::v1::LinkReason reason) {
  linking::v1::Link link;
  link.set_sequence(sequence);
  link.set_person_key(person);
  link.set_client(client);
  link.set_reason(reason);
  SetTime(known, link.mutable_known_time());
  return link;
}

std::vector<ingestion::v1::Fact> RunningObligationsT20() {
  return {AllocationOf({.number = 1,
                        .product = "45A04",
                        .first = "2018-01-15",
                        .last = "2018-07-14",
                        .volume = 3,
                        .unit = "04",
                        .frequency = "2"}),
          AllocationOf({.person = "p2",
                        .number = 2,
                        .product = "45A05",
                        .first = "2018-02-01",
                        .last = "2018-10-31",
                        .provider = "99000002",
                        .volume = 1,
                        .unit = "82",
                        .frequency = "6"}),
          AllocationOf({.person = "p3",
                        .number = 3,
                        .product = "44A08",
                        .first = "2018-03-10",
                        .volume = 1,
                        .unit = "14",
                        .frequency = "1"}),
          TariffOf("45A04", 85'00, "2017-01-01", "", "04"),
          TariffOf("45A05", 4'200'00, "2017-01-01", "", "82"),
          TariffOf("44A08", 235'00, "2017-01-01", "", "14")};
}

}  // namespace nmd::testing
