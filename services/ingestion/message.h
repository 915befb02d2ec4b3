// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_MESSAGE_H_
#define NMD_SERVICES_INGESTION_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/core/date.h"
#include "services/core/money.h"

// One iJw or iWmo message as plain values, in the order of the message. Conventions:
// days are core Days; a period is half-open, so an inclusive Einddatum is stored plus one day, once, here;
// amounts are never negative, `credit` tells the side (IV024); codes are text and keep their leading zeros.
//
// A message holds a BSN, names and addresses. It is handed on to what makes person records, and never logged or stored.
namespace nmd::ingestion {

// The law a message falls under. A code means nothing without it: reason 31 differs between the two.
enum class Law { kYouth, kWmo };

// The messages of release 3.2. The value is the number of the message; that of a return is even.
enum class MessageType {
  kAllocation = 301,
  kAllocationReturn = 302,
  kStart = 305,
  kStartReturn = 306,
  kStop = 307,
  kStopReturn = 308,
  kRequest = 315,  // verzoek om toewijzing
  kRequestReturn = 316,
  kChangeRequest = 317,  // verzoek om wijziging
  kChangeRequestReturn = 318,
  kReply = 319,  // antwoord on a 315 or 317
  kReplyReturn = 320,
  kClaim = 323,
  kClaimAnswer = 325,
};

// Whether it returns another message, whose header it copies, Afzender and Ontvanger included (domain-standards 1.4).
constexpr bool IsReturn(MessageType type) { return static_cast<int>(type) % 2 == 0; }

// Whether the municipality sends messages of this type; the provider sends the others.
constexpr bool IsFromMunicipality(MessageType type) {
  switch (type) {
    case MessageType::kAllocation:
    case MessageType::kStartReturn:
    case MessageType::kStopReturn:
    case MessageType::kRequestReturn:
    case MessageType::kChangeRequestReturn:
    case MessageType::kReply:
    case MessageType::kClaimAnswer:
      return true;
    default:
      return false;
  }
}

// One thing that is wrong with a delivery (nmd.ingestion.v1.Finding without its delivery).
struct Finding {
  std::string rule;         // "TR101", "CS002"; "XML" malformed, "XSD" structure, "BERICHT" not a message this system reads
  int level = 1;            // 1 structure, 2 within the message, 3 against earlier messages, 4 external lists, 5 process
  std::string place;        // element path, repeated elements with their position from 1; never a value
  std::string text;         // Dutch: what is wrong and what to do; never a personal value
  std::string return_code;  // official return code, empty where there is none
  std::string owner;        // who can mend it: "gemeente", "aanbieder" or "leverancier"
  bool fatal = true;        // the whole message counts as not sent

