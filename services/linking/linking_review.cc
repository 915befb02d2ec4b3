// SPDX-License-Identifier: EUPL-1.2
// What people see and decide about links: the queue of doubtful pairs, decisions, and what became of a client.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/codes.h"
#include "services/core/dutch.h"
#include "services/linking/explain.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using engine::Millibits;
using google::protobuf::util::TimeUtil;
using internal::v1::DecisionEvent;

constexpr int kMostClients = 10;
constexpr int kMostPersons = 100;

absl::Status NoItem() {
  return Fail(absl::StatusCode::kNotFound, ErrorReason::RESOURCE_NOT_FOUND,
              "this pair is not to be looked at, or not any more; ListReviewItems has those that are", {{"resource", "item"}});
}

absl::Status NoPerson() {
  return Fail(absl::StatusCode::kNotFound, ErrorReason::RESOURCE_NOT_FOUND, "there is no person with this person_key",
              {{"resource", "person"}});
}

// How a field is called to people, and in machine names.
struct FieldTitle {
  engine::Field field;
  absl::string_view name, title;
};
constexpr std::array<FieldTitle, 6> kFields = {{{engine::kNumber, "number", "Burgerservicenummer"},
                                                {engine::kGiven, "given", "Voornamen of voorletters"},
                                                {engine::kFamily, "family", "Achternaam"},
                                                {engine::kBirth, "birth", "Geboortedatum"},
                                                {engine::kSex, "sex", "Geslacht"},
                                                {engine::kAddress, "address", "Adres"}}};

std::string Joined(std::initializer_list<absl::string_view> parts, absl::string_view between = " ") {
  std::string text;
  for (const absl::string_view part : parts) {
    if (!part.empty()) absl::StrAppend(&text, text.empty() ? "" : between, part);
  }
  return text;
}

// What a person reads; the BSN is never shown.
std::string Shown(engine::Field field, const ingestion::v1::PersonRecord& record) {
  switch (field) {
    case engine::kNumber:
      return record.bsn().empty() ? "" : IsValidBsn(record.bsn()) ? "geldig" : "ongeldig";
    case engine::kGiven:
      return Joined({record.given_names(), record.initials()}, " · ");
    case engine::kFamily:
      return Joined({Joined({record.prefix(), record.surname()}), Joined({record.partner_prefix(), record.partner_surname()})},
                    " · partner: ");
    case engine::kBirth:
      if (record.birth_day() == 0) return "";
      if (record.birth_date_use().empty()) return dutch::Date(record.birth_day());
      return absl::StrCat(dutch::Date(record.birth_day()), " (deels onbekend)");
    case engine::kSex:
      return record.sex() == "1" ? "man" : record.sex() == "2" ? "vrouw" : "";
    default:
      return Joined({record.postcode(), record.house_number() == 0 ? "" : absl::StrCat(record.house_number()),
                     record.house_letter(), record.house_addition()});
  }
}

void AddStep(absl::string_view title, Millibits millibits, v1::ReviewItemDetail& detail) {
  v1::WeightStep& step = *detail.add_steps();
  step.set_title(std::string(title));
  step.set_millibits(millibits);
}

std::string Capitalised(absl::string_view text) {
  std::string result(text);
  if (!result.empty()) result[0] = absl::ascii_toupper(static_cast<unsigned char>(result[0]));
  return result;
}

}  // namespace

uint32_t Linking::ClientNow(uint32_t person) const {
  const std::vector<LinkState::Step>& steps = state_.persons()[person].steps;
  return steps.empty() ? LinkState::kNoClient : steps.back().client;
}

std::vector<uint32_t> Linking::MembersNow(uint32_t client) const {
  std::vector<uint32_t> persons;
  for (const uint32_t person : state_.clients()[client].persons) {
    if (ClientNow(person) == client) persons.push_back(person);
  }
  return persons;
}

