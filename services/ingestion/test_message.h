// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_TEST_MESSAGE_H_
#define NMD_SERVICES_INGESTION_TEST_MESSAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "services/core/codes.h"
#include "services/ingestion/message.h"
#include "services/ingestion/message_reader.h"

// Sound messages of invented people, and messages as text. For tests and benchmarks only.
namespace nmd::ingestion::testing {

// The index-th BSN of the official test range (999900006 and up).
inline std::string TestBsn(int index) {
  for (int number = 999'900'006;; ++number) {
    std::string text = absl::StrCat(number);
    if (IsValidBsn(text) && index-- == 0) return text;
  }
}

inline Day D(absl::string_view text) { return *ParseDay(text); }
// Both days inclusive, as messages write them.
inline Period Days(absl::string_view first, absl::string_view last) { return {D(first), D(last) + 1}; }

// Writes a message as the standard prescribes it, one element a line.
class Renderer {
 public:
  explicit Renderer(const ParsedMessage& message) : m_(message) {}

  std::string Text() {
    const int number = static_cast<int>(m_.type);
    const absl::string_view law = m_.law == Law::kYouth ? "ijw" : "iwmo";
    const std::string name = SourceName(m_.law, number);
    absl::StrAppend(&out_, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<m:Bericht xmlns:b=\"http://www.istandaarden.nl/", law,
                    "/3_2/basisschema/schema\" xmlns:m=\"http://www.istandaarden.nl/", law, "/3_2/", name, "/schema\">\n");
    Header();
    if (m_.claim.has_value()) Claimed();
    if (m_.answer.has_value()) Answered();
    if (!m_.claim && !m_.answer && number < 323) OneClient(m_.clients.at(0));
    out_ += "</m:Bericht>\n";
    return std::move(out_);
  }

 private:
  template <typename Body>
  void In(absl::string_view name, Body body) {
    absl::StrAppend(&out_, "<", name, ">\n");
    body();
    absl::StrAppend(&out_, "</", name, ">\n");
  }
  void Put(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&out_, "<", name, ">");
    for (const char c : value) {
      switch (c) {
        case '&':
          out_ += "&amp;";
          break;
        case '<':
          out_ += "&lt;";
          break;
        case '>':
          out_ += "&gt;";
          break;
        case '\r':
          out_ += "&#13;";
          break;
        default:
          out_ += c;
      }
    }
    absl::StrAppend(&out_, "</", name, ">\n");
  }
  void Put(absl::string_view name, int64_t value) { Put(name, absl::StrCat(value)); }
  void PutDay(absl::string_view name, Day day) { Put(name, FormatDay(day)); }
  void Maybe(absl::string_view name, absl::string_view value) {
    if (!value.empty()) Put(name, value);
  }
  void Codes(const std::vector<std::string>& codes) {
    In("m:RetourCodes", [&] {
      for (const std::string& code : codes) Put("m:RetourCode", code);
    });
  }
  void Closed(absl::string_view name, const Period& period) {
    In(name, [&] {
      PutDay("b:Begindatum", period.start);
      PutDay("b:Einddatum", period.end - 1);
    });
  }
  void Total(absl::string_view name, absl::string_view amount_name, const Amount& amount) {
    In(name, [&] {
      Put(amount_name, amount.cents);
      Put("b:DebetCredit", amount.credit ? "C" : "D");
    });
  }
  void Product(const std::string& category, const std::string& product) {
    if (category.empty()) return;
    In("m:Product", [&] {
      Put("b:Categorie", category);
      Maybe("b:Code", product);
    });
  }

  void Header() {
    const MessageHeader& h = m_.header;
    In("m:Header", [&] {
      Put("m:BerichtCode", h.code);
      Put("m:BerichtVersie", h.version);
      Put("m:BerichtSubversie", h.subversion);
      Put("m:Afzender", h.sender);
      Put("m:Ontvanger", h.receiver);
      In("m:BerichtIdentificatie", [&] {
        Put("b:Identificatie", h.identification);
        PutDay("b:Dagtekening", h.dated_day);
      });
      In("m:XsdVersie", [&] {
        Put("b:BasisschemaXsdVersie", h.base_schema_version);
        Put("b:BerichtXsdVersie", h.schema_version);
      });
      if (m_.type != MessageType::kClaimAnswer) return;
      In("m:DeclaratieIdentificatie", [&] {
        Put("b:Identificatie", h.claim_identification);
        PutDay("b:Dagtekening", h.claim_dated_day);
      });
      In("m:XsdVersieDeclaratie", [&] {
        Put("b:BasisschemaXsdVersie", h.base_schema_version);
        Put("b:BerichtXsdVersie", h.schema_version);
      });
      Codes(h.return_codes);
    });
  }