  friend bool operator==(const Finding&, const Finding&) = default;
};

struct MessageHeader {
  std::string code;            // BerichtCode, 3 digits
  int version = 0;             // BerichtVersie
  int subversion = 0;          // BerichtSubversie
  std::string sender;          // Afzender: municipality (4 digits) or AGB code (8 digits)
  std::string receiver;        // Ontvanger
  std::string identification;  // unique per type and sender (TR056)
  Day dated_day = 0;           // Dagtekening
  std::string base_schema_version;
  std::string schema_version;
  // 325 only: the header of the 323 it answers (TR337).
  std::string claim_identification;
  Day claim_dated_day = 0;
  std::string claim_schema_version;  // BerichtXsdVersie of the 323, as the 325 repeats it (TR371)
  // Returns only: what the return itself is called and when it was made. The rest is that of the returned message.
  std::string return_identification;
  Day return_dated_day = 0;
  // Returns and 325: of the message as a whole. Empty in a return when nothing was wrong.
  std::vector<std::string> return_codes;
};

struct PersonName {
  std::string surname;
  std::string prefix;
  std::string partner_surname;
  std::string partner_prefix;
  std::string given_names;
  std::string initials;
  std::string name_use;  // NaamGebruik (COD700); 301 only
};

// A Contact of the client or of a relation; 301 and 302 only.
struct Address {
  std::string kind;          // Soort (COD757): 01 BRP, 02 post, 03 stay, 04 temporary stay
  bool has_address = false;  // whether Adres is there; what it holds is empty otherwise
  bool has_house = false;
  int32_t house_number = 0;
  std::string house_letter;
  std::string house_addition;
  std::string house_indication;  // AanduidingWoonadres
  std::string postcode;
  std::string street;
  std::string town;
  std::string country;
  bool has_start = false;  // whether Periode.Begindatum is filled; period.start is 0 otherwise
  Period period;           // end is kOpenEnd without Periode.Einddatum
  bool has_phone = false;  // whether Telefoon is there; the numbers are not kept
  bool has_period = false;
  std::vector<std::string> return_codes;  // 302 only
  friend bool operator==(const Address&, const Address&) = default;
};

// What messages tell of a client and of a relation alike.
struct Person {
  Day birth_day = 0;  // unknown parts filled as by IV009; 0 and has_birth_day false where a message does not tell
  bool has_birth_day = false;
  std::string birth_date_use;  // DatumGebruik (COD170), empty when complete
  std::string sex;             // COD046
  PersonName name;
  std::vector<Address> addresses;         // exactly one of a relation
  std::vector<std::string> return_codes;  // returns and 325 only
};

// Relatie of a client; 301 and 302 only. Read to be judged: nothing of it goes into facts or person records.
struct Relation : Person {
  std::string number;  // Nummer (OP071)
  std::string kind;    // Soort (COD472)
};

struct Client : Person {
  std::string bsn;
  std::string communication;  // Communicatie.Vorm (COD747); 301 and 302 only
  bool has_language = false;  // whether Communicatie.Taal is there
  std::vector<Relation> relations;
};

// Omvang of an allocation.
struct AllocatedVolume {
  int64_t volume = 0;
  std::string unit;       // WJ756. Example: "04" hour
  std::string frequency;  // WMO757: 1 day, 2 week, 4 month, 6 in total
  friend bool operator==(const AllocatedVolume&, const AllocatedVolume&) = default;
};

// ToegewezenProduct of a 301.
struct AllocatedProduct {
  int64_t number = 0;           // ToewijzingNummer
  std::string reference;        // ReferentieAanbieder
  std::string category;         // empty for a generic allocation
  std::string product;          // empty for an aspecific allocation
  int64_t assigned_second = 0;  // Toewijzingsdatum and -tijd as seconds since 1970-01-01 00:00 civil time
  Period period;                // Ingangsdatum until Einddatum
  std::string change_reason;    // RedenWijziging
  std::optional<AllocatedVolume> volume;
  std::optional<Cents> budget;
  std::vector<std::string> return_codes;  // 302 only

