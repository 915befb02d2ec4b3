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
    const std::string release = absl::StrCat("/3_", m_.header.subversion, "/");
    absl::StrAppend(&out_, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<m:Bericht xmlns:b=\"http://www.istandaarden.nl/", law,
                    release, "basisschema/schema\" xmlns:m=\"http://www.istandaarden.nl/", law, release, name, "/schema\">\n");
    Header();
    if (m_.claim.has_value()) Claimed();
    if (m_.answer.has_value()) Answered();
    if (m_.reply.has_value()) Replied();
    if (number < 319 && !m_.clients.empty()) OneClient(m_.clients.at(0));
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
  // Return codes of a class; there are none but in a return.
  void ClassCodes(const std::vector<std::string>& codes) {
    if (IsReturn(m_.type)) Codes(codes);
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
      if (IsReturn(m_.type)) {
        Put("m:IdentificatieRetour", h.return_identification);
        PutDay("m:DagtekeningRetour", h.return_dated_day);
        In("m:XsdVersieRetour", [&] {
          Put("b:BasisschemaXsdVersie", h.base_schema_version);
          Put("b:BerichtXsdVersie", h.schema_version);
        });
        if (!h.return_codes.empty()) Codes(h.return_codes);
      }
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
      if (a.has_address) Place(a);
      if (a.has_phone) {
        In("m:Telefoon", [&] {
          In("b:Telefoon01", [&] {
            Put("b:Telefoonnummer", "0592123456");
            Put("b:Landnummer", "31");
          });
        });
      }
      if (a.has_period) {
        In("m:Periode", [&] {
          if (a.has_start) PutDay("b:Begindatum", a.period.start);
          if (a.period.end != kOpenEnd) PutDay("b:Einddatum", a.period.end - 1);
        });
      }
      ClassCodes(a.return_codes);
    });
  }
  void Place(const Address& a) {
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
  }

  void OneClient(const Client& c) {
    In("m:Client", [&] {
      Put("m:Bsn", c.bsn);
      if (c.has_birth_day) Birth(c);
      Maybe("m:Geslacht", c.sex);
      if (!c.name.surname.empty()) Name(c.name);
      const int number = static_cast<int>(m_.type);
      if (number <= 302) Allocated(c);
      if (number == 305 || number == 306) Started();
      if (number == 307 || number == 308) Stopped();
      if (number == 315 || number == 316) Requested();
      if (m_.change_request.has_value()) Changed(*m_.change_request);
      ClassCodes(c.return_codes);
    });
  }
  void Birth(const Person& p) {
    In("m:Geboortedatum", [&] {
      PutDay("b:Datum", p.birth_day);
      Maybe("b:DatumGebruik", p.birth_date_use);
    });
  }

  void Allocated(const Client& c) {
    if (!c.communication.empty()) {
      In("m:Communicatie", [&] {
        Put("b:Vorm", c.communication);
        if (c.has_language) Put("b:Taal", "Fries");
      });
    }
    if (!c.relations.empty()) {
      In("m:Relaties", [&] {
        for (const Relation& relation : c.relations) {
          In("m:Relatie", [&] {
            Put("m:Nummer", relation.number);
            Put("m:Soort", relation.kind);
            if (relation.has_birth_day) Birth(relation);
            Maybe("m:Geslacht", relation.sex);
            Name(relation.name);
            Contact(relation.addresses.at(0));
            ClassCodes(relation.return_codes);
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
          Extent(a);
          ClassCodes(a.return_codes);
        });
      }
    });
  }

  template <typename Row>
  void Extent(const Row& row) {
    if (row.volume.has_value()) {
      In("m:Omvang", [&] {
        Put("b:Volume", row.volume->volume);
        Put("b:Eenheid", row.volume->unit);
        Put("b:Frequentie", row.volume->frequency);
      });
    }
    if (row.budget.has_value()) Put("m:Budget", *row.budget);
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
          ClassCodes(s.return_codes);
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
          ClassCodes(s.return_codes);
        });
      }
    });
  }
  void Requested() {
    In("m:AangevraagdeProducten", [&] {
      for (const RequestedProduct& r : m_.requests) {
        In("m:AangevraagdProduct", [&] {
          Put("m:ReferentieAanbieder", r.reference);
          if (r.decision_number.has_value()) Put("m:BeschikkingNummer", *r.decision_number);
          Product(r.category, r.product);
          if (r.decision_start.has_value()) PutDay("m:BeschikkingIngangsdatum", *r.decision_start);
          PutDay("m:ToewijzingIngangsdatum", r.period.start);
          if (r.period.end != kOpenEnd) PutDay("m:ToewijzingEinddatum", r.period.end - 1);
          Extent(r);
          In("m:Verwijzer", [&] {
            Put("b:Type", r.referrer);
            Maybe("b:Naam", r.referrer_name);
            Maybe("b:ZorgverlenerCode", r.referrer_code);
          });
          ClassCodes(r.return_codes);
        });
      }
    });
  }
  void Wanted(absl::string_view group, absl::string_view element, const std::vector<WantedProduct>& rows, bool has_number,
              bool has_content) {
    if (rows.empty()) return;
    In(group, [&] {
      for (const WantedProduct& w : rows) {
        In(element, [&] {
          if (has_number) Put("m:ToewijzingNummer", w.number);
          Product(w.category, w.product);
          if (has_content) PutDay("m:GewensteIngangsdatum", w.period.start);
          if (w.period.end != kOpenEnd) PutDay("m:Einddatum", w.period.end - 1);
          Extent(w);
          ClassCodes(w.return_codes);
        });
      }
    });
  }
  void Changed(const ChangeRequest& c) {
    In("m:Verzoek", [&] {
      Put("m:ReferentieAanbieder", c.reference);
      Put("m:RedenVerzoek", c.reason);
      Wanted("m:OngewijzigdeProducten", "m:OngewijzigdProduct", c.unchanged, true, false);
      Wanted("m:TeWijzigenProducten", "m:TeWijzigenProduct", c.changed, true, true);
      Wanted("m:NieuweProducten", "m:NieuwProduct", c.added, false, true);
      ClassCodes(c.return_codes);
    });
  }
  void Replied() {
    const Reply& r = *m_.reply;
    In("m:Antwoord", [&] {
      Put("m:ReferentieAanbieder", r.reference);
      Put("m:VerzoekAntwoord", r.answer);
      Maybe("m:RedenAfwijzingVerzoek", r.rejection_reason);
      if (!r.municipality.empty()) {
        In("m:Woonplaatsbeginsel", [&] {
          Put("m:Gemeente", r.municipality);
          ClassCodes(r.municipality_return_codes);
        });
      }
      ClassCodes(r.return_codes);
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

// BerichtCode (domain-standards 1.2), written down once more than in the schemas.
inline std::string CodeOf(Law law, MessageType type) {
  const auto code = [&](int youth, int wmo) { return absl::StrCat(law == Law::kYouth ? youth : wmo); };
  switch (type) {
    case MessageType::kAllocation:
      return code(436, 414);
    case MessageType::kAllocationReturn:
      return code(437, 415);
    case MessageType::kStart:
      return code(438, 418);
    case MessageType::kStartReturn:
      return code(439, 419);
    case MessageType::kStop:
      return code(440, 420);
    case MessageType::kStopReturn:
      return code(441, 421);
    case MessageType::kRequest:
      return code(446, 444);
    case MessageType::kRequestReturn:
      return code(447, 445);
    case MessageType::kChangeRequest:
      return code(486, 480);
    case MessageType::kChangeRequestReturn:
      return code(487, 481);
    case MessageType::kReply:
      return code(488, 482);
    case MessageType::kReplyReturn:
      return code(489, 483);
    case MessageType::kClaim:
      return code(490, 484);
    case MessageType::kClaimAnswer:
      return code(491, 485);
  }
  return "";
}

// A header of the type; municipality 1730, provider 41000001.
inline ParsedMessage Empty(Law law, MessageType type) {
  ParsedMessage m;
  m.law = law;
  m.type = type;
  m.header.code = CodeOf(law, type);
  m.header.version = 3;
  m.header.subversion = 2;
  m.header.sender = m.SenderIsMunicipality() ? "1730" : "41000001";
  m.header.receiver = m.SenderIsMunicipality() ? "41000001" : "1730";
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

// A parent who can be phoned.
inline Relation TestRelation(absl::string_view number) {
  Relation r;
  r.number = std::string(number);
  r.kind = "10";
  r.name.surname = "Ouder";
  r.name.name_use = "1";
  Address& contact = r.addresses.emplace_back();
  contact.kind = "02";
  contact.has_phone = true;
  return r;
}

inline ParsedMessage AllocationMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kAllocation);
  Client c = TestClient(0, true);
  Address a;
  a.kind = "01";
  a.has_address = true;
  a.has_house = true;
  a.house_number = 12;
  a.house_letter = "a";
  a.postcode = "9471AB";
  a.street = "Dorpsstraat";
  a.town = "Zuidlaren";
  a.country = "NL";
  c.addresses.push_back(a);
  c.relations = {TestRelation("1"), TestRelation("2")};
  m.clients.push_back(c);
  m.allocations.push_back(TestAllocation(law, 10072));
  m.allocations.push_back(TestAllocation(law, 10073));
  m.allocations.back().product.back() = '5';
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

// Four hours of 12,50 in April 2026, for the first client on the allocations of AllocationMessage.
inline ClaimLine TestLine(Law law, int32_t client, int32_t position, absl::string_view reference) {
  ClaimLine l;
  l.client = client;
  l.position = position;
  l.reference = std::string(reference);
  l.allocation = 10072 + 100 * client + position;
  l.category = law == Law::kYouth ? "45" : "02";
  l.product = l.category + (position == 1 ? "A05" : "A04");
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

// Two requests for four hours of 45A04 (iWmo: 02A04) a month in 2026, the second after the first; a doctor referred.
inline ParsedMessage RequestMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kRequest);
  m.clients.push_back(TestClient(0, false));
  for (const auto& [reference, period] :
       {std::pair("ref-1", Days("2026-06-01", "2026-08-31")), std::pair("ref-2", Days("2026-09-01", "2026-12-31"))}) {
    RequestedProduct& r = m.requests.emplace_back();
    r.reference = reference;
    r.category = law == Law::kYouth ? "45" : "02";
    r.product = r.category + "A04";
    r.period = period;
    r.volume = {.volume = 4, .unit = "04", .frequency = "4"};
    r.referrer = "02";
    r.referrer_code = "01234567";
  }
  return m;
}

// One allocation stays, one changes, and one is added.
inline ParsedMessage ChangeRequestMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kChangeRequest);
  m.clients.emplace_back().bsn = TestBsn(0);
  ChangeRequest& c = m.change_request.emplace();
  c.reference = "ref-3";
  c.reason = "1";
  c.unchanged.emplace_back().number = 10072;
  WantedProduct& changed = c.changed.emplace_back();
  changed.number = 10073;
  changed.period = Days("2026-06-01", "2026-12-31");
  changed.volume = {.volume = 5, .unit = "04", .frequency = "2"};
  WantedProduct& added = c.added.emplace_back();
  added.category = law == Law::kYouth ? "45" : "02";
  added.product = added.category + "A05";
  added.period = Days("2026-06-01", "2026-12-31");
  added.volume = {.volume = 2, .unit = "16", .frequency = "4"};
  return m;
}

