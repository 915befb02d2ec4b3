// SPDX-License-Identifier: EUPL-1.2
// The official messages iJw and iWmo 3.2 (domain-standards 1.3 to 1.7): 301, 305, 307, 323 and 325, and some returns.
#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "deploy/demo/message_parts.h"

namespace nmd::demo {
namespace {

// From this day on the municipalities deliver the returns of allocations, starts and stops too, of every one: a return that
// is missing then is a finding (OP090), and before nobody could tell. Most systems keep returns to themselves.
const Day kReturnsFrom = DayOf(2018, 7, 1);

// BerichtCode by kind (domain-standards 1.2).
std::string MessageCode(Law law, absl::string_view message) {
  static const auto& codes = *new std::map<absl::string_view, std::pair<int, int>>{
      {"301", {436, 414}}, {"302", {437, 415}}, {"305", {438, 418}}, {"306", {439, 419}}, {"307", {440, 420}},
      {"308", {441, 421}}, {"315", {446, 444}}, {"316", {447, 445}}, {"317", {486, 480}}, {"318", {487, 481}},
      {"319", {488, 482}}, {"320", {489, 483}}, {"323", {490, 484}}, {"325", {491, 485}}};
  const auto& [youth, wmo] = codes.at(message);
  return absl::StrCat(law == Law::kYouth ? youth : wmo);
}

void PutIdentification(absl::string_view element, absl::string_view identification, Day dated, Xml* xml) {
  xml->Open(element);
  xml->Base("Identificatie", identification);
  xml->Base("Dagtekening", FormatDay(dated));
  xml->Close();
}

void PutSurname(absl::string_view surname, absl::string_view prefix, Xml* xml) {
  xml->OpenBase("Geslachtsnaam");
  xml->Base("Achternaam", surname);
  xml->Base("Voorvoegsel", prefix);
  xml->Close();
}

// Contact with the address of the municipal register (Soort 01; TR061, CD025, CD034).
void PutContact(const Address& address, Xml* xml) {
  xml->Open("Contact");
  xml->Put("Soort", "01");
  xml->Open("Adres");
  xml->OpenBase("Huis");
  xml->Base("Huisnummer", address.house);
  xml->Base("Huisletter", address.letter);
  xml->Base("HuisnummerToevoeging", address.addition);
  xml->Close();
  xml->Base("Postcode", address.postcode);
  xml->Base("Straatnaam", address.street);
  xml->Base("Plaatsnaam", address.town);
  xml->Base("LandCode", "NL");
  xml->Close();
  xml->Close();
}

void PutPeriod(absl::string_view element, const Period& period, Xml* xml) {
  xml->Open(element);
  xml->Base("Begindatum", FormatDay(period.start));
  xml->Base("Einddatum", LastDay(period.end));
  xml->Close();
}

// TotaalBedrag or Bedrag with its sign apart; zero is a debit (CS325).
void PutAmount(absl::string_view element, absl::string_view child, Cents amount, Xml* xml) {
  xml->Open(element);
  xml->Base(child, amount < 0 ? -amount : amount);
  xml->Base("DebetCredit", amount < 0 ? "C" : "D");
  xml->Close();
}

void PutClaimLine(const Model& model, const ClaimLine& line, Xml* xml) {
  const Product& product = model.products[At(model.provisions[At(line.provision)].product)];
  xml->Open("ProductReferentie");
  xml->Base("ReferentieNummer", line.reference);
  xml->Base("VorigReferentieNummer", line.previous);
  xml->Close();
  xml->Put("ToewijzingNummer", line.number);
  xml->Put("ProductCategorie", product.category);
  xml->Put("ProductCode", product.code);
  PutPeriod("ProductPeriode", line.period, xml);
  xml->Put("GeleverdVolume", line.volume);
  xml->Put("Eenheid", line.unit);
  xml->Put("ProductTarief", line.tariff);
  PutAmount("IngediendBedrag", "Bedrag", line.Signed(), xml);
}

void PutReturnCode(absl::string_view code, Xml* xml) {
  xml->Open("RetourCodes");
  xml->Put("RetourCode", code);
  xml->Close();
}

// Lines come sorted by person: one Client element per person, one Prestatie per line for which `keep` holds.
template <typename Keep, typename AfterLine, typename AfterClient>
void PutClients(const Model& model, const std::vector<ClaimLine>& lines, Keep keep, AfterLine after_line,
                AfterClient after_client, Xml* xml) {
  int open_person = -1;
  const auto close = [&] {
    if (open_person < 0) return;
    xml->Close();
    after_client();
    xml->Close();
  };
  for (const ClaimLine& line : lines) {
    if (!keep(line)) continue;
    const int person = model.provisions[At(line.provision)].person;
    if (person != open_person) {
      close();
      open_person = person;
      xml->Open("Client");
      xml->Put("Bsn", model.persons[At(person)].bsn);
      xml->Open("Prestaties");
    }
    xml->Open("Prestatie");
    PutClaimLine(model, line, xml);
    after_line(line);
    xml->Close();
  }
  close();
}

}  // namespace

void PutVersions(absl::string_view element, Xml* xml) {
  xml->Open(element);
  xml->Base("BasisschemaXsdVersie", "1.0.0");
  xml->Base("BerichtXsdVersie", "1.0.0");
  xml->Close();
}

void OpenHeader(Law law, absl::string_view message, absl::string_view sender, absl::string_view receiver,
                absl::string_view identification, Day dated, Xml* xml) {
  xml->Open("Header");
  xml->Put("BerichtCode", MessageCode(law, message));
  xml->Put("BerichtVersie", 3);
  xml->Put("BerichtSubversie", 2);
  xml->Put("Afzender", sender);
  xml->Put("Ontvanger", receiver);
  PutIdentification("BerichtIdentificatie", identification, dated, xml);
  PutVersions("XsdVersie", xml);
}

void PutPerson(const Person& person, bool full_name, Xml* xml) {
  xml->Put("Bsn", person.bsn);
  xml->Open("Geboortedatum");
  xml->Base("Datum", FormatDay(person.birth));
  xml->Close();
  xml->Put("Geslacht", std::string(1, person.sex));
  xml->Open("Naam");
  PutSurname(person.surname, person.prefix, xml);
  xml->Base("Voornamen", person.given);
  xml->Base("Voorletters", person.initials);
  if (full_name) xml->Base("NaamGebruik", 1);
  xml->Close();
}

void PutProduct(const Product& product, Xml* xml) {
  xml->Open("Product");
  xml->Base("Categorie", product.category);
  xml->Base("Code", product.code);
  xml->Close();
}

std::string SchemaName(Law law, absl::string_view message) { return absl::StrCat(law == Law::kYouth ? "JW" : "WMO", message); }

std::vector<AllocationMessage> AllocationMessages(const Model& model) {
  // Every version belongs to the message of its day; std::map keeps the order of days, and of people within a day.
  std::map<std::tuple<Day, int, int>, AllocationMessage> by_day;
  std::map<std::pair<int, int>, std::vector<int>> provisions_of;  // client and provider
  for (int p = 0; p < static_cast<int>(model.provisions.size()); ++p) {
    const Provision& provision = model.provisions[At(p)];
    provisions_of[{provision.person, provision.provider}].push_back(p);
    for (int a = 0; a < static_cast<int>(provision.allocations.size()); ++a) {
      const std::vector<Version>& versions = provision.allocations[At(a)].versions;
      for (int v = 0; v < static_cast<int>(versions.size()); ++v) {
        const Day day = static_cast<Day>(versions[At(v)].assigned / kSecondsPerDay);
        AllocationMessage& message = by_day[{day, provision.person, provision.provider}];
        message.law = provision.law;
        message.person = provision.person;
        message.provider = provision.provider;
        message.dated = day;
        message.items.push_back({p, a, v});
      }
    }
  }
  std::vector<AllocationMessage> messages;
  messages.reserve(by_day.size());
  for (auto& [key, message] : by_day) {
    message.changes = static_cast<int>(message.items.size());
    for (int p : provisions_of[{message.person, message.provider}]) {
      const Provision& provision = model.provisions[At(p)];
      for (int a = 0; a < static_cast<int>(provision.allocations.size()); ++a) {
        const bool changed = std::any_of(message.items.begin(), message.items.end(), [&](const AllocationMessage::Item& item) {
          return item.provision == p && item.allocation == a;
        });
        if (changed) continue;
        const std::vector<Version>& versions = provision.allocations[At(a)].versions;
        int latest = -1;
        for (int v = 0; v < static_cast<int>(versions.size()); ++v) {
          if (versions[At(v)].assigned < message.dated * kSecondsPerDay) latest = v;
        }
        if (latest < 0 || versions[At(latest)].reason == "13" || versions[At(latest)].end <= message.dated) continue;
        message.items.push_back({p, a, latest});
      }
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

std::string AllocationXml(const Model& model, const AllocationMessage& message, absl::string_view identification) {
  const Person& person = model.persons[At(message.person)];
  const Address& address = model.AddressOn(person, message.dated);
  Xml xml(message.law, "301");
  OpenHeader(message.law, "301", model.profile.code, model.providers[At(message.provider)].agb, identification, message.dated,
             &xml);
  xml.Close();
  xml.Open("Client");
  PutPerson(person, true, &xml);
  // The authority holder travels as a relation for children under twelve (OP001): here a parent of the same house.
  if (message.law == Law::kYouth && AgeOn(person.birth, message.dated) < 12) {
    const Household& house = model.households[At(person.household)];
    xml.Open("Relaties");
    xml.Open("Relatie");
    xml.Put("Nummer", 1);
    xml.Put("Soort", "10");
    xml.Open("Naam");
    PutSurname(house.surname, house.prefix, &xml);
    xml.Base("NaamGebruik", 1);
    xml.Close();
    PutContact(address, &xml);
    xml.Close();
    xml.Close();
  }
  xml.Open("Contactgegevens");
  PutContact(address, &xml);
  xml.Close();
  xml.Open("ToegewezenProducten");
  for (const AllocationMessage::Item& item : message.items) {
    const Provision& provision = model.provisions[At(item.provision)];
    const Allocation& allocation = provision.allocations[At(item.allocation)];
    const Version& version = allocation.versions[At(item.version)];
    const Product& product = model.products[At(provision.product)];
    const int64_t second = version.assigned % kSecondsPerDay;
    xml.Open("ToegewezenProduct");
    xml.Put("ToewijzingNummer", allocation.number);
    PutProduct(product, &xml);
    xml.Put("Toewijzingsdatum", FormatDay(static_cast<Day>(version.assigned / kSecondsPerDay)));
    xml.Put("Toewijzingstijd", absl::StrFormat("%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60));
    xml.Put("Ingangsdatum", FormatDay(version.start));
    if (version.end != kOpenEnd) xml.Put("Einddatum", LastDay(version.end));
    xml.Put("RedenWijziging", version.reason);
    xml.Open("Omvang");
    xml.Base("Volume", allocation.volume);
    xml.Base("Eenheid", product.unit);
    xml.Base("Frequentie", product.frequency);
    xml.Close();
    xml.Close();
  }
  xml.Close();
  xml.Close();
  return xml.Finish();
}

std::string CareXml(const Model& model, const CareMessage& message, absl::string_view identification) {
  const absl::string_view kind = message.stop ? "307" : "305";
  const absl::string_view line_name = message.stop ? "StopProduct" : "StartProduct";
  Xml xml(message.law, kind);
  OpenHeader(message.law, kind, model.providers[At(message.provider)].agb, model.profile.code, identification, message.dated,
             &xml);
  xml.Close();
  xml.Open("Client");
  PutPerson(model.persons[At(message.person)], false, &xml);
  xml.Open(absl::StrCat(line_name, "en"));
  for (const CareLine& line : message.lines) {
    xml.Open(line_name);
    xml.Put("ToewijzingNummer", line.number);
    PutProduct(model.products[At(message.product)], &xml);
    xml.Put("ToewijzingIngangsdatum", FormatDay(line.allocated_from));
    xml.Put("Begindatum", FormatDay(line.begin));
    if (message.stop) {
      xml.Put("RedenBeeindiging", line.stop_reason);
      xml.Put("Einddatum", LastDay(line.end));
    }
    xml.Put("StatusAanlevering", std::string(1, line.status));
    xml.Close();
  }
  xml.Close();
  xml.Close();
  return xml.Finish();
}

std::string ClaimXml(const Model& model, const Claim& claim) {
  Xml xml(claim.law, "323");
  OpenHeader(claim.law, "323", model.providers[At(claim.provider)].agb, model.profile.code, claim.message, claim.dated, &xml);
  xml.Close();
  xml.Open("Declaratie");
  xml.Put("DeclaratieNummer", claim.number);
  PutPeriod("DeclaratiePeriode", MonthPeriod(claim.month), &xml);
  xml.Put("DeclaratieDagtekening", FormatDay(claim.dated));
  PutAmount("TotaalIngediendBedrag", "TotaalBedrag", claim.Total(), &xml);
  xml.Open("Clienten");
  PutClients(
      model, claim.lines, [](const ClaimLine&) { return true; }, [](const ClaimLine&) {}, [] {}, &xml);
  xml.Close();
  xml.Close();
  return xml.Finish();
}

std::string AnswerXml(const Model& model, const Claim& claim, absl::string_view identification) {
  const bool processed = claim.reject_code.empty();
  const bool partial = processed && std::any_of(claim.lines.begin(), claim.lines.end(),
                                                [](const ClaimLine& l) { return !l.reject_code.empty(); });
  Xml xml(claim.law, "325");
  OpenHeader(claim.law, "325", model.profile.code, model.providers[At(claim.provider)].agb, identification,
             static_cast<Day>(claim.answered / kSecondsPerDay), &xml);
  PutIdentification("DeclaratieIdentificatie", claim.message, claim.dated, &xml);
  PutVersions("XsdVersieDeclaratie", &xml);
  PutReturnCode("0200", &xml);
  xml.Close();
  xml.Open("DeclaratieAntwoord");
  xml.Put("DeclaratieNummer", claim.number);
  PutAmount("TotaalIngediendBedrag", "TotaalBedrag", claim.Total(), &xml);
  PutAmount("TotaalToegekendBedrag", "TotaalBedrag", claim.Granted(), &xml);
  if (partial) {
    xml.Open("Clienten");
    PutClients(
        model, claim.lines, [](const ClaimLine& line) { return !line.reject_code.empty(); },
        [&](const ClaimLine& line) { PutReturnCode(line.reject_code, &xml); }, [&] { PutReturnCode("0200", &xml); }, &xml);
    xml.Close();
  }
  PutReturnCode(!processed ? absl::string_view(claim.reject_code) : partial ? "0200" : "8001", &xml);
  xml.Close();
  return xml.Finish();
}

void AddMessages(const Model& model, uint64_t seed, std::vector<File>* files) {
  Post post(seed, model, files);
  std::vector<Returned> returns;  // sent after all others, whose moments then do not depend on them
  const auto sent = [&](Law law, absl::string_view kind, absl::string_view sender, absl::string_view receiver,
                        const std::string& id, Day dated, int64_t received) {
    const auto received_day = static_cast<Day>(received / kSecondsPerDay);
    if (received_day < kReturnsFrom) return;
    const Day returned = WorkdaysAfter(received_day, 2);
    returns.push_back({law, std::string(kind), std::string(sender), std::string(receiver), id, dated, returned, kind == "301"});
  };
  for (const AllocationMessage& message : AllocationMessages(model)) {
    const std::string id = post.Identification(message.law, "301", model.profile.code);
    const int64_t received = message.dated * kSecondsPerDay + 17 * 3600 + post.Transport(40);
    post.Send(message.law, "301", AllocationXml(model, message, id), received);
    sent(message.law, "301", model.profile.code, model.providers[At(message.provider)].agb, id, message.dated, received);
  }
  for (const CareMessage& message : model.care) {
    const absl::string_view kind = message.stop ? "307" : "305";
    const std::string& provider = model.providers[At(message.provider)].agb;
    const std::string id = post.Identification(message.law, kind, provider);
    post.Send(message.law, kind, CareXml(model, message, id), message.received);
    sent(message.law, kind, provider, model.profile.code, id, message.dated, message.received);
  }
  for (const Claim& claim : model.claims) {
    post.Send(claim.law, "323", ClaimXml(model, claim), claim.received);
    if (claim.answered == 0) continue;
    const std::string id = post.Identification(claim.law, "325", model.profile.code);
    post.Send(claim.law, "325", AnswerXml(model, claim, id), claim.answered);
  }
  for (const Returned& message : returns) SendReturn(message, &post);
  AddRequests(model, seed, &post);
}

}  // namespace nmd::demo