  void Name(const PersonName& n) {
    const auto surname = [&](absl::string_view element, const std::string& name, const std::string& prefix) {
      In(element, [&] {
        Put("b:Achternaam", name);
        Maybe("b:Voorvoegsel", prefix);
      });
    };
    In("m:Naam", [&] {
      surname("b:Geslachtsnaam", n.surname, n.prefix);
      if (!n.partner_surname.empty()) surname("b:Partnernaam", n.partner_surname, n.partner_prefix);
      Maybe("b:Voornamen", n.given_names);
      Maybe("b:Voorletters", n.initials);
      Maybe("b:NaamGebruik", n.name_use);
    });
  }

  void Contact(const Address& a) {
    In("m:Contact", [&] {
      Put("m:Soort", a.kind);
      In("m:Adres", [&] {
        if (a.has_house) {
          In("b:Huis", [&] {
            Put("b:Huisnummer", a.house_number);
            Maybe("b:Huisletter", a.house_letter);
            Maybe("b:HuisnummerToevoeging", a.house_addition);
            Maybe("b:AanduidingWoonadres", a.house_indication);
          });
        }
        Maybe("b:Postcode", a.postcode);
        Maybe("b:Straatnaam", a.street);
        Maybe("b:Plaatsnaam", a.town);
        Maybe("b:LandCode", a.country);
      });
      if (!a.has_start && a.period.end == kOpenEnd) return;
      In("m:Periode", [&] {
        if (a.has_start) PutDay("b:Begindatum", a.period.start);
        if (a.period.end != kOpenEnd) PutDay("b:Einddatum", a.period.end - 1);
      });
    });
  }

  void OneClient(const Client& c) {
    In("m:Client", [&] {
      Put("m:Bsn", c.bsn);
      In("m:Geboortedatum", [&] {
        PutDay("b:Datum", c.birth_day);
        Maybe("b:DatumGebruik", c.birth_date_use);
      });
      Put("m:Geslacht", c.sex);
      Name(c.name);
      if (m_.type == MessageType::kAllocation) Allocated(c);
      if (m_.type == MessageType::kStart) Started();
      if (m_.type == MessageType::kStop) Stopped();
    });
  }