// Refused: another product is needed (iWmo); lives elsewhere (iJw).
inline ParsedMessage ReplyMessage(Law law) {
  ParsedMessage m = Empty(law, MessageType::kReply);
  Reply& r = m.reply.emplace();
  r.reference = "ref-3";
  r.answer = "1";
  r.rejection_reason = law == Law::kYouth ? "8" : "1";
  if (law == Law::kYouth) r.municipality = "1680";
  return m;
}

// The return of a message: everything of it once more, each class with the code that it is in order.
inline ParsedMessage ReturnOf(ParsedMessage m) {
  m.type = static_cast<MessageType>(static_cast<int>(m.type) + 1);
  m.header.code = CodeOf(m.law, m.type);
  m.header.return_identification = "RT1";
  m.header.return_dated_day = m.header.dated_day + 1;
  m.header.return_codes = {"0200"};
  const auto mark = [](auto& rows) {
    for (auto& row : rows) row.return_codes = {"0200"};
  };
  mark(m.clients);
  for (Client& client : m.clients) {
    mark(client.addresses);
    mark(client.relations);
    for (Relation& relation : client.relations) mark(relation.addresses);
  }
  mark(m.allocations);
  mark(m.starts);
  mark(m.stops);
  mark(m.requests);
  if (m.change_request.has_value()) {
    m.change_request->return_codes = {"9349", "9350"};
    mark(m.change_request->unchanged);
    mark(m.change_request->changed);
    mark(m.change_request->added);
  }
  if (m.reply.has_value()) {
    m.reply->return_codes = {"9360"};
    if (!m.reply->municipality.empty()) m.reply->municipality_return_codes = {"0200"};
  }
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
    case MessageType::kRequest:
      return RequestMessage(law);
    case MessageType::kChangeRequest:
      return ChangeRequestMessage(law);
    case MessageType::kReply:
      return ReplyMessage(law);
    case MessageType::kClaim:
      return ClaimMessage(law);
    case MessageType::kClaimAnswer:
      return AnswerMessage(law);
    default:
      return ReturnOf(SoundMessage(law, static_cast<MessageType>(static_cast<int>(type) - 1)));
  }
}

inline constexpr MessageType kTypes[] = {
    MessageType::kAllocation,    MessageType::kAllocationReturn,    MessageType::kStart,   MessageType::kStartReturn,
    MessageType::kStop,          MessageType::kStopReturn,          MessageType::kRequest, MessageType::kRequestReturn,
    MessageType::kChangeRequest, MessageType::kChangeRequestReturn, MessageType::kReply,   MessageType::kReplyReturn,
    MessageType::kClaim,         MessageType::kClaimAnswer};
inline constexpr Law kLaws[] = {Law::kYouth, Law::kWmo};

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_TEST_MESSAGE_H_
