// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/internal/v1/ingestion_events.pb.h"
#include "services/core/dutch.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/history_care.h"
#include "services/ingestion/history_claims.h"
#include "services/ingestion/history_entries.h"
#include "services/platform/proto_time.h"

namespace nmd::ingestion {

using internal::v1::HistoryCheckpoint;

namespace {

// Of what a checkpoint holds. One of another version is not read: the journal has everything.
constexpr int32_t kVersion = 2;

constexpr bool kOtherParty = true;
constexpr ViolationRow kRows[] = {
    {Violation::kLateReturn090, "OP090", GroupKind::kMessage},
    {Violation::kNoReturn090,
     "OP090",
     GroupKind::kMessage,
     "De retour op dit bericht is er na 3 werkdagen nog niet. Stuur hem, of vraag ernaar.",
     {},
     kOtherParty},
    {Violation::kLateAnswer090, "OP090x4", GroupKind::kMessage},
    {Violation::kNoAnswer090,
     "OP090x4",
     GroupKind::kMessage,
     "Het antwoord op deze declaratie is er na 10 werkdagen nog niet. Stuur het.",
     {},
     kOtherParty},
    {Violation::kReference347, "TR347", GroupKind::kRequest},
    {Violation::kNoRequest355, "TR355", GroupKind::kRequest},
    {Violation::kGranted359, "TR359", GroupKind::kRequest},
    {Violation::kStudiedBefore360, "TR360", GroupKind::kRequest},
    {Violation::kRefusedBefore365, "TR365", GroupKind::kRequest},
    {Violation::kNoRequest379, "TR379", GroupKind::kRequest},
    {Violation::kGrantedBefore379, "TR379", GroupKind::kRequest,
     "Deze toewijzing is al eerder met deze ReferentieAanbieder verstuurd. Laat ReferentieAanbieder nu leeg."},
    {Violation::kLateReply274, "OP274", GroupKind::kRequest},
    {Violation::kNoReply274,
     "OP274",
     GroupKind::kRequest,
     "Op dit verzoek om toewijzing is niet op tijd beslist. Stuur een toewijzing of een antwoord.",
     {},
     kOtherParty},
    {Violation::kLateReply346, "OP346", GroupKind::kRequest},
    {Violation::kNoReply346,
     "OP346",
     GroupKind::kRequest,
     "Op dit verzoek om wijziging is niet op tijd beslist. Stuur een toewijzing of een antwoord.",
     {},
     kOtherParty},
    {Violation::kLateHome359, "OP359", GroupKind::kRequest},
    {Violation::kNoAllocation019, "TR019", GroupKind::kAllocation},
    {Violation::kNotUnique332, "TR332", GroupKind::kAllocation},
    {Violation::kChanged033, "OP033x1", GroupKind::kAllocation},
    {Violation::kNothingToRemove063, "TR063", GroupKind::kRelation},
    {Violation::kStopped071, "TR071", GroupKind::kRelation},
    {Violation::kSentBefore074, "TR074", GroupKind::kRelation},
    {Violation::kNotClient304, "TR304", GroupKind::kRelation, {}, "Client"},
    {Violation::kRunning326, "TR326", GroupKind::kRelation},
    {Violation::kIncomplete349, "TR349", GroupKind::kRelation},
    {Violation::kNotCurrent350, "TR350", GroupKind::kRelation},
    {Violation::kNotCurrent351, "TR351", GroupKind::kRelation},
    {Violation::kStart357, "TR357", GroupKind::kRelation},
    {Violation::kOverlap361, "TR361", GroupKind::kRelation},
    {Violation::kStart373, "TR373", GroupKind::kRelation},
    {Violation::kPending374, "TR374", GroupKind::kRelation},
    {Violation::kExtent375, "TR375", GroupKind::kRelation},
    {Violation::kNoStart382, "TR382", GroupKind::kRelation},
    {Violation::kNoExtent411, "TR411", GroupKind::kRelation},
    {Violation::kExtent412, "TR412", GroupKind::kRelation},
    {Violation::kPausedBefore413, "TR413", GroupKind::kRelation},
    {Violation::kEndsEarlier414, "TR414", GroupKind::kRelation},
    {Violation::kEndedBefore415, "TR415", GroupKind::kRelation},
    {Violation::kMissing087, "OP087", GroupKind::kRelation, {}, "Client/ToegewezenProducten"},
    {Violation::kStacked259, "OP259", GroupKind::kRelation},
    {Violation::kLateStart271, "OP271", GroupKind::kRelation},
    {Violation::kLateStop272, "OP272", GroupKind::kRelation},
    {Violation::kNoStop272, "OP272", GroupKind::kRelation,
     "De toewijzing van deze zorg is voorbij, en na 5 werkdagen is er nog geen stopbericht. Stuur het."},
    {Violation::kMonth354, "OP354", GroupKind::kRelation},
    {Violation::kNewNumber380, "OP380", GroupKind::kRelation},
    {Violation::kBeforeStart307, "TR307", GroupKind::kAllocation},
    {Violation::kAfterEnd308, "TR308", GroupKind::kAllocation},
    {Violation::kVolume321, "TR321", GroupKind::kAllocation},
    {Violation::kNoAllocation338, "TR338", GroupKind::kAllocation},
    {Violation::kCategory339, "TR339", GroupKind::kAllocation},
    {Violation::kProduct340, "TR340", GroupKind::kAllocation},
    {Violation::kUnit341, "TR341", GroupKind::kAllocation},
    {Violation::kBegins387, "TR387", GroupKind::kAllocation},
    {Violation::kEnds388, "TR388", GroupKind::kAllocation},
    {Violation::kDeleted384, "TR384", GroupKind::kAllocation},
    {Violation::kClaimed385, "TR385", GroupKind::kAllocation},
    {Violation::kTotal322, "TR322", GroupKind::kAllocation},
    {Violation::kBudget369, "TR369", GroupKind::kAllocation},
    {Violation::kSecondDebit389, "TR389", GroupKind::kAllocation},
    {Violation::kTariff418, "TR418", GroupKind::kAllocation},
    {Violation::kReferenceUsed314, "TR314", GroupKind::kReference},
    {Violation::kNoDebit323, "TR323", GroupKind::kReference},
    {Violation::kCreditedBefore390, "TR390", GroupKind::kReference},
    {Violation::kNumberUsed333, "TR333", GroupKind::kClaim, {}, "Declaratie/DeclaratieNummer"},
    {Violation::kPeriod318, "TR318", GroupKind::kProvider, {}, "Declaratie/DeclaratiePeriode"},
    {Violation::kNoClient304,
     "TR304",
     GroupKind::kRelation,
     "Voor deze client is geen toewijzing aan de aanbieder bekend. Controleer het Bsn.",
     {},
     false,
     true},
    {Violation::kNotOfClaim304,
     "TR304",
     GroupKind::kClaim,
     "Deze client staat niet in de declaratie waar het antwoord over gaat. Controleer het Bsn.",
     {},
     false,
     true},
    {Violation::kNoLine366, "TR366", GroupKind::kClaim},
    {Violation::kNotEqual367, "TR367", GroupKind::kClaim},
    {Violation::kNoNumber376, "TR376", GroupKind::kClaim, {}, "DeclaratieAntwoord/DeclaratieNummer"},
    {Violation::kNoClaim337, "TR337", GroupKind::kMessage, {}, "Header/DeclaratieIdentificatie"},
    {Violation::kSchema371, "TR371", GroupKind::kMessage, {}, "Header/XsdVersieDeclaratie"},
};
constexpr auto kViolations = static_cast<size_t>(Violation::kCount);
constexpr bool RowsAreInOrder() {
  if (std::size(kRows) != kViolations) return false;
  for (size_t i = 0; i < kViolations; ++i) {
    if (static_cast<size_t>(kRows[i].violation) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder() && kViolations <= 128);

size_t IndexOf(GroupKind kind) { return static_cast<size_t>(kind); }

// The violations that groups of a kind judge.
const std::bitset<128>& ViolationsOf(GroupKind kind) {
  static const auto* const kMasks = [] {
    auto* masks = new std::array<std::bitset<128>, kGroupKinds>();
    for (size_t i = 0; i < kViolations; ++i) (*masks)[IndexOf(kRows[i].group)].set(i);
    return masks;
  }();
  return (*kMasks)[IndexOf(kind)];
}

// The outcomes that they find, and whether they find `joined` of such an entry.
uint8_t OutcomesOf(GroupKind kind) {
  switch (kind) {
    case GroupKind::kMessage:
      return kRefused | kRefusedByHeader;
    case GroupKind::kClaim:
      return kAnswered | kLineRejected | kNotProcessed;
    case GroupKind::kReference:
      return kCredited;
    case GroupKind::kRequest:
      return kSettled;
    default:
      return 0;
  }
}
bool Joins(GroupKind kind, Entry::Kind entry) {
  if (entry == Entry::kLine) return kind == GroupKind::kClaim;
  return (entry == Entry::kAsked || entry == Entry::kChange) && kind == GroupKind::kRequest;
}

}  // namespace

const ViolationRow& RowOf(Violation violation) { return kRows[static_cast<size_t>(violation)]; }

int32_t TextNumbers::Number(absl::string_view text) {
  text = text.substr(0, UINT16_MAX);
  if (text.empty()) return 0;
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return *known;
  // Length in two bytes, then the text. The first byte of all is left out: 0 is the empty text.
  constexpr size_t kBlock = size_t{1} << kBlockBits;
  if (used_ + 2 + text.size() > kBlock) {
    used_ = blocks_.empty() ? 1 : 0;
    blocks_.push_back(std::make_unique<char[]>(kBlock));
  }
  char* const place = blocks_.back().get() + used_;
  const auto size = static_cast<uint16_t>(text.size());
  std::memcpy(place, &size, 2);
  std::memcpy(place + 2, text.data(), text.size());
  const auto number = static_cast<int32_t>((blocks_.size() - 1) << kBlockBits | used_);
  used_ += 2 + text.size();
  numbers_.insert(number);
  return number;
}

absl::string_view TextNumbers::Text(int32_t number) const {
  if (number == 0) return "";
  const auto place = static_cast<size_t>(number);
  const char* const text = blocks_[place >> kBlockBits].get() + (place & ((size_t{1} << kBlockBits) - 1));
  uint16_t size = 0;
  std::memcpy(&size, text, 2);
  return {text + 2, size};
}

class History::Judge : public Judging {
 public:
  explicit Judge(const History& history) : history_(history) {}
  absl::string_view Text(int32_t number) const override { return history_.texts_.Text(number); }
  Day Today() const override { return history_.today_; }
  bool Receives(Law law, int32_t provider, int16_t type) const override {
    return history_.traffic_.contains({GroupKind::kTraffic, law, type, provider, 0});
  }
  const MessageOrder& OrderOf(int32_t delivery) const override {
    return history_.deliveries_[static_cast<size_t>(delivery)].order;
  }
  absl::Span<const TariffRow> Tariffs(Law law, int32_t product) const override {
    const auto found = history_.tariffs_.find({law, product});
    return found == history_.tariffs_.end() ? absl::Span<const TariffRow>() : found->second;
  }
  void JudgeAgainOn(Day day) override {
    if (day > history_.today_) again_ = std::min(again_, day);
  }
  Day again() const { return again_; }

 private:
  const History& history_;
  Day again_ = kOpenEnd;
};

History::History() = default;
History::~History() = default;

template <typename Visit>
void History::EachKey(const Entry& e, Visit visit) const {
  const auto key = [&](GroupKind kind, int32_t first, int32_t second, int16_t type = 0) {
    visit(Key{kind, e.law, type, first, second});
  };
  switch (e.kind) {
    case Entry::kMessage:
      key(GroupKind::kMessage, e.sender, e.reference, e.type);
      key(GroupKind::kTraffic, e.provider, 0, e.type);
      return;
    case Entry::kReturn:
      key(GroupKind::kMessage, e.sender, e.reference, e.type);
      key(GroupKind::kTraffic, e.provider, 0, static_cast<int16_t>(e.type + 1));
      return;
    case Entry::kClaim:
    case Entry::kAnswer:
      if (e.reference != 0) key(GroupKind::kMessage, e.sender, e.reference, 323);
      if (e.declaration != 0) key(GroupKind::kClaim, e.provider, e.declaration);
      if (e.kind == Entry::kClaim) key(GroupKind::kProvider, e.provider, 0);
      return;
    case Entry::kLine:
    case Entry::kRejected:
      key(GroupKind::kClaim, e.provider, e.declaration);
      key(GroupKind::kReference, e.provider, e.reference);
      if (e.kind == Entry::kRejected) return;
      if (e.previous != 0 && e.previous != e.reference) key(GroupKind::kReference, e.provider, e.previous);
      break;
    case Entry::kReply:
      key(GroupKind::kRequest, e.provider, e.reference);
      return;
    case Entry::kVersion:
    case Entry::kAsked:
    case Entry::kChange:
      if (e.reference != 0) key(GroupKind::kRequest, e.provider, e.reference);
      break;
    default:
      break;
  }
  const bool on_allocation =
      e.kind == Entry::kVersion || e.kind == Entry::kStart || e.kind == Entry::kStop || e.kind == Entry::kLine;
  if (on_allocation && e.number != 0) key(GroupKind::kAllocation, 0, e.number);
  key(GroupKind::kRelation, e.provider, e.person);
}

void History::Add(int32_t delivery, const DeliveryRank& rank, const v1::FactBatch& batch) {
  std::vector<Entry> entries = EntriesOf(batch, [this](absl::string_view text) { return texts_.Number(text); });
  if (entries.empty()) return;
  MessageOrder order{rank.known_micros, batch.message().dated_day(), entries.front().type, rank.id};
  if (batch.has_message()) order.type = static_cast<int16_t>(batch.message().type());
  AddEntries(delivery, order, std::move(entries));
}

void History::AddEntries(int32_t delivery, const MessageOrder& order, std::vector<Entry> entries) {
  const auto place = static_cast<size_t>(delivery);
  if (deliveries_.size() <= place) deliveries_.resize(place + 1);
  Delivery& added = deliveries_[place];
  added.order = order;
  added.known_day = dutch::CalendarDay(absl::FromUnixMicros(order.known_micros));
  added.present = true;
  added.first = static_cast<int32_t>(entries_.size());
  added.last = added.first + static_cast<int32_t>(entries.size());
  for (Entry& entry : entries) {
    entry.delivery = delivery;
    entries_.push_back(entry);
    Enter(static_cast<int32_t>(entries_.size()) - 1);
  }
  // An export does not tell that messages which are missing should have come.
  if (order.type != 0) ++known_days_[added.known_day];
}

void History::Enter(int32_t index) {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  if (entry.kind == Entry::kTariff) {
    const MessageOrder& order = deliveries_[static_cast<size_t>(entry.delivery)].order;
    tariffs_[{entry.law, entry.product}].push_back({entry.provider, entry.unit, entry.tariff, entry.period, order});
    changed_tariffs_.insert({entry.law, entry.product});
  }
  EachKey(entry, [&](const Key& key) {
    const auto [found, is_new] = group_of_.try_emplace(key, static_cast<int32_t>(groups_.size()));
    if (is_new) groups_.emplace_back();
    GroupState& group = groups_[static_cast<size_t>(found->second)];
    group.kind = key.kind;
    group.name = key.second;
    nodes_.push_back({index, group.head});
    group.head = static_cast<int32_t>(nodes_.size()) - 1;
    Mark(found->second);
  });
  CountTraffic(entry, 1);
}

bool History::Contains(int32_t delivery) const {
  const auto place = static_cast<size_t>(delivery);
  return place < deliveries_.size() && deliveries_[place].present;
}

void History::Remove(int32_t delivery) {
  const auto place = static_cast<size_t>(delivery);
  if (place >= deliveries_.size() || !deliveries_[place].present) return;
  Delivery& removed = deliveries_[place];
  for (int32_t i = removed.first; i < removed.last; ++i) {
    Entry& entry = entries_[static_cast<size_t>(i)];
    entry.withdrawn = true;
    if (entry.kind == Entry::kTariff) {
      std::vector<TariffRow>& rows = tariffs_.at({entry.law, entry.product});
      const auto is_out = [&](const TariffRow& row) { return row.order.id == removed.order.id; };
      rows.erase(std::remove_if(rows.begin(), rows.end(), is_out), rows.end());
      changed_tariffs_.insert({entry.law, entry.product});
    }
    EachKey(entry, [&](const Key& key) { Mark(group_of_.at(key)); });
    CountTraffic(entry, -1);
  }
  removed.present = false;
  removed.findings = 0;
  if (removed.order.type == 0) return;
  const auto day = known_days_.find(removed.known_day);
  if (--day->second == 0) known_days_.erase(day);
}

// The first message of a type, or the taking out of the last one, decides whether others are missing: returns for the messages
// they return, answers for claims, claims for the care that should be claimed.
void History::CountTraffic(const Entry& entry, int64_t change) {
  if (entry.kind != Entry::kMessage && entry.kind != Entry::kReturn) return;
  const auto type = static_cast<int16_t>(entry.kind == Entry::kReturn ? entry.type + 1 : entry.type);
  Key key{GroupKind::kTraffic, entry.law, type, entry.provider, 0};
  int64_t& count = traffic_[key];
  const bool any = count > 0;
  count += change;
  const bool any_now = count > 0;
  if (!any_now) traffic_.erase(key);
  if (any == any_now) return;
  key.type = static_cast<int16_t>(type == 325 ? 323 : type == 323 ? 305 : type - 1);
  const auto waiting = group_of_.find(key);
  if (waiting == group_of_.end()) return;
  for (int32_t n = groups_[static_cast<size_t>(waiting->second)].head; n >= 0; n = nodes_[static_cast<size_t>(n)].next) {
    const Entry& message = entries_[static_cast<size_t>(nodes_[static_cast<size_t>(n)].entry)];
    const Delivery& delivery = deliveries_[static_cast<size_t>(message.delivery)];
    for (int32_t i = delivery.first; i < delivery.last; ++i) {
      MarkAfter(entries_[static_cast<size_t>(i)], GroupKind::kTraffic);
    }
  }
}

void History::Mark(int32_t group) {
  GroupState& state = groups_[static_cast<size_t>(group)];
  if (state.marked || state.kind == GroupKind::kTraffic) return;
  state.marked = true;
  marked_[IndexOf(state.kind)].push_back(group);
}

// The groups of an entry that are judged after those of `kind`; all of them after kTraffic.
void History::MarkAfter(const Entry& entry, GroupKind kind) {
  EachKey(entry, [&](const Key& key) {
    if (kind == GroupKind::kTraffic || key.kind > kind) Mark(group_of_.at(key));
  });
}

void History::MoveToday() {
  const Day today = known_days_.empty() ? INT32_MIN : known_days_.rbegin()->first;
  if (today < today_) {
    // The newest delivery was taken out: what was missing may not be so yet.
    for (size_t i = 0; i < groups_.size(); ++i) Mark(static_cast<int32_t>(i));
  }
  today_ = today;
  while (!again_.empty() && again_.begin()->first <= today) {
    for (const int32_t group : again_.begin()->second) {
      if (groups_[static_cast<size_t>(group)].again <= today) Mark(group);
    }
    again_.erase(again_.begin());
  }
}

// Every line of a product is judged again when its tariffs change: a pass over all entries, for tables seldom come.
void History::MarkLinesOfTariffs() {
  if (changed_tariffs_.empty()) return;
  for (const Product& product : changed_tariffs_) SortTariffs(&tariffs_.at(product));
  for (const Entry& entry : entries_) {
    if (entry.kind != Entry::kLine || entry.withdrawn || !changed_tariffs_.contains({entry.law, entry.product})) continue;
    EachKey(entry, [&](const Key& key) {
      if (key.kind == GroupKind::kAllocation) Mark(group_of_.at(key));
    });
  }
  changed_tariffs_.clear();
}

void History::Settle() {
  MoveToday();
  MarkLinesOfTariffs();
  // A group marks only groups of later kinds.
  for (std::vector<int32_t>& marked : marked_) {
    for (const int32_t group : marked) JudgeGroup(group);
    marked.clear();
  }
}

void History::JudgeGroup(int32_t index) {
  GroupState& state = groups_[static_cast<size_t>(index)];
  state.marked = false;
  Group group;
  for (int32_t* link = &state.head; *link >= 0;) {
    Node& node = nodes_[static_cast<size_t>(*link)];
    const Entry& entry = entries_[static_cast<size_t>(node.entry)];
    if (entry.withdrawn) {
      *link = node.next;
      continue;
    }
    const Delivery& delivery = deliveries_[static_cast<size_t>(entry.delivery)];
    Item& item = group.emplace_back();
    item.entry = &entry;
    item.index = node.entry;
    item.order = &delivery.order;
    item.known_day = delivery.known_day;
    item.refused = delivery.refused;
    link = &node.next;
  }
  std::sort(group.begin(), group.end(), [](const Item& a, const Item& b) {
    if (a.entry->delivery != b.entry->delivery) return *a.order < *b.order;
    return a.index < b.index;
  });

  Judge judging(*this);
  switch (state.kind) {
    case GroupKind::kMessage:
      JudgeMessage(judging, group);
      JudgeClaimMessage(judging, group);
      break;
    case GroupKind::kClaim:
      JudgeDeclaration(judging, group);
      break;
    case GroupKind::kReference:
      JudgeReference(judging, state.name, group);
      break;
    case GroupKind::kRequest:
      JudgeRequest(judging, group);
      break;
    case GroupKind::kRelation:
      JudgeCareOfRelation(judging, group);
      JudgeClaimsOfClient(judging, group);
      break;
    case GroupKind::kProvider:
      JudgePeriodsOfProvider(judging, group);
      break;
    case GroupKind::kAllocation:
      JudgeCareOfAllocation(judging, group);
      JudgeClaimsOnAllocation(judging, group);
      break;
    default:
      break;
  }
  if (judging.again() != state.again) {
    state.again = judging.again();
    if (state.again != kOpenEnd) again_[state.again].push_back(index);
  }

  const std::bitset<128>& violations = ViolationsOf(state.kind);
  const uint8_t outcomes = OutcomesOf(state.kind);
  for (const Item& item : group) {
    Entry& entry = entries_[static_cast<size_t>(item.index)];
    Delivery& delivery = deliveries_[static_cast<size_t>(entry.delivery)];
    const std::bitset<128> violated = (entry.violations & ~violations) | (item.violations & violations);
    delivery.findings += static_cast<int64_t>(violated.count()) - static_cast<int64_t>(entry.violations.count());
    entry.violations = violated;
    const auto outcome = static_cast<uint8_t>((entry.outcome & ~outcomes) | (item.outcome & outcomes));
    const int32_t joined = Joins(state.kind, entry.kind) ? item.joined : entry.joined;
    if (outcome == entry.outcome && joined == entry.joined) continue;
    entry.outcome = outcome;
    entry.joined = joined;
    MarkAfter(entry, state.kind);
    const bool refused = (outcome & kRefused) != 0;
    if (entry.kind != Entry::kMessage || refused == delivery.refused) continue;
    delivery.refused = refused;
    for (int32_t i = delivery.first; i < delivery.last; ++i) MarkAfter(entries_[static_cast<size_t>(i)], state.kind);
  }
}

std::vector<Finding> History::FindingsOf(int32_t delivery) const {
  std::vector<Finding> findings;
  if (CountFindings(delivery) == 0) return findings;
  const Delivery& of = deliveries_[static_cast<size_t>(delivery)];
  for (int32_t i = of.first; i < of.last; ++i) {
    const Entry& entry = entries_[static_cast<size_t>(i)];
    if (entry.violations.none()) continue;
    for (const ViolationRow& row : kRows) {
      if (!entry.violations.test(static_cast<size_t>(row.violation))) continue;
      std::string place = row.place.empty() ? PlaceOf(entry) : std::string(row.place);
      if (row.of_client) place = absl::StrCat(place.substr(0, place.find("/Prestaties")), "/Bsn");
      Finding finding = FindingOf(RuleById(row.rule), static_cast<MessageType>(of.order.type), std::move(place));
      if (!row.text.empty()) finding.text = std::string(row.text);
      if (row.other_party) finding.owner = finding.owner == "gemeente" ? "aanbieder" : "gemeente";
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

int64_t History::CountFindings(int32_t delivery) const {
  const auto place = static_cast<size_t>(delivery);
  return place < deliveries_.size() ? deliveries_[place].findings : 0;
}

void History::Save(HistoryCheckpoint* checkpoint) const {
  checkpoint->set_version(kVersion);
  // Numbered by first use, so that equal histories are equal bytes. The empty text is 0.
  absl::flat_hash_map<int32_t, int32_t> numbers;
  const auto text = [&](int32_t number) {
    if (number == 0) return 0;
    const auto [found, is_new] = numbers.try_emplace(number, static_cast<int32_t>(numbers.size()) + 1);
    if (is_new) checkpoint->add_texts(std::string(texts_.Text(number)));
    return found->second;
  };
  for (size_t d = 0; d < deliveries_.size(); ++d) {
    const Delivery& delivery = deliveries_[d];
    if (!delivery.present) continue;
    HistoryCheckpoint::Delivery& saved = *checkpoint->add_deliveries();
    saved.set_delivery(static_cast<int32_t>(d));
    saved.set_known_micros(delivery.order.known_micros);
    saved.set_dated_day(delivery.order.dated_day);
    saved.set_type(delivery.order.type);
    saved.set_id_high(static_cast<int64_t>(absl::Uint128High64(delivery.order.id)));
    saved.set_id_low(static_cast<int64_t>(absl::Uint128Low64(delivery.order.id)));
    for (int32_t i = delivery.first; i < delivery.last; ++i) {
      const Entry& entry = entries_[static_cast<size_t>(i)];
      HistoryCheckpoint::Entry& said = *saved.add_entries();
      said.set_kind(entry.kind);
      said.set_law(static_cast<int32_t>(entry.law));
      said.set_deleted(entry.deleted);
      said.set_removal(entry.removal);
      said.set_refuses(entry.refuses);
      said.set_type(entry.type);
      said.set_category(entry.category);
      said.set_unit(entry.unit);
      said.set_frequency(entry.frequency);
      said.set_code(entry.code);
      said.set_reason(entry.reason);
      said.set_client(entry.client);
      said.set_item(entry.item);
      said.set_number(entry.number);
      said.set_person(text(entry.person));
      said.set_provider(text(entry.provider));
      said.set_sender(text(entry.sender));
      said.set_product(text(entry.product));
      said.set_reference(text(entry.reference));
      said.set_previous(text(entry.previous));
      said.set_declaration(text(entry.declaration));
      said.set_day(entry.day);
      said.set_start_day(entry.period.start);
      said.set_end_day(entry.period.end);
      said.set_volume(entry.volume);
      said.set_tariff(entry.tariff);
      said.set_amount(entry.amount);
      said.set_moment(entry.moment);
    }
  }
}

bool History::Load(const HistoryCheckpoint& checkpoint) {
  if (checkpoint.version() != kVersion) return false;
  std::vector<int32_t> numbers = {0};
  for (const std::string& text : checkpoint.texts()) numbers.push_back(texts_.Number(text));
  const auto is_text = [&](int32_t number) { return number >= 0 && number < static_cast<int32_t>(numbers.size()); };
  for (const HistoryCheckpoint::Delivery& saved : checkpoint.deliveries()) {
    for (const HistoryCheckpoint::Entry& said : saved.entries()) {
      const bool sound = said.kind() >= 0 && said.kind() < Entry::kKinds && is_text(said.person()) &&
                         is_text(said.provider()) && is_text(said.sender()) && is_text(said.product()) &&
                         is_text(said.reference()) && is_text(said.previous()) && is_text(said.declaration());
      if (!sound) return false;
    }
  }
  const auto text = [&](int32_t number) { return numbers[static_cast<size_t>(number)]; };
  for (const HistoryCheckpoint::Delivery& saved : checkpoint.deliveries()) {
    std::vector<Entry> entries;
    for (const HistoryCheckpoint::Entry& said : saved.entries()) {
      Entry& entry = entries.emplace_back();
      entry.kind = static_cast<Entry::Kind>(said.kind());
      entry.law = static_cast<Law>(said.law());
      entry.deleted = said.deleted();
      entry.removal = said.removal();
      entry.refuses = said.refuses();
      entry.type = static_cast<int16_t>(said.type());
      entry.category = static_cast<uint16_t>(said.category());
      entry.unit = static_cast<uint16_t>(said.unit());
      entry.frequency = static_cast<uint16_t>(said.frequency());
      entry.code = static_cast<uint16_t>(said.code());
      entry.reason = static_cast<uint16_t>(said.reason());
      entry.client = said.client();
      entry.item = said.item();
      entry.number = said.number();
      entry.person = text(said.person());
      entry.provider = text(said.provider());
      entry.sender = text(said.sender());
      entry.product = text(said.product());
      entry.reference = text(said.reference());
      entry.previous = text(said.previous());
      entry.declaration = text(said.declaration());
      entry.day = said.day();
      entry.period = {said.start_day(), said.end_day()};
      entry.volume = said.volume();
      entry.tariff = said.tariff();
      entry.amount = said.amount();
      entry.moment = said.moment();
    }
    const absl::uint128 id = absl::MakeUint128(static_cast<uint64_t>(saved.id_high()), static_cast<uint64_t>(saved.id_low()));
    AddEntries(saved.delivery(), {saved.known_micros(), saved.dated_day(), static_cast<int16_t>(saved.type()), id},
               std::move(entries));
  }
  return true;
}

}  // namespace nmd::ingestion
