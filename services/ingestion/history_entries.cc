// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history_entries.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/ingestion/checks.h"

namespace nmd::ingestion {
namespace {

using Number = std::function<int32_t(absl::string_view)>;

Law LawOf(v1::Law law) { return law == v1::YOUTH ? Law::kYouth : Law::kWmo; }

Period PeriodOf(int32_t start, int32_t end) { return {start, end == 0 ? kOpenEnd : end}; }

// Numbers of the standard fit; one of an old journal that does not stays as large as can be.
int32_t Bounded(int64_t value) { return static_cast<int32_t>(std::clamp<int64_t>(value, 0, INT32_MAX)); }

class Reader {
 public:
  explicit Reader(const Number& number) : number_(number) {}

  std::vector<Entry> Read(const v1::FactBatch& batch) {
    if (batch.has_message()) AddHead(batch.message());
    for (const v1::Fact& fact : batch.facts()) {
      switch (fact.payload_case()) {
        case v1::Fact::kAllocation:
          AddVersion(fact.allocation());
          break;
        case v1::Fact::kStart:
          AddStart(fact.start());
          break;
        case v1::Fact::kStop:
          AddStop(fact.stop());
          break;
        case v1::Fact::kCareRequest:
          AddRequest(fact.care_request());
          break;
        case v1::Fact::kRequestReply:
          AddReply(fact.request_reply());
          break;
        case v1::Fact::kMessageReturn:
          if (batch.has_message()) AddReturn(batch.message(), fact.message_return());
          break;
        case v1::Fact::kClaim:
          AddClaim(fact.claim(), batch.has_message() ? &batch.message() : nullptr);
          break;
        case v1::Fact::kClaimAnswer:
          AddAnswer(fact.claim_answer());
          break;
        case v1::Fact::kTariff:
          AddTariff(fact.tariff());
          break;
        default:
          break;
      }
    }
    return std::move(entries_);
  }

 private:
  Entry& Add(Entry::Kind kind, v1::Law law, absl::string_view provider) {
    Entry& entry = entries_.emplace_back();
    entry.kind = kind;
    entry.law = LawOf(law);
    entry.type = TypeOf(kind);
    entry.provider = number_(provider);
    entry.item = items_[kind]++;
    return entry;
  }

  // The provider of a message: the returns keep sender and receiver of what they return.
  static const std::string& ProviderOf(const v1::MessageHead& head, int16_t type) {
    return IsFromMunicipality(static_cast<MessageType>(type)) ? head.receiver() : head.sender();
  }

  void AddHead(const v1::MessageHead& head) {
    const auto type = static_cast<int16_t>(head.type());
    if (IsReturn(static_cast<MessageType>(type))) return;
    Entry& entry = Add(Entry::kMessage, head.law(), ProviderOf(head, type));
    entry.type = type;
    entry.sender = number_(head.sender());
    entry.reference = number_(head.identification());
    entry.product = number_(head.schema_version());
    entry.day = head.dated_day();
  }

  void AddReturn(const v1::MessageHead& head, const v1::MessageReturn& said) {
    const auto type = static_cast<int16_t>(head.type() - 1);
    Entry& entry = Add(Entry::kReturn, head.law(), ProviderOf(head, type));
    entry.type = type;
    entry.sender = number_(head.sender());
    entry.reference = number_(head.identification());
    entry.day = said.dated_day();
    // 0200 says that codes follow below, 0233 that something was not judged: neither refuses anything.
    entry.refuses = said.item_return_codes_size() > 0 ||
                    std::any_of(said.return_codes().begin(), said.return_codes().end(),
                                [](const std::string& code) { return code != "0200" && code != "0233"; });
  }

  template <typename Said>
  void SetProduct(const Said& said, Entry* entry) {
    entry->person = number_(said.person_key());
    entry->category = Code(said.category());
    entry->product = number_(said.product());
  }
  template <typename Said>
  static void SetExtent(const Said& said, Entry* entry) {
    entry->volume = Bounded(said.volume());
    entry->unit = Code(said.unit());
    entry->frequency = Code(said.frequency());
    entry->amount = said.budget_cents();
  }

