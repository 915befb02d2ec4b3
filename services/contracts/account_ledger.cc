// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/account_ledger.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::Fact;
using ingestion::v1::FactBatch;

Period PeriodOf(Day start, Day end) { return {start, end == 0 ? kOpenEnd : end}; }

// RedenWijziging 13 says that an allocation never existed; before release 3.1 it was 01 with an empty period.
bool IsWithdrawn(const ingestion::v1::Allocation& stated) {
  return stated.change_reason() == "13" || (stated.change_reason() == "01" && stated.end_day() == stated.start_day());
}

}  // namespace

StatedDays StatedDaysOf(const ProviderBooks& books) {
  std::set<std::pair<Law, Month>> own;
  for (const OwnMonth& month : books.own_months) own.emplace(month.law, month.month);
  StatedDays stated;
  for (const StatementRow& row : books.statements) {
    if (own.count({row.law, MonthOf(row.period.start)}) != 0) continue;
    const auto [slot, fresh] = stated.try_emplace({row.law, CivilOf(row.period.start).year}, row.period);
    Period& days = slot->second;
    if (!fresh) days = {std::min(days.start, row.period.start), std::max(days.end, row.period.end)};
  }
  return stated;
}

Law LawOf(ingestion::v1::Law law) { return law == ingestion::v1::WMO ? Law::kWmo : Law::kYouth; }

bool AccountLedger::Keeps(const Fact& fact) {
  return fact.has_allocation() || fact.has_start() || fact.has_stop() || fact.has_claim() || fact.has_claim_answer() ||
         fact.has_delivered_quantity() || fact.has_message_return();
}

AccountLedger::Touched AccountLedger::Add(const FactBatch& batch) {
  Touched touched;
  deliveries_.Add(batch);
  // What a delivery said counts otherwise now, and its rows are anybody's.
  touched.all = !batch.supersedes().empty() || !batch.corrects().empty();
  if (touched.all) ++revision_;
  if (std::none_of(batch.facts().begin(), batch.facts().end(), [](const Fact& fact) { return Keeps(fact); })) return touched;
  const auto at = static_cast<uint32_t>(batches_.size());
  Batch& held = batches_.emplace_back();
  held.known = KnownTimeOf(batch);
  held.delivery = words_.Add(batch.delivery());
  held.identification = words_.Add(batch.message().identification());
  const auto touch = [&touched](const std::string& provider) {
    if (touched.providers.empty() || touched.providers.back() != provider) touched.providers.push_back(provider);
  };
  for (const Fact& fact : batch.facts()) {
    switch (fact.payload_case()) {
      case Fact::kAllocation: {
        const auto& stated = fact.allocation();
        touch(stated.provider());
        has_allocations_ = true;
        providers_[stated.provider()].allocations.push_back(
            {at, LawOf(stated.law()), IsWithdrawn(stated), words_.Add(stated.person_key()), words_.Add(stated.category()),
             words_.Add(stated.product()), words_.Add(stated.unit()), words_.Add(stated.frequency()), stated.number(),
             stated.assigned_second(), stated.volume(), PeriodOf(stated.start_day(), stated.end_day()), stated.budget_cents()});
        break;
      }
      case Fact::kStart: {
        const auto& stated = fact.start();
        touch(stated.provider());
        held.kinds |= kStarts;
        providers_[stated.provider()].care.push_back(
            {at, LawOf(stated.law()), false, stated.status() == "3", 0, stated.number(), stated.start_day(), 0});
        break;
      }
      case Fact::kStop: {
        const auto& stated = fact.stop();
        touch(stated.provider());
        held.kinds |= kStops;
        providers_[stated.provider()].care.push_back({at, LawOf(stated.law()), true, stated.status() == "3",
                                                      words_.Add(stated.reason()), stated.number(), stated.start_day(),
                                                      stated.end_day()});
        break;
      }
      case Fact::kClaim: {
        const auto& stated = fact.claim();
        touch(stated.provider());
        held.kinds |= kClaims;
        Provider& provider = providers_[stated.provider()];
        provider.claims.push_back({at, LawOf(stated.law()), words_.Add(stated.number()), stated.dated_day(),
                                   Period{stated.start_day(), stated.end_day()}, static_cast<uint32_t>(provider.lines.size()),
                                   static_cast<uint32_t>(stated.lines_size()), stated.total_cents()});
        for (const auto& line : stated.lines()) {
          provider.lines.push_back({static_cast<uint32_t>(provider.claims.size() - 1), words_.Add(line.person_key()),
                                    words_.Add(line.reference()), words_.Add(line.previous_reference()),
                                    words_.Add(line.category()), words_.Add(line.product()), words_.Add(line.unit()),
                                    line.start_day(), line.end_day(), line.allocation(), line.volume(), line.tariff_cents(),
                                    line.amount_cents()});
        }
        break;
      }
      case Fact::kClaimAnswer: {
        const auto& stated = fact.claim_answer();
        touch(stated.provider());
        held.kinds |= kAnswers;
        Answer answer;
        answer.batch = at;
        answer.law = LawOf(stated.law());
        answer.rejected = stated.rejected();
        answer.number = words_.Add(stated.number());
        answer.claim_identification = words_.Add(stated.claim_identification());
        for (const std::string& code : stated.return_codes()) {
          // 0200 and 0233 only say that codes follow below, 8001 that all was granted.
          if (answer.code == 0 && code != "0200" && code != "0233" && code != "8001") answer.code = words_.Add(code);
        }
        answer.submitted = stated.submitted_cents();
        answer.granted = stated.granted_cents();
        for (int i = 0; i < stated.rejected_references_size(); ++i) {
          // Journals of before rejected_lines have the references only.
          const bool told = i < stated.rejected_lines_size() && stated.rejected_lines(i).return_codes_size() > 0;
          answer.lines.emplace_back(words_.Add(stated.rejected_references(i)),
                                    words_.Add(told ? stated.rejected_lines(i).return_codes(0) : ""));
        }
        providers_[stated.provider()].answers.push_back(std::move(answer));
        break;
      }
      case Fact::kDeliveredQuantity: {
        const auto& stated = fact.delivered_quantity();
        touch(stated.provider());
        providers_[stated.provider()].statements.push_back({at, LawOf(stated.law()), words_.Add(stated.person_key()),
                                                            words_.Add(stated.product()), words_.Add(stated.unit()),
                                                            PeriodOf(stated.start_day(), stated.end_day()), stated.number(),
                                                            stated.volume_thousandths(), stated.amount_cents()});
        break;
      }
      case Fact::kMessageReturn:
        held.kinds |= kReturns;
        break;
      default:
        break;
    }
  }
  if (std::string provider = AddMessage(batch, at); !provider.empty()) touched.providers.push_back(std::move(provider));
  // The first start, stop, claim, answer or return says of all accounts that such messages come in.
  if ((kinds_ | held.kinds) != kinds_) {
    touched.all = true;
    ++revision_;
  }
  kinds_ |= held.kinds;
  return touched;
}