absl::StatusOr<std::optional<uint32_t>> Linking::LeadsTo(absl::string_view id) const {
  const std::optional<uint32_t> client = state_.client_ids().Find(id);
  if (!client) return NoClient();
  if (!MembersNow(*client).empty()) return client;
  // Of a BSN: whoever has it now. Of a person: whatever that person is now.
  std::optional<uint32_t> person;
  const auto keep_first = [&](uint32_t candidate) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (!person || state_.person_keys()[candidate] < state_.person_keys()[*person]) person = candidate;
  };
  for (const uint32_t candidate : state_.PersonsWithBsn(*client)) {
    if (timeline_->BsnOf(candidate) == *client) keep_first(candidate);
  }
  if (!person) {
    for (const uint32_t candidate : state_.clients()[*client].persons) {
      if (AloneClientOf(state_.person_keys()[candidate]) == id) keep_first(candidate);
    }
  }
  if (!person || ClientNow(*person) == LinkState::kNoClient) return std::optional<uint32_t>();
  return std::optional(ClientNow(*person));
}

int64_t Linking::KnownNow() const { return std::max(absl::ToUnixMicros(clock_.Now()), timeline_->at()); }

std::string Linking::ItemOf(uint32_t a, uint32_t b) const {
  const auto [first, second] = std::minmax(state_.person_keys()[a], state_.person_keys()[b]);
  return absl::StrCat("r", identity_->others.Derive("review").MacHex(absl::StrCat(first, "/", second), kIdDigits));
}

const std::vector<Linking::QueueItem>& Linking::Queue() {
  if (queue_sequence_ == state_.feed_sequence()) return queue_;
  // Of two clients one pair: what is decided about it holds for all their persons.
  std::map<std::pair<uint32_t, uint32_t>, QueueItem> best;
  for (uint32_t person = 0; person < state_.persons().size(); ++person) {
    if (ClientNow(person) == LinkState::kNoClient) continue;
    for (const Timeline::Doubt& doubt : timeline_->DoubtsOf(person)) {
      if (ClientNow(doubt.other) == LinkState::kNoClient) continue;
      QueueItem item{"", person, doubt.other, doubt};
      if (state_.person_keys()[item.b] < state_.person_keys()[item.a]) std::swap(item.a, item.b);
      item.item = ItemOf(item.a, item.b);
      const auto [found, is_new] = best.try_emplace(std::minmax(ClientNow(person), ClientNow(doubt.other)), item);
      if (is_new) continue;
      const QueueItem& known = found->second;
      if (std::tie(doubt.decision.score, item.item) > std::tie(known.doubt.decision.score, known.item)) found->second = item;
    }
  }
  queue_.clear();
  for (auto& [clients, item] : best) queue_.push_back(std::move(item));
  std::sort(queue_.begin(), queue_.end(), [](const QueueItem& x, const QueueItem& y) {
    return std::make_tuple(!x.doubt.possible, -x.doubt.decision.score, absl::string_view(x.item)) <
           std::make_tuple(!y.doubt.possible, -y.doubt.decision.score, absl::string_view(y.item));
  });
  queue_sequence_ = state_.feed_sequence();
  return queue_;
}

v1::ReviewItem Linking::ReviewItemOf(const QueueItem& item) const {
  v1::ReviewItem proto;
  proto.set_item(item.item);
  proto.set_reason(item.doubt.reason);
  proto.set_permille(item.doubt.permille);
  std::set<absl::string_view> sources;
  for (const uint32_t person : {item.a, item.b}) {
    for (const LinkState::Record& record : state_.persons()[person].records) {
      if (state_.CountsNow(record)) sources.insert(state_.sources()[record.source]);
    }
    int64_t count = 0;
    for (const uint32_t member : MembersNow(ClientNow(person))) {
      count += std::count_if(state_.persons()[member].records.begin(), state_.persons()[member].records.end(),
                             [&](const LinkState::Record& record)
                                 ABSL_NO_THREAD_SAFETY_ANALYSIS { return state_.CountsNow(record); });
    }
    proto.set_record_count(proto.record_count() + static_cast<int32_t>(count));
  }
  for (const absl::string_view source : sources) proto.add_sources(std::string(source));
  if (const std::optional<uint32_t> pair = state_.FindPair(item.a, item.b)) {
    int64_t since = 0;
    for (const LinkState::OpenStep& step : state_.pairs()[*pair].steps) {
      if (step.permille == 0) since = 0;
      if (step.permille != 0 && since == 0) since = step.known_micros;
    }
    if (since != 0) *proto.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(since);
  }
  for (const uint32_t number : state_.DecisionsOf(item.a)) {
    const v1::LinkDecision& decision = state_.decisions()[number].decision();
    const auto& others = state_.DecisionsOf(item.b);
    if (decision.state() == v1::LinkDecision::PROPOSED && std::find(others.begin(), others.end(), number) != others.end()) {
      proto.set_proposed_decision(decision.name());
    }
  }
  return proto;
}

