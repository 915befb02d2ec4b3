// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/records.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/costs/external.h"

namespace nmd::costs {

bool AllCount(const Record& record) {
  return record.kind == kBudgetPaymentRecord || (record.kind == kBookingRecord && record.key->empty());
}

RecordKey KeyOf(const Record& r) {
  switch (r.kind) {
    case kPersonalBudgetRecord:
      return {r.kind, *r.person, r.law, *r.key, *r.category, *r.product, r.days.start};
    case kTeamHelpRecord:
      return {r.kind, *r.person, r.law, *r.key, *r.detail, "", r.days.start};
    case kBookingRecord:
      // A booking has its number within a year.
      return {r.kind, "", 0, *r.key, "", "", FirstDay(nmd::MonthOf(YearOf(MonthOf(r.days.start)), 1))};
    default:
      return {r.kind, *r.person, r.law, *r.key, "", "", 0};
  }
}

RecordContent ContentOf(const Record& r) {
  return RecordContent(r.kind, r.law, absl::string_view(*r.person), absl::string_view(*r.key), absl::string_view(*r.detail),
                       r.from, r.until, r.outcome, absl::string_view(*r.category), absl::string_view(*r.product), r.days.start,
                       r.days.end, absl::string_view(*r.taakveld), r.revenue, absl::string_view(*r.provider),
                       absl::string_view(*r.referrer), r.amount, r.asked);
}

namespace {

// One per allocation: assigned by its first version, begun by its first start that was not taken back.
std::vector<Record> Waits(const KnownRecords& known) {
  using Number = std::tuple<uint8_t, int64_t>;
  std::map<Number, const AllocationFact*> assigned;
  for (const AllocationFact& allocation : known.allocations) {
    const AllocationFact*& first = assigned.try_emplace({allocation.law, allocation.number}, &allocation).first->second;
    const auto rank = [](const AllocationFact& a) {
      return std::make_tuple(a.assigned_second, absl::string_view(*a.person), absl::string_view(*a.product),
                             absl::string_view(*a.provider));
    };
    if (rank(allocation) < rank(*first)) first = &allocation;
  }
  std::map<Number, std::map<Day, std::pair<Moment, bool>>> begun;  // Per day what was said of it last.
  absl::flat_hash_map<Number, Word> references;
  absl::flat_hash_map<std::tuple<uint8_t, Word, Word>, Day> asked;
  for (const CareEvent& event : known.care_events) {
    const Number number = {event.law, event.number};
    if (event.kind == CareEvent::kBegan || event.kind == CareEvent::kNotBegan) {
      const std::pair<Moment, bool> said = {known.batches[event.batch].known, event.kind == CareEvent::kBegan};
      auto& last = begun[number].try_emplace(event.day, said).first->second;
      last = std::max(last, said);
    } else if (event.kind == CareEvent::kGranted) {
      Word& reference = references.try_emplace(number, event.reference).first->second;
      if (*event.reference < *reference) reference = event.reference;
    } else {
      Day& day = asked.try_emplace({event.law, event.provider, event.reference}, event.day).first->second;
      day = std::min(day, event.day);
    }
  }
  std::vector<Record> waits;
  for (const auto& [number, allocation] : assigned) {
    Record& record = waits.emplace_back();
    record.kind = kWaitRecord;
    record.batch = allocation->batch;
    record.law = allocation->law;
    // A wait is of an allocation; whose it is plays no part.
    record.person = record.referrer = record.taakveld = record.detail = record.key = known.empty;
    record.category = allocation->category;
    record.product = allocation->product;
    record.provider = allocation->provider;
    record.from = static_cast<Day>(allocation->assigned_second / 86400);
    record.days = {record.from, record.from + 1};
    if (const auto starts = begun.find(number); starts != begun.end()) {
      for (const auto& [day, said] : starts->second) {
        if (!said.second) continue;
        record.until = day;
        record.days.end = std::max(record.days.end, day + 1);
        break;
      }
    }
    if (const auto reference = references.find(number); reference != references.end()) {
      const auto request = asked.find({allocation->law, allocation->provider, reference->second});
      if (request != asked.end()) record.asked = request->second;
    }
  }
  return waits;
}

}  // namespace

std::shared_ptr<const RecordBook> MakeRecordBook(const KnownRecords& known) {
  auto book = std::make_shared<RecordBook>();
  std::map<RecordKey, const Record*> latest;
  const auto rank = [&known](const Record& r) { return std::make_tuple(known.batches[r.batch].known, ContentOf(r)); };
  for (const Record& record : known.records) {
    if (AllCount(record)) {
      book->records.push_back(record);
      continue;
    }
    const Record*& holds = latest.try_emplace(KeyOf(record), &record).first->second;
    if (rank(*holds) < rank(record)) holds = &record;
  }
  for (const auto& [key, record] : latest) book->records.push_back(*record);
  for (Record& wait : Waits(known)) book->records.push_back(wait);
  std::sort(book->records.begin(), book->records.end(),
            [](const Record& a, const Record& b) { return ContentOf(a) < ContentOf(b); });

  // A person key and a client id that read the same are not the same client.
  std::map<std::pair<bool, Word>, uint32_t> codes;
  for (Record& record : book->records) {
    if (!record.person->empty()) {
      const auto link = known.links.find(record.person);
      const bool linked = link != known.links.end();
      record.exact = linked && link->second.exact;
      const std::pair<bool, Word> who = {linked, linked ? link->second.client : record.person};
      const auto [code, fresh] = codes.try_emplace(who, static_cast<uint32_t>(codes.size() + 1));
      record.client = code->second;
      if (fresh) book->clients.emplace_back(who.second, who.first);
    }
    MonthRange& months = book->months[record.kind];
    const Month first = MonthOf(record.days.start);
    // What has no end goes on: as far as anybody knows it is there in every later month.
    const Month end = record.days.end == kOpenEnd ? nmd::MonthOf(9999, 1) : MonthOf(record.days.end - 1) + 1;
    months.Include({first, end});
  }
  book->externals = Vintages(known);
  return book;
}

}  // namespace nmd::costs