  void AddVersion(const v1::Allocation& said) {
    Entry& entry = Add(Entry::kVersion, said.law(), said.provider());
    SetProduct(said, &entry);
    SetExtent(said, &entry);
    entry.number = Bounded(said.number());
    entry.period = PeriodOf(said.start_day(), said.end_day());
    entry.moment = said.assigned_second();
    entry.code = Code(said.change_reason());
    entry.reference = number_(said.reference());
    entry.deleted = (entry.code == Code("13") || entry.code == Code("01")) && said.end_day() == said.start_day() + 1;
  }

  template <typename Said>
  void SetCare(const Said& said, Entry* entry) {
    SetProduct(said, entry);
    entry->number = Bounded(said.number());
    entry->day = said.allocation_start_day();
    entry->removal = said.status() == "3";
  }

  void AddStart(const v1::StartOfCare& said) {
    Entry& entry = Add(Entry::kStart, said.law(), said.provider());
    SetCare(said, &entry);
    entry.period = {said.start_day(), kOpenEnd};
  }

  void AddStop(const v1::StopOfCare& said) {
    Entry& entry = Add(Entry::kStop, said.law(), said.provider());
    SetCare(said, &entry);
    entry.period = PeriodOf(said.start_day(), said.end_day());
    entry.code = Code(said.reason());
  }

  void AddRequest(const v1::CareRequest& said) {
    Entry::Kind kind = Entry::kAsked;
    if (said.kind() != v1::CareRequest::ASKED) {
      if (items_[Entry::kChange] == 0) {
        Entry& change = Add(Entry::kChange, said.law(), said.provider());
        change.person = number_(said.person_key());
        change.reference = number_(said.reference());
        change.reason = Code(said.reason());
        change.day = said.dated_day();
      }
      kind = said.kind() == v1::CareRequest::UNCHANGED ? Entry::kUnchanged
             : said.kind() == v1::CareRequest::CHANGED ? Entry::kChanged
                                                       : Entry::kAdded;
    }
    Entry& entry = Add(kind, said.law(), said.provider());
    SetProduct(said, &entry);
    SetExtent(said, &entry);
    entry.number = Bounded(said.number());
    entry.period = PeriodOf(said.start_day(), said.end_day());
    if (kind == Entry::kAsked) entry.reference = number_(said.reference());
    entry.day = said.dated_day();
  }

  void AddReply(const v1::RequestReply& said) {
    Entry& entry = Add(Entry::kReply, said.law(), said.provider());
    entry.reference = number_(said.reference());
    entry.code = Code(said.answer());
    entry.reason = Code(said.rejection_reason());
    entry.day = said.dated_day();
  }

  void AddLine(Entry::Kind kind, v1::Law law, absl::string_view provider, absl::string_view declaration,
               const v1::ClaimLine& said, bool next_client) {
    client_ += next_client ? 1 : 0;
    if (next_client) items_[kind] = 0;
    Entry& entry = Add(kind, law, provider);
    SetProduct(said, &entry);
    entry.client = client_;
    entry.number = Bounded(said.allocation());
    entry.reference = number_(said.reference());
    entry.previous = number_(said.previous_reference());
    entry.declaration = number_(declaration);
    entry.period = PeriodOf(said.start_day(), said.end_day());
    entry.volume = Bounded(said.volume());
    entry.unit = Code(said.unit());
    entry.tariff = Bounded(said.tariff_cents());
    entry.amount = said.amount_cents();
  }

  void AddTariff(const v1::Tariff& said) {
    Entry& entry = Add(Entry::kTariff, said.law(), said.provider());
    entry.product = number_(said.product());
    entry.unit = Code(said.unit());
    entry.tariff = Bounded(said.tariff_cents());
    entry.period = PeriodOf(said.start_day(), said.end_day());
  }