absl::StatusOr<v1::ListReviewItemsResponse> Linking::ListReviewItems(const Caller&, const v1::ListReviewItemsRequest& request) {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  if (request.sample()) return ListSample(request);
  v1::ListReviewItemsResponse response;
  int64_t total = 0;
  for (const QueueItem& item : Queue()) {
    if (!request.source().empty()) {
      const auto of_source = [&](uint32_t person) ABSL_NO_THREAD_SAFETY_ANALYSIS {
        const std::vector<LinkState::Record>& records = state_.persons()[person].records;
        return std::any_of(records.begin(), records.end(), [&](const LinkState::Record& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          return state_.CountsNow(record) && state_.sources()[record.source] == request.source();
        });
      };
      if (!of_source(item.a) && !of_source(item.b)) continue;
    }
    if (total >= page.offset && total < page.offset + page.size) *response.add_items() = ReviewItemOf(item);
    ++total;
  }
  response.set_total_count(total);
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

std::optional<Linking::ShownPair> Linking::PairToShow(const std::string& item) {
  for (const QueueItem& open : Queue()) {
    if (open.item != item) continue;
    const bool swapped = open.doubt.other == open.a;
    return ShownPair{ReviewItemOf(open),
                     open.a,
                     open.b,
                     swapped ? open.doubt.other_record : open.doubt.record,
                     swapped ? open.doubt.record : open.doubt.other_record,
                     false};
  }
  for (const SamplePair& drawn : SamplePairs()) {
    if (drawn.item != item) continue;
    const std::optional<Timeline::BestPair> best = timeline_->Compare(drawn.a, drawn.b);
    return ShownPair{SampleItem(drawn), drawn.a, drawn.b, best->record_a, best->record_b, true};
  }
  return std::nullopt;
}

absl::StatusOr<v1::ReviewItemDetail> Linking::ShowReviewItem(const Caller& caller, const v1::ShowReviewItemRequest& request) {
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  const std::optional<ShownPair> pair = PairToShow(request.item());
  if (!pair) return NoItem();
  for (const uint32_t person : {pair->a, pair->b}) {
    NMD_RETURN_IF_ERROR(CheckClientNotRestricted(HolderOf(person)));
  }

  const engine::LiveIndex& index = timeline_->index();
  NMD_ASSIGN_OR_RETURN(const ingestion::v1::PersonRecord a, OpenContent(pair->a, timeline_->ContentOf(pair->record_a)));
  NMD_ASSIGN_OR_RETURN(const ingestion::v1::PersonRecord b, OpenContent(pair->b, timeline_->ContentOf(pair->record_b)));
  const engine::Explanation why =
      index.scorer().Explain(index.persons().hot(pair->record_a), index.persons().hot(pair->record_b));
  v1::ReviewItemDetail detail;
  *detail.mutable_item() = pair->item;
  AddStep("Vooraf: twee willekeurige records", why.prior, detail);
  for (const FieldTitle& title : kFields) {
    const uint32_t level = engine::LevelOf(why.decision.pattern, title.field);
    const std::string level_text = Capitalised(engine::LevelText(title.field, level));
    const std::string value_a = Shown(title.field, a), value_b = Shown(title.field, b);
    if (!value_a.empty() || !value_b.empty()) {
      v1::ComparedField& field = *detail.add_fields();
      field.set_field(std::string(title.name));
      field.set_title(std::string(title.title));
      field.set_value_a(value_a);
      field.set_value_b(value_b);
      field.set_level(level_text.empty() ? "Niet te vergelijken" : level_text);
      field.set_millibits(why.field[title.field] + why.rarity[title.field]);
    }
    if (why.field[title.field] != 0) AddStep(level_text, why.field[title.field], detail);
    if (why.rarity[title.field] != 0) {
      AddStep(absl::StrCat(title.title, why.rarity[title.field] > 0 ? ": zeldzaam" : ": veelvoorkomend"),
              why.rarity[title.field], detail);
    }
  }
  if (why.household != 0) AddStep("Kan een huisgenoot zijn", why.household, detail);
  detail.set_score_millibits(why.decision.score);
  detail.set_statement(engine::DutchSentence(why));
  detail.set_model(std::string(timeline_->model()));
  detail.set_person_key_a(state_.person_keys()[pair->a]);
  detail.set_person_key_b(state_.person_keys()[pair->b]);
  detail.set_client_a(state_.client_ids()[ClientNow(pair->a)]);
  detail.set_client_b(state_.client_ids()[ClientNow(pair->b)]);
  NMD_RETURN_IF_ERROR(LogAccess(caller, "ShowReviewItem", request.purpose(), {detail.client_a(), detail.client_b()}));
  if (pair->blind) {
    // Who judges a sample sees both records and nothing else: one client for both would tell too.
    for (v1::ComparedField& field : *detail.mutable_fields()) field.clear_millibits();
    detail.clear_steps();
    detail.clear_score_millibits();
    detail.clear_statement();
    detail.clear_model();
    detail.clear_client_a();
    detail.clear_client_b();
  }
  return detail;
}

v1::LinkDecision Linking::WithOutcome(v1::LinkDecision decision) const {
  bool followed = decision.state() == v1::LinkDecision::EFFECTIVE;
  for (const LinkState::DecidedPair& pair : state_.PairsOf(decision)) {
    const uint32_t a = ClientNow(pair.a), b = ClientNow(pair.b);
    // Somebody whose records do not count is with nobody.
    const bool one = a == b && a != LinkState::kNoClient;
    followed = followed && one == (pair.verdict == v1::SAME_PERSON);
  }
  decision.set_followed(followed);
  return decision;
}

absl::StatusOr<v1::LinkDecision> Linking::Store(const Caller& caller, v1::LinkDecision decision, const std::string& request_id,
                                                int64_t from_micros) {
  DecisionEvent event;
  *event.mutable_decision() = decision;
  event.set_request_id(request_id);
  std::set<uint32_t> persons;
  for (const auto* keys : {&decision.persons(), &decision.taken_out()}) {
    for (const std::string& key : *keys) persons.insert(*state_.person_keys().Find(key));
  }
  std::vector<JournalRecord> records;
  records.push_back(NewRecord(kDecision, event.SerializeAsString()));
  records.back().actor = caller.subject;
  absl::Status stored = state_.Apply(event);
  if (stored.ok()) stored = AppendWithLinks(std::move(records), persons, from_micros);
  if (!stored.ok()) {
    loaded_ = false;  // Folded again by the next step of the follower.
    return stored;
  }
  return WithOutcome(std::move(decision));
}

absl::StatusOr<v1::LinkDecision> Linking::Decide(const Caller& caller, v1::LinkDecision decision,
                                                 const std::string& request_id) {
  if (!request_id.empty()) {
    if (const std::optional<uint32_t> known = state_.FindRequest(request_id)) {
      return WithOutcome(state_.decisions()[*known].decision());
    }
  }
  for (const LinkState::DecidedPair& pair : state_.PairsOf(decision)) {
    for (const uint32_t person : {pair.a, pair.b}) NMD_RETURN_IF_ERROR(CheckClientNotRestricted(HolderOf(person)));
    if (pair.verdict != v1::SAME_PERSON) continue;
    std::set<uint32_t> numbers;
    for (const uint32_t person : {pair.a, pair.b}) {
      for (const uint32_t member : timeline_->GroupOf(person)) numbers.insert(timeline_->BsnOf(member));
    }
    numbers.erase(LinkState::kNoClient);
    if (numbers.size() > 1) {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::DECISION_IMPOSSIBLE,
                  "these persons have two different valid BSNs, so they cannot be one; correct the number in its source");
    }
  }
  const int64_t known = KnownNow();
  decision.set_name(absl::StrCat("municipalities/", options_.municipality, "/linkdecisions/d", RandomHex(16)));
  decision.set_proposed_by(caller.subject);
  *decision.mutable_proposed_time() = TimeUtil::MicrosecondsToTimestamp(known);
  decision.set_model(std::string(timeline_->model()));
  if (options_.four_eyes) {
    decision.set_state(v1::LinkDecision::PROPOSED);
  } else {
    decision.set_state(v1::LinkDecision::EFFECTIVE);
    *decision.mutable_known_time() = decision.proposed_time();
  }
  return Store(caller, std::move(decision), request_id, known);
}