  void Allocated(const Client& c) {
    if (!c.relation_numbers.empty()) {
      In("m:Relaties", [&] {
        for (const std::string& number : c.relation_numbers) {
          In("m:Relatie", [&] {
            Put("m:Nummer", number);
            Put("m:Soort", "10");
            Name({.surname = "Ouder",
                  .prefix = "",
                  .partner_surname = "",
                  .partner_prefix = "",
                  .given_names = "",
                  .initials = "",
                  .name_use = "1"});
            In("m:Contact", [&] { Put("m:Soort", "01"); });
          });
        }
      });
    }
    In("m:Contactgegevens", [&] {
      for (const Address& address : c.addresses) Contact(address);
    });
    In("m:ToegewezenProducten", [&] {
      for (const AllocatedProduct& a : m_.allocations) {
        In("m:ToegewezenProduct", [&] {
          Put("m:ToewijzingNummer", a.number);
          Maybe("m:ReferentieAanbieder", a.reference);
          Product(a.category, a.product);
          const int64_t second = (a.assigned_second % 86'400 + 86'400) % 86'400;
          PutDay("m:Toewijzingsdatum", static_cast<Day>((a.assigned_second - second) / 86'400));
          Put("m:Toewijzingstijd", absl::StrFormat("%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60));
          PutDay("m:Ingangsdatum", a.period.start);
          if (a.period.end != kOpenEnd) PutDay("m:Einddatum", a.period.end - 1);
          Maybe("m:RedenWijziging", a.change_reason);
          if (a.volume.has_value()) {
            In("m:Omvang", [&] {
              Put("b:Volume", a.volume->volume);
              Put("b:Eenheid", a.volume->unit);
              Put("b:Frequentie", a.volume->frequency);
            });
          }
          if (a.budget.has_value()) Put("m:Budget", *a.budget);
        });
      }
    });
  }

  template <typename Row>
  void RowHead(const Row& row) {
    if (row.number.has_value()) Put("m:ToewijzingNummer", *row.number);
    Product(row.category, row.product);
    if (row.allocation_start.has_value()) PutDay("m:ToewijzingIngangsdatum", *row.allocation_start);
  }
  void Started() {
    In("m:StartProducten", [&] {
      for (const StartedProduct& s : m_.starts) {
        In("m:StartProduct", [&] {
          RowHead(s);
          PutDay("m:Begindatum", s.start_day);
          Put("m:StatusAanlevering", s.status);
        });
      }
    });
  }
  void Stopped() {
    In("m:StopProducten", [&] {
      for (const StoppedProduct& s : m_.stops) {
        In("m:StopProduct", [&] {
          RowHead(s);
          PutDay("m:Begindatum", s.period.start);
          Put("m:RedenBeeindiging", s.reason);
          PutDay("m:Einddatum", s.period.end - 1);
          Put("m:StatusAanlevering", s.status);
        });
      }
    });
  }

  void Lines(const std::vector<ClaimLine>& lines, bool answer) {
    In("m:Clienten", [&] {
      size_t at = 0;
      for (size_t client = 0; client < m_.clients.size(); ++client) {
        In("m:Client", [&] {
          Put("m:Bsn", m_.clients[client].bsn);
          In("m:Prestaties", [&] {
            for (; at < lines.size() && lines[at].client == static_cast<int32_t>(client); ++at) Line(lines[at], answer);
          });
          if (answer) Codes(m_.clients[client].return_codes);
        });
      }
    });
  }
  void Line(const ClaimLine& l, bool answer) {
    In("m:Prestatie", [&] {
      In("m:ProductReferentie", [&] {
        Put("b:ReferentieNummer", l.reference);
        Maybe("b:VorigReferentieNummer", l.previous_reference);
      });
      Put("m:ToewijzingNummer", l.allocation);
      Put("m:ProductCategorie", l.category);
      Put("m:ProductCode", l.product);
      Closed("m:ProductPeriode", l.period);
      Put("m:GeleverdVolume", l.volume);
      Put("m:Eenheid", l.unit);
      if (l.tariff.has_value()) Put("m:ProductTarief", *l.tariff);
      Total("m:IngediendBedrag", "b:Bedrag", l.amount);
      if (answer) Codes(l.return_codes);
    });
  }
  void Claimed() {
    In("m:Declaratie", [&] {
      Put("m:DeclaratieNummer", m_.claim->number);
      Closed("m:DeclaratiePeriode", m_.claim->period);
      PutDay("m:DeclaratieDagtekening", m_.claim->dated_day);
      Total("m:TotaalIngediendBedrag", "b:TotaalBedrag", m_.claim->total);
      Lines(m_.claim->lines, false);
    });
  }
  void Answered() {
    In("m:DeclaratieAntwoord", [&] {
      Put("m:DeclaratieNummer", m_.answer->number);
      Total("m:TotaalIngediendBedrag", "b:TotaalBedrag", m_.answer->submitted);
      Total("m:TotaalToegekendBedrag", "b:TotaalBedrag", m_.answer->granted);
      if (!m_.clients.empty()) Lines(m_.answer->lines, true);
      Codes(m_.answer->return_codes);
    });
  }

  const ParsedMessage& m_;
  std::string out_;
};

inline std::string Render(const ParsedMessage& message) { return Renderer(message).Text(); }

// A header of the type; municipality 1730, provider 41000001.
inline ParsedMessage Empty(Law law, MessageType type) {
  ParsedMessage m;
  m.law = law;
  m.type = type;
  const bool youth = law == Law::kYouth;
  switch (type) {
    case MessageType::kAllocation:
      m.header.code = youth ? "436" : "414";
      break;
    case MessageType::kStart:
      m.header.code = youth ? "438" : "418";
      break;
    case MessageType::kStop:
      m.header.code = youth ? "440" : "420";
      break;
    case MessageType::kClaim:
      m.header.code = youth ? "490" : "484";
      break;
    case MessageType::kClaimAnswer:
      m.header.code = youth ? "491" : "485";
      break;
  }
  m.header.version = 3;
  m.header.subversion = 2;
  m.header.sender = m.FromMunicipality() ? "1730" : "41000001";
  m.header.receiver = m.FromMunicipality() ? "41000001" : "1730";
  m.header.identification = "100000001";
  m.header.dated_day = D("2026-05-06");
  m.header.base_schema_version = "1.0.0";
  m.header.schema_version = "1.0.0";
  return m;
}

inline Client TestClient(int index, bool full_name) {
  Client c;
  c.bsn = TestBsn(index);
  c.birth_day = D("2011-08-14");
  c.has_birth_day = true;
  c.sex = "2";
  c.name.surname = "Verzonnen";
  c.name.prefix = "van";
  c.name.given_names = "Zoë";
  c.name.initials = "Z";
  if (full_name) c.name.name_use = "1";
  return c;
}

// Three hours a week of 45A04 (iWmo: 02A04) in 2026.
inline AllocatedProduct TestAllocation(Law law, int64_t number) {
  AllocatedProduct a;
  a.number = number;
  a.category = law == Law::kYouth ? "45" : "02";
  a.product = a.category + "A04";
  a.assigned_second = int64_t{D("2026-01-05")} * 86'400 + 10 * 3600 + 30 * 60;
  a.period = Days("2026-01-12", "2026-12-31");
  a.volume = {.volume = 3, .unit = "04", .frequency = "2"};
  return a;
}

inline ParsedMessage AllocationMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kAllocation);
  Client c = TestClient(0, true);
  Address a;
  a.kind = "01";
  a.has_house = true;
  a.house_number = 12;
  a.house_letter = "a";
  a.postcode = "9471AB";
  a.street = "Dorpsstraat";
  a.town = "Zuidlaren";
  a.country = "NL";
  c.addresses.push_back(a);
  c.relation_numbers = {"1", "2"};
  m.clients.push_back(c);
  m.allocations.push_back(TestAllocation(law, 10072));
  m.allocations.push_back(TestAllocation(law, 10073));
  return m;
}

inline ParsedMessage StartMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kStart);
  m.clients.push_back(TestClient(0, false));
  StartedProduct s;
  s.number = 10072;
  s.category = law == Law::kYouth ? "45" : "02";
  s.product = s.category + "A04";
  s.allocation_start = D("2026-01-12");
  s.start_day = D("2026-01-20");
  s.status = "1";
  m.starts.push_back(s);
  return m;
}