  void AddClaim(const v1::Claim& said, const v1::MessageHead* head) {
    Entry& entry = Add(Entry::kClaim, said.law(), said.provider());
    entry.declaration = number_(said.number());
    entry.period = PeriodOf(said.start_day(), said.end_day());
    entry.day = said.dated_day();
    entry.amount = said.total_cents();
    if (head != nullptr) {
      entry.sender = number_(head->sender());
      entry.reference = number_(head->identification());
    }
    uint64_t months = 0;
    for (const v1::ClaimLine& line : said.lines()) {
      const Month before = MonthOf(said.start_day()) - MonthOf(line.start_day());
      if (line.previous_reference().empty() && before >= 0 && before < 64) months |= uint64_t{1} << before;
    }
    entry.moment = static_cast<int64_t>(months);
    // Lines stand together per client (TR101): a change of person is the next client.
    client_ = -1;
    for (int i = 0; i < said.lines_size(); ++i) {
      const bool next = i == 0 || said.lines(i).person_key() != said.lines(i - 1).person_key();
      AddLine(Entry::kLine, said.law(), said.provider(), said.number(), said.lines(i), next);
    }
  }

  void AddAnswer(const v1::ClaimAnswer& said) {
    Entry& entry = Add(Entry::kAnswer, said.law(), said.provider());
    entry.sender = entry.provider;
    entry.declaration = number_(said.number());
    entry.reference = number_(said.claim_identification());
    entry.day = said.claim_dated_day();
    entry.product = number_(said.claim_schema_version());
    entry.amount = said.submitted_cents();
    entry.moment = said.granted_cents();
    entry.refuses = said.rejected();
    client_ = -1;
    for (int i = 0; i < said.rejected_lines_size(); ++i) {
      const v1::ClaimLine& line = said.rejected_lines(i).line();
      const bool next = i == 0 || line.person_key() != said.rejected_lines(i - 1).line().person_key();
      AddLine(Entry::kRejected, said.law(), said.provider(), said.number(), line, next);
    }
    // An answer of an old journal names the rejected lines by reference only.
    for (int i = said.rejected_lines_size(); i < said.rejected_references_size(); ++i) {
      Entry& rejected = Add(Entry::kRejected, said.law(), said.provider());
      rejected.client = std::max(client_, 0);
      rejected.reference = number_(said.rejected_references(i));
      rejected.declaration = number_(said.number());
    }
  }

  const Number& number_;
  std::vector<Entry> entries_;
  int32_t items_[Entry::kKinds] = {};
  int32_t client_ = -1;
};

}  // namespace

std::vector<Entry> EntriesOf(const v1::FactBatch& batch, const Number& number) { return Reader(number).Read(batch); }

int16_t TypeOf(Entry::Kind kind) {
  switch (kind) {
    case Entry::kVersion:
      return 301;
    case Entry::kStart:
      return 305;
    case Entry::kStop:
      return 307;
    case Entry::kAsked:
      return 315;
    case Entry::kChange:
    case Entry::kUnchanged:
    case Entry::kChanged:
    case Entry::kAdded:
      return 317;
    case Entry::kReply:
      return 319;
    case Entry::kMessage:
    case Entry::kReturn:  // Both say it themselves.
    case Entry::kClaim:
    case Entry::kLine:
      return 323;
    case Entry::kTariff:
      return 0;  // No message.
    case Entry::kAnswer:
    case Entry::kRejected:
      break;
  }
  return 325;
}

std::string PlaceOf(const Entry& entry) {
  const auto item = static_cast<size_t>(entry.item);
  switch (entry.kind) {
    case Entry::kMessage:
    case Entry::kReturn:
      return "Header";
    case Entry::kVersion:
      return AllocationPlace(item);
    case Entry::kStart:
      return StartPlace(item);
    case Entry::kStop:
      return StopPlace(item);
    case Entry::kAsked:
      return RequestPlace(item);
    case Entry::kChange:
      return "Client/Verzoek";
    case Entry::kUnchanged:
      return UnchangedPlace(item);
    case Entry::kChanged:
      return ChangedPlace(item);
    case Entry::kAdded:
      return AddedPlace(item);
    case Entry::kReply:
      return "Antwoord";
    case Entry::kClaim:
      return "Declaratie";
    case Entry::kAnswer:
      return "DeclaratieAntwoord";
    case Entry::kTariff:
      return "bestand";
    case Entry::kLine:
    case Entry::kRejected:
      break;
  }
  ClaimLine line;
  line.client = entry.client;
  line.position = entry.item;
  return LinePlace(entry.kind == Entry::kLine ? MessageType::kClaim : MessageType::kClaimAnswer, line);
}

}  // namespace nmd::ingestion