absl::StatusOr<v1::LinkDecision> Linking::CreateLinkDecision(const Caller& caller,
                                                             const v1::CreateLinkDecisionRequest& request) {
  FieldCheck check;
  const bool by_persons = !request.person_key_a().empty() || !request.person_key_b().empty();
  check.Require(request.item().empty() == by_persons, "item", "give an item, or person_key_a and person_key_b");
  check.Require(!by_persons || request.person_key_a() != request.person_key_b(), "person_key_b", "must be another person");
  check.Require(request.verdict() == v1::SAME_PERSON || request.verdict() == v1::DIFFERENT_PERSONS, "verdict",
                "must be SAME_PERSON or DIFFERENT_PERSONS");
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  check.Require(request.request_id().size() <= 64, "request_id", "must have at most 64 characters");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  if (!request.request_id().empty()) {
    // Before the item is looked for: once decided, it is not in the queue any more.
    if (const std::optional<uint32_t> known = state_.FindRequest(request.request_id())) {
      return WithOutcome(state_.decisions()[*known].decision());
    }
  }
  std::optional<uint32_t> a, b;
  if (by_persons) {
    a = state_.person_keys().Find(request.person_key_a());
    b = state_.person_keys().Find(request.person_key_b());
    if (!a || !b) return NoPerson();
  } else {
    const std::vector<QueueItem>& queue = Queue();
    const auto item = std::find_if(queue.begin(), queue.end(), [&](const QueueItem& i) { return i.item == request.item(); });
    if (item == queue.end()) return NoItem();
    a = item->a;
    b = item->b;
  }
  v1::LinkDecision decision;
  decision.set_kind(v1::LinkDecision::PAIR);
  decision.set_verdict(request.verdict());
  const auto [first, second] = std::minmax(state_.person_keys()[*a], state_.person_keys()[*b]);
  decision.add_persons(first);
  decision.add_persons(second);
  decision.set_reason(request.reason());
  if (const std::optional<Timeline::BestPair> pair = timeline_->Compare(*a, *b)) {
    decision.set_score_millibits(pair->decision.score);
  }
  return Decide(caller, std::move(decision), request.request_id());
}