void AccountLedger::AddOwn(const std::string& provider, Law law, const Period& months, absl::Time known, bool confirmed,
                           const std::vector<OwnRow>& rows) {
  OwnStatement& own = providers_[provider].own_statements.emplace_back();
  own.law = law;
  own.first = MonthOf(months.start);
  own.after = MonthOf(months.end - 1) + 1;
  own.known = known;
  own.confirmed = confirmed;
  for (const OwnRow& row : rows) {
    own.rows.push_back(
        {0, law, 0, words_.Add(row.product), words_.Add(row.unit), row.period, row.number, row.thousandths, row.amount});
  }
  own_known_.push_back(known);
}

std::string AccountLedger::AddMessage(const FactBatch& batch, uint32_t at) {
  const auto& head = batch.message();
  const auto stated =
      std::find_if(batch.facts().begin(), batch.facts().end(), [](const Fact& fact) { return fact.has_message_return(); });
  const bool is_return = stated != batch.facts().end();
  const int type = is_return ? head.type() - 1 : head.type();
  // What contracts follows of what asks for a return: allocations, starts and stops. A claim has an answer instead (OP303).
  if (type != 301 && type != 305 && type != 307) return "";
  Message message;
  message.batch = at;
  message.law = LawOf(head.law());
  message.is_return = is_return;
  message.from_provider = type != 301;
  message.type = type;
  message.identification = words_.Add(head.identification());
  message.dated = is_return ? stated->message_return().dated_day() : head.dated_day();
  std::string provider = message.from_provider ? head.sender() : head.receiver();
  providers_[provider].messages.push_back(message);
  return provider;
}

bool AccountLedger::Precedes(uint32_t a, uint32_t b) const {
  const auto key = [this](uint32_t i) { return std::make_tuple(batches_[i].known, words_[batches_[i].delivery]); };
  return key(a) < key(b);
}

std::map<std::pair<Law, Month>, uint32_t> AccountLedger::OwnMonths(const Provider& rows, absl::Time at) {
  std::map<std::pair<Law, Month>, uint32_t> own;
  for (uint32_t i = 0; i < rows.own_statements.size(); ++i) {
    const OwnStatement& statement = rows.own_statements[i];
    if (statement.known > at) continue;
    for (Month month = statement.first; month < statement.after; ++month) own[{statement.law, month}] = i;
  }
  return own;
}

