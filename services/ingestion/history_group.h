// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_HISTORY_GROUP_H_
#define NMD_SERVICES_INGESTION_HISTORY_GROUP_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/ingestion/message.h"

// What the rules that join messages are written in: entries, the groups they are joined by, and the verdicts. History
// (history.h) keeps the entries and calls the rules (history_care.h, history_claims.h), which are functions of one group.
namespace nmd::ingestion {

// A code of at most two characters, packed, so that it is compared as a number: Code("13"). 0 is no code. Codes of the
// official lists are not longer; a longer one is none of them.
constexpr uint16_t Code(absl::string_view text) {
  if (text.size() > 2) return 0xFFFF;
  uint16_t code = 0;
  for (const char c : text) code = static_cast<uint16_t>(code << 8 | static_cast<unsigned char>(c));
  return code;
}

inline std::string CodeText(uint16_t code) {
  std::string text;
  if (code > 0xFF) text.push_back(static_cast<char>(code >> 8));
  if (code != 0) text.push_back(static_cast<char>(code & 0xFF));
  return text;
}

// One thing that a message tells, as far as rules need it. Texts are numbers given out by History: equal texts have equal
// numbers, 0 is the empty text. A field that the kind does not name is 0.
struct Entry {
  enum Kind : uint8_t {
    kMessage,    // the header of a message that is no return: type, reference (Identificatie), product (schema version)
    kReturn,     // of another message: type is that of the message returned, reference its Identificatie; refuses
    kVersion,    // ToegewezenProduct of a 301: reference is ReferentieAanbieder, code RedenWijziging, amount the Budget,
                 // moment Toewijzingsdatum and -tijd in seconds
    kStart,      // StartProduct of a 305: period.start is Begindatum, day ToewijzingIngangsdatum
    kStop,       // StopProduct of a 307: code is RedenBeeindiging, day ToewijzingIngangsdatum
    kAsked,      // AangevraagdProduct of a 315: reference is ReferentieAanbieder
    kChange,     // Verzoek of a 317: reference is ReferentieAanbieder
    kUnchanged,  // OngewijzigdProduct, TeWijzigenProduct and NieuwProduct of a 317
    kChanged,
    kAdded,
    kReply,     // Antwoord of a 319: reference is ReferentieAanbieder, code VerzoekAntwoord, reason RedenAfwijzingVerzoek
    kClaim,     // Declaratie of a 323: declaration, reference (Identificatie of its message), amount is the total; bit n of
                // moment says that it declares care of n months before its DeclaratiePeriode
    kLine,      // Prestatie of a 323: declaration, reference, previous, amount
    kAnswer,    // of a 325: declaration, reference (DeclaratieIdentificatie), day (its Dagtekening), product (schema version
                // of the 323), amount submitted, moment granted; refuses the claim as a whole
    kRejected,  // Prestatie of a 325: as a line
    kTariff,    // what a unit of a product costs, of an export; provider 0 is every provider
  };
  static constexpr int kKinds = kTariff + 1;

  Kind kind = kMessage;
  Law law = Law::kYouth;
  bool deleted = false;    // kVersion: says that the allocation never existed
  bool removal = false;    // kStart, kStop: StatusAanlevering 3
  bool refuses = false;    // kReturn, kAnswer
  bool withdrawn = false;  // its delivery was taken out
  uint8_t outcome = 0;     // bits of Outcome, found by rules of other groups
  int16_t type = 0;        // 301 to 325
  uint16_t category = 0;
  uint16_t unit = 0;
  uint16_t frequency = 0;
  uint16_t code = 0;
  uint16_t reason = 0;
  int32_t delivery = 0;
  int32_t client = 0;  // place in the message: index of the client, and of the thing within it
  int32_t item = 0;
  int32_t number = 0;  // ToewijzingNummer; 0 when absent
  int32_t person = 0;
  int32_t provider = 0;
  int32_t sender = 0;
  int32_t product = 0;
  int32_t reference = 0;
  int32_t previous = 0;     // VorigReferentieNummer
  int32_t declaration = 0;  // DeclaratieNummer
  int32_t joined = -1;      // delivery that settled it (an answer, a reply), found by rules of other groups
  Day day = 0;
  Period period{0, 0};
  int32_t volume = 0;
  int32_t tariff = 0;
  int64_t amount = 0;  // cents, negative for a credit
  int64_t moment = 0;
  std::bitset<128> violations;  // by Violation