absl::StatusOr<v1::LinkDecision> Linking::MergeClients(const Caller& caller, const v1::MergeClientsRequest& request) {
  FieldCheck check;
  check.Require(request.clients_size() >= 2 && request.clients_size() <= kMostClients, "clients",
                absl::StrCat("must be 2 to ", kMostClients));
  for (int i = 0; i < request.clients_size(); ++i) {
    check.Require(IsClientId(request.clients(i)), absl::StrCat("clients[", i, "]"), "must be 'c' and 20 hexadecimal digits");
  }
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  check.Require(request.request_id().size() <= 64, "request_id", "must have at most 64 characters");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  v1::LinkDecision decision;
  decision.set_kind(v1::LinkDecision::MERGE);
  decision.set_verdict(v1::SAME_PERSON);
  decision.set_reason(request.reason());
  // One person of each client stands for it: what is decided about one holds for its group.
  std::set<std::string> persons;
  std::map<uint32_t, uint32_t> client_of;  // Of all members.
  for (const std::string& id : request.clients()) {
    NMD_ASSIGN_OR_RETURN(const std::optional<uint32_t> client, LeadsTo(id));
    if (!client) return NoClient();
    std::string first;
    for (const uint32_t person : MembersNow(*client)) {
      const std::string& key = state_.person_keys()[person];
      if (first.empty() || key < first) first = key;
      client_of.emplace(person, *client);
    }
    persons.insert(first);
  }
  const size_t clients = persons.size();
  // Who was said to differ from somebody of another of these clients is named too, or that would go on to hold of them.
  for (const auto& [person, client] : client_of) {
    for (const uint32_t number : state_.DecisionsOf(person)) {
      for (const LinkState::DecidedPair& pair : state_.PairsOf(state_.decisions()[number].decision())) {
        const auto a = client_of.find(pair.a), b = client_of.find(pair.b);
        if (pair.verdict != v1::DIFFERENT_PERSONS || a == client_of.end() || b == client_of.end()) continue;
        if (a->second == b->second) continue;
        persons.insert(state_.person_keys()[pair.a]);
        persons.insert(state_.person_keys()[pair.b]);
      }
    }
  }
  for (const std::string& person : persons) decision.add_persons(person);
  // Ids that lead to one client already: there is nothing to decide.
  check.Require(clients >= 2, "clients", "must be two clients or more; these are one already");
  if (!check.ok()) return check.Result();
  return Decide(caller, std::move(decision), request.request_id());
}

