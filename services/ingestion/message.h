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

// The messages this system reads. The value is the number of the message.
enum class MessageType { kAllocation = 301, kStart = 305, kStop = 307, kClaim = 323, kClaimAnswer = 325 };

// One thing that is wrong with a delivery (nmd.ingestion.v1.Finding without its delivery).
struct Finding {
  std::string rule;         // "TR101", "CS002"; "XML" malformed, "XSD" structure, "BERICHT" not a message this system reads
  int level = 1;            // 1 structure, 2 within the message, 3 against earlier messages, 4 external lists
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
  // 325 only: the header of the 323 it answers (TR337), and the return codes of the answer as a whole.
  std::string claim_identification;
  Day claim_dated_day = 0;
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

// A Contact of the client; 301 only.
struct Address {
  std::string kind;  // Soort (COD757): 01 BRP, 02 post, 03 stay, 04 temporary stay
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
  friend bool operator==(const Address&, const Address&) = default;
};

struct Client {
  std::string bsn;
  Day birth_day = 0;  // unknown parts filled as by IV009; 0 and has_birth_day false in 323 and 325
  bool has_birth_day = false;
  std::string birth_date_use;  // DatumGebruik (COD170), empty when complete
  std::string sex;             // COD046
  PersonName name;
  std::vector<Address> addresses;
  std::vector<std::string> relation_numbers;  // Nummer of every Relatie (OP071); the persons behind them are not read
  std::vector<std::string> return_codes;      // 325 only
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
  std::optional<Day> allocation_start;  // ToewijzingIngangsdatum
  Day start_day = 0;                    // Begindatum
  std::string status;                   // StatusAanlevering: "1" first, "3" remove
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
  // Exactly one in 301, 305 and 307; as many as the claim names in 323 and 325.
  std::vector<Client> clients;
  // Of the type of the message only; the other vectors are empty.
  std::vector<AllocatedProduct> allocations;
  std::vector<StartedProduct> starts;
  std::vector<StoppedProduct> stops;
  std::optional<Claim> claim;
  std::optional<ClaimAnswer> answer;  // absent in a 325 that rejects the 323 in its header

  bool FromMunicipality() const { return type == MessageType::kAllocation || type == MessageType::kClaimAnswer; }
  // The AGB code of the provider, whichever side it is on.
  const std::string& Provider() const { return FromMunicipality() ? header.receiver : header.sender; }
  const std::string& Municipality() const { return FromMunicipality() ? header.sender : header.receiver; }
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_MESSAGE_H_