  bool credit() const { return previous != 0; }
};

// What groups are joined by. In this order they are judged: a rule may use the outcomes that earlier kinds of groups found.
enum class GroupKind : uint8_t {
  kMessage,     // type, sender and Identificatie: a message, its returns; a 323, its Declaratie and its 325
  kClaim,       // provider and DeclaratieNummer: claim, lines, answers, rejected lines
  kReference,   // provider and ReferentieNummer: lines, the credits that name it, rejected lines
  kRequest,     // provider and ReferentieAanbieder: requests, replies, allocations
  kAllocation,  // ToewijzingNummer: versions, starts, stops, lines
  kRelation,    // provider and person: versions, starts, stops, requests, lines
  kProvider,    // provider: claims
  kTraffic,     // provider and type: messages of one type, and returns; not judged
};
inline constexpr int kGroupKinds = 8;

// What a group finds out for the groups of later kinds.
enum Outcome : uint8_t {
  // kMessage: its receiver sent it back refused, so that it counts as not sent (domain-standards 3.1). By kMessage groups.
  kRefused = 1 << 0,
  // kClaim: a 325 refused it by its header. By kMessage groups.
  kRefusedByHeader = 1 << 1,
  // kLine: a 325 judged its claim; rejected it. By kClaim groups.
  kAnswered = 1 << 2,
  kLineRejected = 1 << 3,
  // kLine: a credit takes it back. By kReference groups.
  kCredited = 1 << 4,
  // kAsked, kChange: refused, or granted by an allocation; `joined` says where. By kRequest groups.
  kSettled = 1 << 5,
  // kClaim, kLine: a 325 refused the claim as a whole, so that it counts as not sent. By kClaim groups.
  kNotProcessed = 1 << 6,
};

// What a rule can find. A rule may have several, told apart by text, place or owner. In order of the table in history.cc.
enum class Violation : uint8_t {
  // On messages as such.
  kLateReturn090,
  kNoReturn090,
  kLateAnswer090,
  kNoAnswer090,
  // On requests.
  kReference347,
  kNoRequest355,
  kGranted359,
  kStudiedBefore360,
  kRefusedBefore365,
  kNoRequest379,
  kGrantedBefore379,
  kLateReply274,
  kNoReply274,
  kLateReply346,
  kNoReply346,
  kLateHome359,
  // On one allocation.
  kNoAllocation019,
  kNotUnique332,
  kChanged033,
  // On one client of one provider.
  kNothingToRemove063,
  kStopped071,
  kSentBefore074,
  kNotClient304,
  kRunning326,
  kIncomplete349,
  kNotCurrent350,
  kNotCurrent351,
  kStart357,
  kOverlap361,
  kStart373,
  kPending374,
  kExtent375,
  kNoStart382,
  kNoExtent411,
  kExtent412,
  kPausedBefore413,
  kEndsEarlier414,
  kEndedBefore415,
  kMissing087,
  kStacked259,
  kLateStart271,
  kLateStop272,
  kNoStop272,
  kMonth354,
  kNewNumber380,
  // On claims.
  kBeforeStart307,
  kAfterEnd308,
  kVolume321,
  kNoAllocation338,
  kCategory339,
  kProduct340,
  kUnit341,
  kBegins387,
  kEnds388,
  kDeleted384,
  kClaimed385,
  kTotal322,
  kBudget369,
  kSecondDebit389,
  kTariff418,
  kReferenceUsed314,
  kNoDebit323,
  kCreditedBefore390,
  kNumberUsed333,
  kPeriod318,
  kNoClient304,
  kNotOfClaim304,
  kNoLine366,
  kNotEqual367,
  kNoNumber376,
  kNoClaim337,
  kSchema371,
  kCount,
};

struct ViolationRow {
  Violation violation;
  absl::string_view rule;        // of Rules()
  GroupKind group;               // that judges it
  absl::string_view text = {};   // Dutch; empty for that of the rule
  absl::string_view place = {};  // empty for the place of the entry
  bool other_party = false;      // who received the message must act, not who sent it
  bool of_client = false;        // the place is the Bsn of the client that a line is of
};
const ViolationRow& RowOf(Violation violation);

// Order of deliveries that does not depend on arrival: when it was known, then, because one known moment says nothing about
// order, Dagtekening and number of the message, then the id of the delivery.
struct MessageOrder {
  int64_t known_micros = 0;
  Day dated_day = 0;
  int16_t type = 0;
  absl::uint128 id = 0;
  friend bool operator<(const MessageOrder& a, const MessageOrder& b) {
    return std::tie(a.known_micros, a.dated_day, a.type, a.id) < std::tie(b.known_micros, b.dated_day, b.type, b.id);
  }
};

// An entry in its group, with the verdict on it.
struct Item {
  const Entry* entry = nullptr;
  int32_t index = 0;  // of the entry, for History
  const MessageOrder* order = nullptr;
  Day known_day = 0;     // Dutch day on which the delivery was known
  bool refused = false;  // its message was sent back: it is judged, but no evidence against others
  std::bitset<128> violations;
  uint8_t outcome = 0;
  int32_t joined = -1;

  void Violate(Violation violation) { violations.set(static_cast<size_t>(violation)); }
  bool Violates(Violation violation) const { return violations.test(static_cast<size_t>(violation)); }
  // Whether it came with an earlier message than the other did.
  bool IsEarlierThan(const Item& other) const { return entry->delivery != other.entry->delivery && *order < *other.order; }
  // Day the message is dated; the day it was known when it does not tell.
  Day DatedDay() const { return order->dated_day != 0 ? order->dated_day : known_day; }
};

// A group in MessageOrder, then in order of the message.
using Group = std::vector<Item>;

struct TariffRow;

// What a rule may know beside its group.
class Judging {
 public:
  virtual ~Judging() = default;
  virtual absl::string_view Text(int32_t number) const = 0;
  // Dutch day of the newest delivery: what is missing by then is missing. Never the wall clock (decision 21).
  virtual Day Today() const = 0;
  // Whether messages of this type, of or for this provider, come in at all: where none ever did, none is missing.
  virtual bool Receives(Law law, int32_t provider, int16_t type) const = 0;
  virtual const MessageOrder& OrderOf(int32_t delivery) const = 0;
  // Tariffs of a product, in the order of SortTariffs (contract_tariff.h).
  virtual absl::Span<const TariffRow> Tariffs(Law law, int32_t product) const = 0;
  // The verdict on the group changes by itself when it becomes this day.
  virtual void JudgeAgainOn(Day day) = 0;
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_HISTORY_GROUP_H_