absl::StatusOr<v1::LinkDecision> Linking::SplitClient(const Caller& caller, const v1::SplitClientRequest& request) {
  FieldCheck check;
  check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits");
  check.Require(request.persons_size() >= 1 && request.persons_size() <= kMostPersons, "persons",
                absl::StrCat("must be 1 to ", kMostPersons));
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  check.Require(request.request_id().size() <= 64, "request_id", "must have at most 64 characters");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  if (!request.request_id().empty()) {
    if (const std::optional<uint32_t> known = state_.FindRequest(request.request_id())) {
      return WithOutcome(state_.decisions()[*known].decision());
    }
  }
  NMD_ASSIGN_OR_RETURN(const std::optional<uint32_t> client, LeadsTo(request.client()));
  if (!client) return NoClient();
  std::set<std::string> staying;
  for (const uint32_t person : MembersNow(*client)) staying.insert(state_.person_keys()[person]);
  std::set<std::string> taken;
  for (int i = 0; i < request.persons_size(); ++i) {
    if (check.Require(staying.erase(request.persons(i)) > 0, absl::StrCat("persons[", i, "]"),
                      "must be a person of the client, once")) {
      taken.insert(request.persons(i));
    }
  }
  check.Require(!staying.empty(), "persons", "must not be all persons of the client");
  if (!check.ok()) return check.Result();
  v1::LinkDecision decision;
  decision.set_kind(v1::LinkDecision::SPLIT);
  decision.set_verdict(v1::DIFFERENT_PERSONS);
  decision.set_reason(request.reason());
  for (const std::string& person : staying) decision.add_persons(person);
  for (const std::string& person : taken) decision.add_taken_out(person);
  return Decide(caller, std::move(decision), request.request_id());
}

absl::StatusOr<v1::LinkDecision> Linking::ConfirmLinkDecision(const Caller& caller,
                                                              const v1::ConfirmLinkDecisionRequest& request) {
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  const std::optional<uint32_t> number = state_.FindDecision(request.name());
  if (!number) return NotFound(request.name());
  v1::LinkDecision decision = state_.decisions()[*number].decision();
  if (decision.state() == v1::LinkDecision::EFFECTIVE) return WithOutcome(std::move(decision));
  if (decision.state() != v1::LinkDecision::PROPOSED) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::DECISION_CLOSED,
                "the decision was taken back; decide anew");
  }
  if (decision.proposed_by() == caller.subject) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::FOUR_EYES,
                "who proposed a decision may not confirm it; ask a second person");
  }
  const int64_t known = KnownNow();
  decision.set_state(v1::LinkDecision::EFFECTIVE);
  decision.set_confirmed_by(caller.subject);
  *decision.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(known);
  return Store(caller, std::move(decision), state_.decisions()[*number].request_id(), known);
}