  // RedenWijziging 13 with Ingangsdatum = Einddatum, or 01 in the form before 3.1: counts as never sent.
  bool Deleted() const {
    return (change_reason == "13" || change_reason == "01") && period.end != kOpenEnd && period.Days() == 1;
  }
};

// StartProduct of a 305.
struct StartedProduct {
  std::optional<int64_t> number;
  std::string category;
  std::string product;
  std::optional<Day> allocation_start;    // ToewijzingIngangsdatum
  Day start_day = 0;                      // Begindatum
  std::string status;                     // StatusAanlevering: "1" first, "3" remove
  std::vector<std::string> return_codes;  // 306 only
};

// StopProduct of a 307.
struct StoppedProduct {
  std::optional<int64_t> number;
  std::string category;
  std::string product;
  std::optional<Day> allocation_start;
  Period period;       // Begindatum until Einddatum
  std::string reason;  // RedenBeeindiging; its meaning depends on the law
  std::string status;
  std::vector<std::string> return_codes;  // 308 only
};

// AangevraagdProduct of a 315.
struct RequestedProduct {
  std::string reference;                   // ReferentieAanbieder
  std::optional<int64_t> decision_number;  // BeschikkingNummer
  std::string category;
  std::string product;
  std::optional<Day> decision_start;  // BeschikkingIngangsdatum
  Period period;                      // ToewijzingIngangsdatum until ToewijzingEinddatum
  std::optional<AllocatedVolume> volume;
  std::optional<Cents> budget;
  std::string referrer;                   // Verwijzer.Type (COD327)
  std::string referrer_name;              // Verwijzer.Naam
  std::string referrer_code;              // Verwijzer.ZorgverlenerCode
  std::vector<std::string> return_codes;  // 316 only
};

// OngewijzigdProduct, TeWijzigenProduct or NieuwProduct of a 317.
struct WantedProduct {
  int64_t number = 0;    // ToewijzingNummer; not of a new one
  std::string category;  // of a new one only
  std::string product;   // of a new one only
  Period period;         // GewensteIngangsdatum until Einddatum; not of an unchanged one
  std::optional<AllocatedVolume> volume;
  std::optional<Cents> budget;
  std::vector<std::string> return_codes;  // 318 only
};

// Verzoek of a 317.
struct ChangeRequest {
  std::string reference;  // ReferentieAanbieder
  std::string reason;     // RedenVerzoek (WJ758)
  std::vector<WantedProduct> unchanged;
  std::vector<WantedProduct> changed;
  std::vector<WantedProduct> added;
  std::vector<std::string> return_codes;  // 318 only
};

// Antwoord of a 319.
struct Reply {
  std::string reference;                               // ReferentieAanbieder of the 315 or 317 it answers
  std::string answer;                                  // VerzoekAntwoord (WJ760): 1 refused, 2 under investigation
  std::string rejection_reason;                        // RedenAfwijzingVerzoek (WJ759)
  std::string municipality;                            // Woonplaatsbeginsel.Gemeente; empty when absent, as always in iWmo
  std::vector<std::string> municipality_return_codes;  // 320 only
  std::vector<std::string> return_codes;               // 320 only
};

// A total with its side: TotaalBedrag and DebetCredit.
struct Amount {
  Cents cents = 0;  // never negative
  bool credit = false;
  Cents Signed() const { return credit ? -cents : cents; }
  friend bool operator==(const Amount&, const Amount&) = default;
};

// Prestatie of a 323, or a rejected one repeated in a 325.
struct ClaimLine {
  int32_t client = 0;              // index in ParsedMessage::clients
  int32_t position = 0;            // index among the lines of that client
  std::string reference;           // ReferentieNummer
  std::string previous_reference;  // VorigReferentieNummer, empty for a debit
  int64_t allocation = 0;          // ToewijzingNummer
  std::string category;
  std::string product;
  Period period;  // ProductPeriode
  int64_t volume = 0;
  std::string unit;
  std::optional<Cents> tariff;            // ProductTarief
  Amount amount;                          // IngediendBedrag
  std::vector<std::string> return_codes;  // 325 only
};

// Declaratie of a 323.
struct Claim {
  std::string number;  // DeclaratieNummer
  Period period;       // DeclaratiePeriode
  Day dated_day = 0;   // DeclaratieDagtekening
  Amount total;        // TotaalIngediendBedrag
  std::vector<ClaimLine> lines;
};

// DeclaratieAntwoord of a 325. It lists only what was rejected (OP303).
struct ClaimAnswer {
  std::string number;
  Amount submitted;
  Amount granted;
  std::vector<ClaimLine> lines;
  std::vector<std::string> return_codes;
};

struct ParsedMessage {
  Law law = Law::kYouth;
  MessageType type = MessageType::kAllocation;
  MessageHeader header;
  // Exactly one in 301, 305, 307, 315 and 317, at most one in their returns; none in 319 and 320; as many as the claim
  // names in 323 and 325.
  std::vector<Client> clients;
  // Of the type of the message or of what it returns; the others are empty.
  std::vector<AllocatedProduct> allocations;
  std::vector<StartedProduct> starts;
  std::vector<StoppedProduct> stops;
  std::vector<RequestedProduct> requests;
  std::optional<ChangeRequest> change_request;
  std::optional<Reply> reply;
  std::optional<Claim> claim;
  std::optional<ClaimAnswer> answer;  // absent in a 325 that rejects the 323 in its header

  // Whether Afzender is the municipality, and Ontvanger the provider.
  bool SenderIsMunicipality() const { return IsFromMunicipality(type) != IsReturn(type); }
  // The AGB code of the provider, whichever side it is on.
  const std::string& Provider() const { return SenderIsMunicipality() ? header.receiver : header.sender; }
  const std::string& Municipality() const { return SenderIsMunicipality() ? header.sender : header.receiver; }
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_MESSAGE_H_
