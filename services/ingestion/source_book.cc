// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/source_book.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "services/core/workdays.h"

namespace nmd::ingestion {
namespace {

using Saved = internal::v1::SourceBookCheckpoint;

// Terms in working days (domain-standards 3.4). A message is received on the day it is dated: the standard has no other day.
constexpr int kStartTerm = 5;                // OP271
constexpr int kStopTerm = 5;                 // OP272
constexpr int kReturnTerm = 3;               // OP090
constexpr int kClaimAnswerTerm = 10;         // OP090x4
constexpr absl::string_view kRemoval = "3";  // StatusAanlevering

bool IsReturnNumber(int32_t type) { return type % 2 == 0; }

// The newest month and the bits of those before it. A month more than five years back does not count (TR335).
std::pair<Month, uint64_t> Packed(std::vector<Month> months) {
  if (months.empty()) return {0, 0};
  const Month newest = *std::max_element(months.begin(), months.end());
  uint64_t bits = 0;
  for (const Month month : months) {
    if (newest - month < 64) bits |= uint64_t{1} << (newest - month);
  }
  return {newest, bits};
}

// What a message of a provider or municipality tells about: the months its claim is about, else the month it is dated in.
std::vector<Month> MonthsOf(const v1::FactBatch& batch) {
  std::vector<Month> months;
  for (const v1::Fact& fact : batch.facts()) {
    if (fact.has_message_return()) return {MonthOf(fact.message_return().dated_day())};
    if (!fact.has_claim()) continue;
    months.push_back(MonthOf(fact.claim().start_day()));
    for (const v1::ClaimLine& line : fact.claim().lines()) months.push_back(MonthOf(line.start_day()));
  }
  if (months.empty()) months.push_back(MonthOf(batch.message().dated_day()));
  return months;
}

}  // namespace

int32_t SourceBook::Numbered(absl::string_view text) {
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  const std::string& kept = texts_.emplace_back(text);
  const auto number = static_cast<int32_t>(texts_.size()) - 1;
  numbers_.emplace(kept, number);
  return number;
}

void SourceBook::Add(const internal::v1::DeliveryRecord& record, Day known_day) {
  const v1::FactBatch& batch = record.batch();
  Entry& entry = entries_.emplace_back();
  const auto delivery = static_cast<int32_t>(entries_.size()) - 1;
  entry.records = batch.record_count();
  entry.sound_records = batch.sound_record_count();
  if (record.delivery().state() != v1::Delivery::ACCEPTED) return;
  if (!batch.has_message()) {
    std::tie(entry.newest, entry.months) = Packed({MonthOf(known_day)});
  } else {
    const v1::MessageHead& head = batch.message();
    entry.sender = Numbered(IsReturnNumber(head.type()) ? head.receiver() : head.sender());
    std::tie(entry.newest, entry.months) = Packed(MonthsOf(batch));
  }
  const auto set_term = [&](Day due, Day done, int64_t allocation = 0) {
    if (entry.due_day != 0 && entry.due_day <= due) return;
    entry.due_day = due;
    entry.done_day = done;
    entry.allocation = allocation;
  };
  for (const v1::Fact& fact : batch.facts()) {
    if (fact.has_allocation()) {
      const v1::Allocation& allocation = fact.allocation();
      const Period period = {allocation.start_day(), allocation.end_day() == 0 ? kOpenEnd : allocation.end_day()};
      // It never existed (domain-standards 3.5).
      const bool deleted =
          (allocation.change_reason() == "13" || allocation.change_reason() == "01") && period.end == period.start + 1;
      versions_.push_back({allocation.number(), allocation.assigned_second(), period, delivery, Numbered(allocation.provider()),
                           allocation.law() == v1::WMO ? Law::kWmo : Law::kYouth, deleted});
    } else if (fact.has_start() && fact.start().status() != kRemoval) {
      set_term(AddWorkdays(fact.start().start_day(), kStartTerm), known_day, fact.start().number());
    } else if (fact.has_stop() && fact.stop().status() != kRemoval && fact.stop().end_day() != 0) {
      set_term(AddWorkdays(fact.stop().end_day() - 1, kStopTerm), known_day);
    } else if (fact.has_message_return()) {
      set_term(AddWorkdays(batch.message().dated_day(), kReturnTerm), fact.message_return().dated_day());
    } else if (fact.has_claim_answer() && fact.claim_answer().claim_dated_day() != 0) {
      set_term(AddWorkdays(fact.claim_answer().claim_dated_day(), kClaimAnswerTerm), batch.message().dated_day());
    } else if (fact.has_contract() && !fact.contract().provider_name().empty()) {
      names_.push_back({delivery, Numbered(fact.contract().provider()), fact.contract().provider_name()});
    }
  }
}

void SourceBook::Save(Saved* saved) const {
  saved->set_version(kVersion);
  for (const Entry& entry : entries_) {
    Saved::Told& told = *saved->add_told();
    told.set_sender(texts_[static_cast<size_t>(entry.sender)]);
    told.set_newest_month(entry.newest);
    told.set_months(static_cast<int64_t>(entry.months));
    told.set_record_count(entry.records);
    told.set_sound_record_count(entry.sound_records);
    told.set_due_day(entry.due_day);
    told.set_done_day(entry.done_day);
    told.set_allocation(entry.allocation);
  }
  for (const Name& name : names_) {
    Saved::ProviderName& row = *saved->add_provider_names();
    row.set_delivery(name.delivery);
    row.set_provider(texts_[static_cast<size_t>(name.provider)]);
    row.set_title(name.title);
  }
  absl::flat_hash_map<int32_t, int32_t> places;
  for (const Version& version : versions_) {
    const auto [place, added] = places.emplace(version.provider, saved->providers_size());
    if (added) saved->add_providers(texts_[static_cast<size_t>(version.provider)]);
    Saved::AllocationVersion& row = *saved->add_allocation_versions();
    row.set_delivery(version.delivery);
    row.set_law(version.law == Law::kYouth ? v1::YOUTH : v1::WMO);
    row.set_number(version.number);
    row.set_provider(place->second);
    row.set_start_day(version.period.start);
    row.set_end_day(version.period.end == kOpenEnd ? 0 : version.period.end);
    row.set_assigned_second(version.assigned_second);
    row.set_deleted(version.deleted);
  }
}

void SourceBook::Load(const Saved& saved) {
  for (const Saved::Told& told : saved.told()) {
    entries_.push_back({Numbered(told.sender()), told.newest_month(), static_cast<uint64_t>(told.months()), told.record_count(),
                        told.sound_record_count(), told.due_day(), told.done_day(), told.allocation()});
  }
  for (const Saved::ProviderName& name : saved.provider_names()) {
    names_.push_back({name.delivery(), Numbered(name.provider()), name.title()});
  }
  for (const Saved::AllocationVersion& row : saved.allocation_versions()) {
    versions_.push_back({row.number(),
                         row.assigned_second(),
                         {row.start_day(), row.end_day() == 0 ? kOpenEnd : row.end_day()},
                         row.delivery(),
                         Numbered(saved.providers(row.provider())),
                         row.law() == v1::WMO ? Law::kWmo : Law::kYouth,
                         row.deleted()});
  }
}

std::vector<ProviderPeriod> SourceBook::Allocations(Law law, const CountsAt& counts) const {
  std::vector<const Version*> known;
  for (const Version& version : versions_) {
    if (version.law == law && counts(version.delivery)) known.push_back(&version);
  }
  // Equal seconds are settled by what the versions say, never by when they came.
  const auto rank = [&](const Version* version) {
    return std::make_tuple(version->number, -version->assigned_second, !version->deleted,
                           absl::string_view(texts_[static_cast<size_t>(version->provider)]), version->period.start,
                           version->period.end);
  };
  std::sort(known.begin(), known.end(), [&](const Version* a, const Version* b) { return rank(a) < rank(b); });
  std::vector<ProviderPeriod> in_force;
  for (size_t i = 0; i < known.size(); ++i) {
    if ((i > 0 && known[i - 1]->number == known[i]->number) || known[i]->deleted || known[i]->period.Empty()) continue;
    in_force.push_back({texts_[static_cast<size_t>(known[i]->provider)], known[i]->period});
  }
  return in_force;
}

absl::flat_hash_map<int64_t, Day> SourceBook::FirstReceived(Law law, const CountsAt& counts,
                                                            const KnownDayOf& known_day) const {
  absl::flat_hash_map<int64_t, Day> first;
  for (const Version& version : versions_) {
    if (version.law != law || !counts(version.delivery)) continue;
    const Day day = known_day(version.delivery);
    const auto [known, added] = first.emplace(version.number, day);
    if (!added) known->second = std::min(known->second, day);
  }
  return first;
}

std::map<std::string, std::string> SourceBook::Names(const CountsAt& counts, const KnownDayOf& known_day) const {
  std::map<std::string, std::pair<Day, std::string>> newest;
  for (const Name& name : names_) {
    if (!counts(name.delivery)) continue;
    std::pair<Day, std::string>& known = newest[texts_[static_cast<size_t>(name.provider)]];
    known = std::max(known, {known_day(name.delivery), name.title});
  }
  std::map<std::string, std::string> names;
  for (auto& [provider, known] : newest) names.emplace(provider, std::move(known.second));
  return names;
}

void SourceBook::Describe(int32_t delivery, const absl::flat_hash_map<int64_t, Day>& first_received,
                          AnalysedDelivery* described) const {
  const Entry& entry = entries_[static_cast<size_t>(delivery)];
  described->sender = texts_[static_cast<size_t>(entry.sender)];
  for (int i = 63; i >= 0; --i) {
    if (entry.months >> i & 1) described->months.push_back(entry.newest - i);
  }
  described->records = entry.records;
  described->sound_records = entry.sound_records;
  described->due_day = entry.due_day;
  described->done_day = entry.done_day;
  if (entry.allocation == 0) return;
  if (const auto received = first_received.find(entry.allocation); received != first_received.end()) {
    described->due_day = std::max(described->due_day, AddWorkdays(received->second, kStartTerm));
  }
}

}  // namespace nmd::ingestion