inline ParsedMessage StopMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kStop);
  m.clients.push_back(TestClient(0, false));
  StoppedProduct s;
  s.number = 10072;
  s.category = law == Law::kYouth ? "45" : "02";
  s.product = s.category + "A04";
  s.allocation_start = D("2026-01-12");
  s.period = Days("2026-01-20", "2026-04-30");
  s.reason = law == Law::kYouth ? "31" : "19";
  s.status = "1";
  m.stops.push_back(s);
  return m;
}

// Four hours of 12,50 in April 2026.
inline ClaimLine TestLine(Law law, int32_t client, int32_t position, absl::string_view reference) {
  ClaimLine l;
  l.client = client;
  l.position = position;
  l.reference = std::string(reference);
  l.allocation = 10072 + 100 * client + position;
  l.category = law == Law::kYouth ? "45" : "02";
  l.product = l.category + "A04";
  l.period = Days("2026-04-01", "2026-04-30");
  l.volume = 4;
  l.unit = "04";
  l.tariff = 1250;
  l.amount = {.cents = 5000, .credit = false};
  return l;
}

// Two clients; 5000 + 5000 + 5000 cents.
inline ParsedMessage ClaimMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kClaim);
  for (int i = 0; i < 2; ++i) m.clients.emplace_back().bsn = TestBsn(i);
  Claim& c = m.claim.emplace();
  c.number = "DN001";
  c.period = Days("2026-04-01", "2026-04-30");
  c.dated_day = D("2026-05-06");
  c.total = {.cents = 15000, .credit = false};
  c.lines = {TestLine(law, 0, 0, "RN001"), TestLine(law, 0, 1, "RN002"), TestLine(law, 1, 0, "RN003")};
  return m;
}

// Rejects the third line of ClaimMessage.
inline ParsedMessage AnswerMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kClaimAnswer);
  m.header.claim_identification = "100000001";
  m.header.claim_dated_day = D("2026-05-06");
  m.header.return_codes = {"0200"};
  Client& client = m.clients.emplace_back();
  client.bsn = TestBsn(1);
  client.return_codes = {"0200"};
  ClaimAnswer& a = m.answer.emplace();
  a.number = "DN001";
  a.submitted = {.cents = 15000, .credit = false};
  a.granted = {.cents = 10000, .credit = false};
  a.lines = {TestLine(law, 0, 0, "RN003")};
  a.lines[0].return_codes = {"9321"};
  a.return_codes = {"0200"};
  return m;
}

inline ParsedMessage SoundMessage(Law law, MessageType type) {
  switch (type) {
    case MessageType::kAllocation:
      return AllocationMessage(law);
    case MessageType::kStart:
      return StartMessage(law);
    case MessageType::kStop:
      return StopMessage(law);
    case MessageType::kClaim:
      return ClaimMessage(law);
    case MessageType::kClaimAnswer:
      return AnswerMessage(law);
  }
  return {};
}

inline constexpr MessageType kTypes[] = {MessageType::kAllocation, MessageType::kStart, MessageType::kStop, MessageType::kClaim,
                                         MessageType::kClaimAnswer};
inline constexpr Law kLaws[] = {Law::kYouth, Law::kWmo};

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_TEST_MESSAGE_H_
