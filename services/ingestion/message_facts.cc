// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/message_facts.h"

#include <array>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nmd::ingestion {
namespace {

v1::Law LawOf(Law law) { return law == Law::kYouth ? v1::YOUTH : v1::WMO; }

int32_t EndOf(const Period& period) { return period.end == kOpenEnd ? 0 : period.end; }

const Address* AddressOf(const Client& client) {
  for (const absl::string_view kind : {"01", "03"}) {
    for (const Address& address : client.addresses) {
      if (address.kind == kind && !address.postcode.empty()) return &address;
    }
  }
  return nullptr;
}

v1::PersonRecord RecordOf(const Client& client, const std::string& person_key, Day known_day) {
  v1::PersonRecord record;
  record.set_person_key(person_key);
  record.set_bsn(client.bsn);
  if (client.has_birth_day) {
    record.set_birth_day(client.birth_date_use == "3" ? 0 : client.birth_day);
    record.set_birth_date_use(client.birth_date_use);
  }
  record.set_sex(client.sex);
  record.set_surname(client.name.surname);
  record.set_prefix(client.name.prefix);
  record.set_partner_surname(client.name.partner_surname);
  record.set_partner_prefix(client.name.partner_prefix);
  record.set_given_names(client.name.given_names);
  record.set_initials(client.name.initials);
  if (const Address* address = AddressOf(client)) {
    record.set_postcode(address->postcode);
    record.set_house_number(address->house_number);
    record.set_house_letter(address->house_letter);
    record.set_house_addition(address->house_addition);
    record.set_address_start_day(address->has_start ? address->period.start : known_day);
    record.set_address_end_day(EndOf(address->period));
  }
  return record;
}

// Of an allocation or of something asked for.
template <typename Product, typename Fact>
void SetExtent(const Product& product, Fact* fact) {
  if (product.volume) {
    fact->set_volume(product.volume->volume);
    fact->set_unit(product.volume->unit);
    fact->set_frequency(product.volume->frequency);
  }
  fact->set_budget_cents(product.budget.value_or(0));
}

template <typename Fact, typename Product>
void SetProduct(const Product& product, Fact* fact) {
  fact->set_category(product.category);
  fact->set_product(product.product);
}

void FillLine(const ClaimLine& line, const std::string& person_key, v1::ClaimLine* fact) {
  fact->set_person_key(person_key);
  fact->set_reference(line.reference);
  fact->set_previous_reference(line.previous_reference);
  fact->set_allocation(line.allocation);
  SetProduct(line, fact);
  fact->set_start_day(line.period.start);
  fact->set_end_day(EndOf(line.period));
  fact->set_volume(line.volume);
  fact->set_unit(line.unit);
  fact->set_tariff_cents(line.tariff.value_or(0));
  fact->set_amount_cents(line.amount.Signed());
}

// 0200 says that codes follow below, 0233 that something was not judged: neither refuses anything.
bool Refuses(absl::string_view code) { return code != "0200" && code != "0233"; }

void FillReturn(const ParsedMessage& message, v1::MessageReturn* fact) {
  fact->set_identification(message.header.return_identification);
  fact->set_dated_day(message.header.return_dated_day);
  for (const std::string& code : message.header.return_codes) fact->add_return_codes(code);
  std::set<std::string> items;
  const auto take = [&](const std::vector<std::string>& codes) {
    for (const std::string& code : codes) {
      if (Refuses(code)) items.insert(code);
    }
  };
  const auto take_all = [&](const auto& things) {
    for (const auto& thing : things) take(thing.return_codes);
  };
  for (const Client& client : message.clients) {
    take(client.return_codes);
    take_all(client.addresses);
    take_all(client.relations);
    for (const Relation& relation : client.relations) take_all(relation.addresses);
  }
  take_all(message.allocations);
  take_all(message.starts);
  take_all(message.stops);
  take_all(message.requests);
  if (message.change_request) {
    take(message.change_request->return_codes);
    take_all(message.change_request->unchanged);
    take_all(message.change_request->changed);
    take_all(message.change_request->added);
  }
  if (message.reply) {
    take(message.reply->return_codes);
    take(message.reply->municipality_return_codes);
  }
  for (const std::string& code : items) fact->add_item_return_codes(code);
}

// The answer, also one that refuses the claim by its header.
void FillAnswer(const ParsedMessage& message, const std::vector<std::string>& keys, v1::ClaimAnswer* fact) {
  fact->set_law(LawOf(message.law));
  fact->set_provider(message.Provider());
  fact->set_claim_identification(message.header.claim_identification);
  fact->set_claim_dated_day(message.header.claim_dated_day);
  fact->set_claim_schema_version(message.header.claim_schema_version);
  if (!message.answer) {
    fact->set_rejected(true);
    for (const std::string& code : message.header.return_codes) fact->add_return_codes(code);
    return;
  }
  const ClaimAnswer& answer = *message.answer;
  fact->set_number(answer.number);
  fact->set_submitted_cents(answer.submitted.Signed());
  fact->set_granted_cents(answer.granted.Signed());
  for (const ClaimLine& line : answer.lines) {
    fact->add_rejected_references(line.reference);
    v1::RejectedLine& rejected = *fact->add_rejected_lines();
    FillLine(line, keys[static_cast<size_t>(line.client)], rejected.mutable_line());
    for (const std::string& code : line.return_codes) {
      if (Refuses(code)) rejected.add_return_codes(code);
    }
    for (const std::string& code : message.clients[static_cast<size_t>(line.client)].return_codes) {
      if (Refuses(code)) rejected.add_return_codes(code);
    }
  }
  // 0200: the declaration was judged line by line; 8001: all of it was granted. Anything else refused it whole (3.1).
  for (const std::string& code : answer.return_codes) {
    fact->add_return_codes(code);
    if (code != "0200" && code != "8001") fact->set_rejected(true);
  }
}

v1::CareRequest& AddRequest(const ParsedMessage& message, const std::string& person_key, v1::CareRequest::Kind kind,
                            MessageFacts* result) {
  v1::CareRequest& fact = *result->facts.emplace_back().mutable_care_request();
  fact.set_law(LawOf(message.law));
  fact.set_person_key(person_key);
  fact.set_provider(message.Provider());
  fact.set_kind(kind);
  fact.set_dated_day(message.header.dated_day);
  return fact;
}

void AddChangeRequest(const ParsedMessage& message, const std::string& person_key, MessageFacts* result) {
  const ChangeRequest& request = *message.change_request;
  const auto add = [&](v1::CareRequest::Kind kind, const std::vector<WantedProduct>& products) {
    for (const WantedProduct& product : products) {
      v1::CareRequest& fact = AddRequest(message, person_key, kind, result);
      fact.set_reference(request.reference);
      fact.set_reason(request.reason);
      fact.set_number(product.number);
      SetProduct(product, &fact);
      if (kind != v1::CareRequest::UNCHANGED) {
        fact.set_start_day(product.period.start);
        fact.set_end_day(EndOf(product.period));
      }
      SetExtent(product, &fact);
    }
  };
  add(v1::CareRequest::UNCHANGED, request.unchanged);
  add(v1::CareRequest::CHANGED, request.changed);
  add(v1::CareRequest::ADDED, request.added);
}

}  // namespace