ProviderBooks AccountLedger::Assemble(const Provider& rows, const Selection& selection,
                                      const std::vector<int32_t>& order) const {
  ProviderBooks books;
  const auto text = [this](Word word) { return words_[word]; };

  // Versions and rows with one key: sorted so that the one that holds comes last.
  std::vector<std::pair<int32_t, AllocationRow>> versions;
  versions.reserve(selection.allocations.size());
  for (const uint32_t i : selection.allocations) {
    const Allocation& a = rows.allocations[i];
    versions.emplace_back(order[a.batch],
                          AllocationRow{a.law, a.number, text(a.person), text(a.category), text(a.product), text(a.unit),
                                        text(a.frequency), a.period, a.assigned_second, a.volume, a.budget, a.withdrawn});
  }
  std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    const auto key = [](const auto& v) {
      const AllocationRow& r = v.second;
      return std::make_tuple(r.law, r.number, r.assigned_second, v.first, r.person, r.category, r.product, r.period.start,
                             r.period.end, r.withdrawn, r.volume, r.unit, r.frequency, r.budget);
    };
    return key(a) < key(b);
  });
  for (const auto& [known, row] : versions) {
    if (!books.allocations.empty() && books.allocations.back().law == row.law &&
        books.allocations.back().number == row.number) {
      books.allocations.back() = row;
    } else {
      books.allocations.push_back(row);
    }
  }

  books.care.reserve(selection.care.size());
  for (const uint32_t i : selection.care) {
    const Care& c = rows.care[i];
    books.care.push_back({c.law, c.stop, c.taken_back, c.number, c.start, c.end, text(c.reason), order[c.batch],
                          dutch::CalendarDay(batches_[c.batch].known)});
  }

  absl::flat_hash_map<uint32_t, uint32_t> place;  // Of a claim in the books.
  books.claims.reserve(selection.claims.size());
  for (const uint32_t i : selection.claims) {
    const Claim& c = rows.claims[i];
    const Batch& batch = batches_[c.batch];
    place.emplace(i, static_cast<uint32_t>(books.claims.size()));
    books.claims.push_back({c.law, text(c.number), text(batch.identification), text(batch.delivery), c.dated,
                            dutch::CalendarDay(batch.known), c.period, c.total, order[c.batch]});
  }
  books.lines.reserve(selection.lines.size());
  for (const uint32_t i : selection.lines) {
    const Line& l = rows.lines[i];
    books.lines.push_back({place.at(l.claim), text(l.person), text(l.reference), text(l.previous), text(l.category),
                           text(l.product), text(l.unit), l.allocation, Period{l.start, l.end}, l.volume, l.tariff, l.amount});
  }

  for (const uint32_t i : selection.answers) {
    const Answer& a = rows.answers[i];
    AnswerRow& row = books.answers.emplace_back();
    row = {a.law,
           text(a.number),
           text(a.claim_identification),
           text(batches_[a.batch].delivery),
           text(a.code),
           a.rejected,
           a.submitted,
           a.granted,
           {},
           order[a.batch]};
    for (const auto& [reference, code] : a.lines) {
      if (selection.references == nullptr || selection.references->contains(reference)) {
        row.lines.push_back({text(reference), text(code)});
      }
    }
  }
  std::sort(books.answers.begin(), books.answers.end(), [](const AnswerRow& a, const AnswerRow& b) {
    return std::tie(a.order, a.law, a.number, a.claim_identification) <
           std::tie(b.order, b.law, b.number, b.claim_identification);
  });

  std::vector<std::pair<int32_t, StatementRow>> stated;
  const auto state = [&](const Statement& s, int32_t known) {
    stated.emplace_back(
        known, StatementRow{s.law, text(s.person), text(s.product), text(s.unit), s.number, s.period, s.thousandths, s.amount});
  };
  for (const uint32_t i : selection.statements) state(rows.statements[i], order[rows.statements[i].batch]);
  for (const auto& [statement, row] : selection.own) state(rows.own_statements[statement].rows[row], 0);
  const auto key_of = [](const StatementRow& r) {
    return std::tie(r.law, r.number, r.product, r.period.start, r.unit, r.person);
  };
  std::sort(stated.begin(), stated.end(), [&](const auto& a, const auto& b) {
    const auto rest = [](const auto& s) {
      return std::tie(s.first, s.second.period.end, s.second.thousandths, s.second.amount);
    };
    const auto key_a = key_of(a.second), key_b = key_of(b.second);
    return key_a != key_b ? key_a < key_b : rest(a) < rest(b);
  });
  for (const auto& [known, row] : stated) {
    if (!books.statements.empty() && key_of(books.statements.back()) == key_of(row)) {
      books.statements.back() = row;
    } else {
      books.statements.push_back(row);
    }
  }
  return books;
}