absl::StatusOr<v1::LinkDecision> Linking::UndoLinkDecision(const Caller& caller, const v1::UndoLinkDecisionRequest& request) {
  FieldCheck check;
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  const std::optional<uint32_t> number = state_.FindDecision(request.name());
  if (!number) return NotFound(request.name());
  v1::LinkDecision decision = state_.decisions()[*number].decision();
  if (decision.state() == v1::LinkDecision::UNDONE) return WithOutcome(std::move(decision));
  const int64_t known = KnownNow();
  decision.set_state(v1::LinkDecision::UNDONE);
  decision.set_undone_by(caller.subject);
  decision.set_undone_reason(request.reason());
  *decision.mutable_undone_time() = TimeUtil::MicrosecondsToTimestamp(known);
  return Store(caller, std::move(decision), state_.decisions()[*number].request_id(), known);
}

absl::StatusOr<v1::ListLinkDecisionsResponse> Linking::ListLinkDecisions(const Caller&,
                                                                         const v1::ListLinkDecisionsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  v1::ListLinkDecisionsResponse response;
  int64_t total = 0;
  const std::vector<DecisionEvent>& decisions = state_.decisions();
  for (auto event = decisions.rbegin(); event != decisions.rend(); ++event) {
    if (request.proposed() && event->decision().state() != v1::LinkDecision::PROPOSED) continue;
    if (total >= page.offset && total < page.offset + page.size) *response.add_decisions() = WithOutcome(event->decision());
    ++total;
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::ClientHistory> Linking::GetClientHistory(const Caller&, const v1::GetClientHistoryRequest& request) const {
  FieldCheck check;
  check.Require(IsClientId(request.client()), "client", "must be 'c' and 20 hexadecimal digits");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_RETURN_IF_ERROR(CheckClientNotRestricted(request.client()));
  NMD_ASSIGN_OR_RETURN(const std::optional<uint32_t> now, LeadsTo(request.client()));
  v1::ClientHistory history;
  const uint32_t client = now.value_or(*state_.client_ids().Find(request.client()));
  if (now) history.set_client(state_.client_ids()[client]);

  std::set<uint32_t> decisions;
  std::set<absl::string_view> aliases;
  std::vector<std::tuple<int64_t, std::string, v1::ClientHistory::Event>> events;
  for (const uint32_t person : state_.clients()[client].persons) {
    const LinkState::Person& known = state_.persons()[person];
    decisions.insert(state_.DecisionsOf(person).begin(), state_.DecisionsOf(person).end());
    uint32_t before = LinkState::kNoClient;
    for (const LinkState::Step& step : known.steps) {
      const uint32_t from = std::exchange(before, step.client);
      if (ClientNow(person) == client && step.client != client && step.client != LinkState::kNoClient) {
        aliases.insert(state_.client_ids()[step.client]);
      }
      if (from == step.client || (from != client && step.client != client)) continue;
      const bool joined = step.client == client;
      const uint32_t other = joined ? from : step.client;
      v1::ClientHistory::Event event;
      *event.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(step.known_micros);
      event.set_source(state_.sources()[known.records.front().source]);
      event.set_person_key(state_.person_keys()[person]);
      event.set_joined(joined);
      if (other != LinkState::kNoClient) event.set_other_client(state_.client_ids()[other]);
      event.set_model(std::string(state_.ModelAt(step.known_micros)));
      event.set_text(!joined && other == LinkState::kNoClient ? "Geen record telt meer mee."
                     : step.reason == v1::EXACT_BSN           ? "Op burgerservicenummer."
                     : step.reason == v1::WEIGHED             ? "Op overeenkomst van naam, geboortedatum en adres."
                     : step.reason == v1::DECIDED             ? "Door een besluit."
                                                              : "Staat op zichzelf.");
      events.emplace_back(step.known_micros, event.person_key(), std::move(event));
    }
  }
  std::sort(events.begin(), events.end(), [](const auto& x, const auto& y) {
    return std::tie(std::get<0>(x), std::get<1>(x)) < std::tie(std::get<0>(y), std::get<1>(y));
  });
  for (auto& [time, key, event] : events) *history.add_events() = std::move(event);
  aliases.erase(history.client());
  for (const absl::string_view alias : aliases) history.add_aliases(std::string(alias));
  for (auto number = decisions.rbegin(); number != decisions.rend(); ++number) {
    *history.add_decisions() = WithOutcome(state_.decisions()[*number].decision());
  }
  return history;
}

}  // namespace nmd::linking
