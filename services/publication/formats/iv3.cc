// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/iv3.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "services/core/dutch.h"
#include "services/publication/formats/json.h"

namespace nmd::publication::formats {
namespace {

std::string Euros(Cents amount) {
  return absl::StrFormat("%s%d.%02d", amount < 0 ? "-" : "", amount < 0 ? -(amount / 100) : amount / 100,
                         amount < 0 ? -(amount % 100) : amount % 100);
}

void AppendLines(const char* name, const std::vector<Iv3Line>& lines, const std::string& category, Json* json) {
  json->Key(name).Open('[');
  for (const Iv3Line& line : lines) {
    if (line.taakveld.empty() || line.amount == 0) continue;
    json->Open('{').Text("taakveld", line.taakveld).Text("categorie", category).Key("bedrag").Number(Euros(line.amount));
    json->Close('}');
  }
  json->Close(']');
}

Cents WithoutTaakveld(const std::vector<Iv3Line>& lines) {
  Cents sum = 0;
  for (const Iv3Line& line : lines) sum += line.taakveld.empty() ? line.amount : 0;
  return sum;
}

}  // namespace

std::string WriteIv3(const Iv3Delivery& delivery) {
  Json json;
  json.Open('{').Key("metadata").Open('{');
  json.Text("overheidslaag", "Gemeente").Text("overheidsnummer", absl::StripPrefix(delivery.municipality, "gm"));
  json.Text("overheidsnaam", delivery.municipality_title).Key("boekjaar").Int(delivery.year);
  json.Key("periode").Int(delivery.quarter).Text("status", "Realisatie").Text("datum", delivery.made_time);
  json.Key("details_openbaar").Bool(false).Text("financieel_pakket", "NMD Monitor").Text("export_software", "NMD Monitor");
  json.Close('}').Key("contact").Open('{').Text("naam", delivery.contact_name).Text("email", delivery.contact_email);
  json.Text("telefoon", delivery.contact_phone).Close('}');
  json.Key("opmerkingen").Open('[');
  const auto remark = [&](const std::string& text) {
    json.Open('{').Text("tekst", text).Text("auteur", "NMD Monitor").Close('}');
  };
  remark(absl::StrCat("Gemaakt uit het grootboek zoals bekend op ", delivery.known_time, ". Bedragen zijn in euro's."));
  remark(absl::StrCat("De monitor kent geen categorie per boeking: alle lasten staan op ", delivery.cost_category,
                      " en alle baten op ", delivery.revenue_category, ", zoals de inzender opgaf."));
  remark(
      "Niet in dit bestand, omdat de monitor het niet weet: de balans, kengetallen, beleidsindicatoren en taakvelden buiten "
      "het "
      "grootboek dat is geleverd.");
  if (delivery.quarter >= 4) remark("Boekingen waarmee het jaar sluit (periode 13) tellen mee.");
  const Cents costs = WithoutTaakveld(delivery.costs), revenues = WithoutTaakveld(delivery.revenues);
  if (costs != 0 || revenues != 0) {
    remark(absl::StrCat("Zonder taakveld geboekt en daarom weggelaten: lasten ", dutch::Euro(costs), ", baten ",
                        dutch::Euro(revenues), "."));
  }
  json.Close(']').Key("data").Open('{');
  AppendLines("lasten", delivery.costs, delivery.cost_category, &json);
  AppendLines("baten", delivery.revenues, delivery.revenue_category, &json);
  for (const char* balance : {"balans_lasten", "balans_baten", "balans_standen"}) json.Key(balance).Open('[').Close(']');
  json.Close('}').Close('}');
  return std::move(json).Done();
}

}  // namespace nmd::publication::formats