ProviderBooks AccountLedger::AsKnown(absl::string_view provider, absl::Time at) const {
  // The place of every batch that counts; -1 of the others.
  std::vector<uint32_t> sorted;
  std::vector<int32_t> order(batches_.size(), -1);
  uint8_t kinds = 0;
  for (uint32_t i = 0; i < batches_.size(); ++i) {
    const Batch& batch = batches_[i];
    if (!deliveries_.Counts(words_[batch.delivery], batch.known, at)) continue;
    sorted.push_back(i);
    kinds |= batch.kinds;
  }
  std::sort(sorted.begin(), sorted.end(), [this](uint32_t a, uint32_t b) { return Precedes(a, b); });
  for (size_t i = 0; i < sorted.size(); ++i) order[sorted[i]] = static_cast<int32_t>(i);

  ProviderBooks books;
  const auto found = providers_.find(provider);
  if (found != providers_.end()) {
    const Provider& rows = found->second;
    const auto own = OwnMonths(rows, at);
    const auto own_of = [&own](const Statement& s) {
      const auto held = own.find({s.law, MonthOf(s.period.start)});
      return held == own.end() ? UINT32_MAX : held->second;
    };
    Selection selection;
    const auto select = [&order](const auto& list, std::vector<uint32_t>* into) {
      for (uint32_t i = 0; i < list.size(); ++i) {
        if (order[list[i].batch] >= 0) into->push_back(i);
      }
    };
    select(rows.allocations, &selection.allocations);
    select(rows.care, &selection.care);
    select(rows.claims, &selection.claims);
    select(rows.answers, &selection.answers);
    for (const uint32_t claim : selection.claims) {
      const Claim& c = rows.claims[claim];
      for (uint32_t i = c.first_line; i < c.first_line + c.line_count; ++i) selection.lines.push_back(i);
    }
    for (uint32_t i = 0; i < rows.statements.size(); ++i) {
      const Statement& s = rows.statements[i];
      if (order[s.batch] >= 0 && own_of(s) == UINT32_MAX) selection.statements.push_back(i);
    }
    for (uint32_t at_statement = 0; at_statement < rows.own_statements.size(); ++at_statement) {
      const auto& own_rows = rows.own_statements[at_statement].rows;
      for (uint32_t i = 0; i < own_rows.size(); ++i) {
        if (own_of(own_rows[i]) == at_statement) selection.own.emplace_back(at_statement, i);
      }
    }
    books = Assemble(rows, selection, order);
    for (const auto& [key, statement] : own) {
      books.own_months.push_back({key.first, key.second, rows.own_statements[statement].confirmed});
    }
    books.stated_days = StatedDaysOf(books);
    AddMessages(rows, order, &books);
  }
  SetKinds(kinds, &books);
  return books;
}

void AccountLedger::SetKinds(uint8_t kinds, ProviderBooks* books) {
  books->starts_come_in = (kinds & kStarts) != 0;
  books->stops_come_in = (kinds & kStops) != 0;
  books->claims_come_in = (kinds & kClaims) != 0;
  books->answers_come_in = (kinds & kAnswers) != 0;
  books->returns_come_in = (kinds & kReturns) != 0;
}

void AccountLedger::AddMessages(const Provider& rows, const std::vector<int32_t>& order, ProviderBooks* books) const {
  // By what a message and its return share; the provider itself is the other part of the sender (TR056).
  std::map<std::tuple<Law, int32_t, absl::string_view>, std::pair<std::optional<Day>, std::optional<Day>>> messages;
  for (const Message& m : rows.messages) {
    if (order[m.batch] < 0) continue;
    auto& [sent, returned] = messages[{m.law, m.type, words_[m.identification]}];
    std::optional<Day>& day = m.is_return ? returned : sent;
    const Day told = m.dated != 0 ? m.dated : dutch::CalendarDay(batches_[m.batch].known);
    day = std::min(day.value_or(told), told);
  }
  for (const auto& [key, days] : messages) {
    const auto& [law, type, identification] = key;
    if (days.first) books->messages.push_back({law, type, type != 301, *days.first, days.second});
  }
}

absl::Time AccountLedger::KnowledgeMoment(absl::Time at) const {
  absl::Time last = deliveries_.LastChange(at);
  for (const Batch& batch : batches_) {
    if (batch.known <= at) last = std::max(last, batch.known);
  }
  for (const absl::Time known : own_known_) {
    if (known <= at) last = std::max(last, known);
  }
  return last;
}

std::vector<std::string> AccountLedger::Providers() const {
  std::vector<std::string> providers;
  for (const auto& [provider, rows] : providers_) providers.push_back(provider);
  std::sort(providers.begin(), providers.end());
  return providers;
}

}  // namespace nmd::contracts