v1::MessageHead HeadOf(const ParsedMessage& message) {
  v1::MessageHead head;
  head.set_law(LawOf(message.law));
  head.set_type(static_cast<int32_t>(message.type));
  head.set_sender(message.header.sender);
  head.set_receiver(message.header.receiver);
  head.set_identification(message.header.identification);
  head.set_dated_day(message.header.dated_day);
  head.set_schema_version(message.header.schema_version);
  return head;
}

int64_t RecordsOf(const ParsedMessage& message) {
  if (IsReturn(message.type) || message.type == MessageType::kReply || message.type == MessageType::kClaimAnswer) return 1;
  size_t records = message.allocations.size() + message.starts.size() + message.stops.size() + message.requests.size();
  if (message.change_request) {
    const ChangeRequest& request = *message.change_request;
    records += request.unchanged.size() + request.changed.size() + request.added.size();
  }
  if (message.claim) records += message.claim->lines.size();
  return static_cast<int64_t>(records);
}

MessageFacts FactsOf(const ParsedMessage& message, Day known_day, const PersonKeyMaker& person_key) {
  MessageFacts result;
  if (IsReturn(message.type)) {
    FillReturn(message, result.facts.emplace_back().mutable_message_return());
    return result;
  }
  const v1::Law law = LawOf(message.law);
  const std::string& provider = message.Provider();
  std::vector<std::string> keys;
  for (const Client& client : message.clients) {
    keys.push_back(person_key(absl::StrCat(message.law == Law::kYouth ? "bsn/ijw/" : "bsn/iwmo/", client.bsn)));
  }
  if (message.type == MessageType::kClaimAnswer) {
    FillAnswer(message, keys, result.facts.emplace_back().mutable_claim_answer());
    return result;
  }
  if (message.reply) {
    v1::RequestReply& reply = *result.facts.emplace_back().mutable_request_reply();
    reply.set_law(law);
    reply.set_provider(provider);
    reply.set_reference(message.reply->reference);
    reply.set_answer(message.reply->answer);
    reply.set_rejection_reason(message.reply->rejection_reason);
    reply.set_municipality(message.reply->municipality);
    reply.set_dated_day(message.header.dated_day);
    return result;
  }
  for (size_t i = 0; i < message.clients.size(); ++i) {
    result.persons.push_back(RecordOf(message.clients[i], keys[i], known_day));
    if (!message.clients[i].has_birth_day) continue;
    v1::PersonTraits& traits = *result.facts.emplace_back().mutable_person();
    traits.set_person_key(keys[i]);
    traits.set_birth_day(result.persons.back().birth_day());
    traits.set_sex(message.clients[i].sex);
  }
  for (const AllocatedProduct& product : message.allocations) {
    v1::Allocation& fact = *result.facts.emplace_back().mutable_allocation();
    fact.set_law(law);
    fact.set_person_key(keys.front());
    fact.set_provider(provider);
    fact.set_number(product.number);
    SetProduct(product, &fact);
    fact.set_start_day(product.period.start);
    fact.set_end_day(EndOf(product.period));
    fact.set_assigned_second(product.assigned_second);
    fact.set_change_reason(product.change_reason);
    SetExtent(product, &fact);
    fact.set_reference(product.reference);
  }
  for (const StartedProduct& product : message.starts) {
    v1::StartOfCare& fact = *result.facts.emplace_back().mutable_start();
    fact.set_law(law);
    fact.set_person_key(keys.front());
    fact.set_provider(provider);
    fact.set_number(product.number.value_or(0));
    SetProduct(product, &fact);
    fact.set_start_day(product.start_day);
    fact.set_status(product.status);
    fact.set_allocation_start_day(product.allocation_start.value_or(0));
  }
  for (const StoppedProduct& product : message.stops) {
    v1::StopOfCare& fact = *result.facts.emplace_back().mutable_stop();
    fact.set_law(law);
    fact.set_person_key(keys.front());
    fact.set_provider(provider);
    fact.set_number(product.number.value_or(0));
    SetProduct(product, &fact);
    fact.set_start_day(product.period.start);
    fact.set_end_day(EndOf(product.period));
    fact.set_reason(product.reason);
    fact.set_status(product.status);
    fact.set_allocation_start_day(product.allocation_start.value_or(0));
  }
  for (const RequestedProduct& product : message.requests) {
    v1::Referral& fact = *result.facts.emplace_back().mutable_referral();
    fact.set_law(law);
    fact.set_person_key(keys.front());
    fact.set_referrer(product.referrer);
    fact.set_start_day(product.period.start);
    v1::CareRequest& request = AddRequest(message, keys.front(), v1::CareRequest::ASKED, &result);
    request.set_reference(product.reference);
    SetProduct(product, &request);
    request.set_start_day(product.period.start);
    request.set_end_day(EndOf(product.period));
    SetExtent(product, &request);
  }
  if (message.change_request) AddChangeRequest(message, keys.front(), &result);
  if (message.claim) {
    v1::Claim& claim = *result.facts.emplace_back().mutable_claim();
    claim.set_law(law);
    claim.set_provider(provider);
    claim.set_number(message.claim->number);
    claim.set_start_day(message.claim->period.start);
    claim.set_end_day(EndOf(message.claim->period));
    claim.set_dated_day(message.claim->dated_day);
    claim.set_total_cents(message.claim->total.Signed());
    for (const ClaimLine& line : message.claim->lines) {
      FillLine(line, keys[static_cast<size_t>(line.client)], claim.add_lines());
    }
  }
  return result;
}

v1::Finding ToProto(const Finding& finding) {
  v1::Finding result;
  result.set_rule(finding.rule);
  result.set_level(finding.level);
  result.set_place(finding.place);
  result.set_text(finding.text);
  result.set_return_code(finding.return_code);
  result.set_owner(finding.owner);
  result.set_fatal(finding.fatal);
  return result;
}

}  // namespace nmd::ingestion
