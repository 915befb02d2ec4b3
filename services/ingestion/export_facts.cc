// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/export_facts.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/core/codes.h"

namespace nmd::ingestion {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

int32_t Small(const CellValue& value) { return static_cast<int32_t>(value.number); }

// Puts what was filled where the table says. A code goes into an enum by its name.
void Assign(const RowValues& row, Message* said) {
  const google::protobuf::Reflection& reflection = *said->GetReflection();
  for (size_t i = 0; i < row.values().size(); ++i) {
    const CellValue& value = row.values()[i];
    if (!value.filled || row.shape().fields[i].target.empty()) continue;
    const FieldDescriptor* field = said->GetDescriptor()->FindFieldByName(std::string(row.shape().fields[i].target));
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection.SetString(said, field, value.text);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection.SetInt32(said, field, Small(value));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection.SetInt64(said, field, value.number);
        break;
      default:
        reflection.SetEnum(said, field, field->enum_type()->FindValueByName(value.text));
    }
  }
}

void CheckOrder(RowValues& row, absl::string_view start, absl::string_view end) {
  // The end is one past the last day, so that an equal one is a period without a day.
  if (row.Has(start) && row.Has(end) && row[end].number <= row[start].number) {
    row.Fault(end, "de einddatum ligt voor de begindatum");
  }
}

// The period of a row in one of its three forms (ExportShape::has_period).
template <typename T>
void SetPeriod(RowValues& row, T* said) {
  if (row.Has("start") || row.Has("end")) {
    for (const char* field : {"start", "end"}) {
      if (!row.Has(field)) row.Fault(field, "de periode is niet volledig; vul de eerste en de laatste dag");
    }
    CheckOrder(row, "start", "end");
    said->set_start_day(Small(row["start"]));
    said->set_end_day(Small(row["end"]));
    return;
  }
  if (!row.Has("year")) {
    row.Fault(row.Has("month") ? "month" : "year", "de periode ontbreekt; vul het jaar, of de eerste en de laatste dag");
    return;
  }
  const auto year = static_cast<int>(row["year"].number), month = static_cast<int>(row["month"].number);
  const Month first = MonthOf(year, month == 0 ? 1 : month);
  said->set_start_day(FirstDay(first));
  said->set_end_day(FirstDay(first + (month == 0 ? 12 : 1)));
}

// "6.60" is 6.6 once a spreadsheet took it for a number.
std::string TaakveldIn(RowValues& row, int year) {
  const CellValue& value = row["taakveld"];
  if (!value.filled || IsTaakveld(value.text, year)) return value.text;
  if (std::string longer = value.text + "0"; value.typed && IsTaakveld(longer, year)) return longer;
  row.Fault("taakveld", absl::StrCat("dit taakveld bestaat niet in ", year));
  return "";
}

void SetValue(const RowValues& row, v1::MeasuredValue* value) {
  value->set_thousandths(row["value"].number);
  value->set_decimals(row["value"].decimals);
  v1::MeasuredIn measured = v1::MEASURED_IN_UNSPECIFIED;
  v1::MeasuredIn_Parse(row["measured"].text, &measured);
  value->set_measured_in(measured);
}

void CheckAges(RowValues& row) {
  if (row.Has("age_from") && row.Has("age_to") && row["age_to"].number < row["age_from"].number) {
    row.Fault("age_to", "kleiner dan de leeftijd vanaf");
  }
}

// What the table cannot say: values that need one another. One overload per fact that has any.
void Finish(RowValues& row, v1::ProductLevel* level) {
  if (level->title().empty() && level->ivn().empty()) {
    row.Fault("product", "de regel heeft geen niveau en geen omschrijving; vul er minstens een");
  }
  CheckOrder(row, "start", "end");
}

void Finish(RowValues& row, v1::Tariff*) { CheckOrder(row, "start", "end"); }
void Finish(RowValues& row, v1::Contract*) { CheckOrder(row, "start", "end"); }
void Finish(RowValues& row, v1::PersonalBudget*) { CheckOrder(row, "start", "end"); }
void Finish(RowValues& row, v1::TeamHelp*) { CheckOrder(row, "start", "end"); }
void Finish(RowValues& row, v1::Population*) { CheckAges(row); }

void Finish(RowValues& row, v1::BudgetLine* line) { line->set_taakveld(TaakveldIn(row, line->year())); }

void Finish(RowValues& row, v1::Decision* decision) {
  CheckOrder(row, "start", "end");
  if (!row.Has("decided")) {
    if (!row.Has("applied"))
      row.Fault("applied", "de regel heeft geen aanvraagdatum en geen besluitdatum; vul er minstens een");
    if (row.Has("outcome")) row.Fault("outcome", "een aanvraag zonder besluitdatum heeft nog geen uitkomst");
    if (row.Has("start")) row.Fault("start", "een aanvraag zonder besluitdatum heeft nog geen toegekende periode");
    return;
  }
  if (row.Has("applied") && decision->decided_day() < decision->applied_day()) {
    row.Fault("decided", "de besluitdatum ligt voor de aanvraagdatum");
  }
  if (!row.Has("outcome")) decision->set_outcome(v1::Decision::GRANTED);
  const bool granted = decision->outcome() == v1::Decision::GRANTED;
  if (granted && !row.Has("start")) row.Fault("start", "een toekenning heeft een begindatum; vul de kolom");
  if (!granted && (row.Has("start") || row.Has("end"))) {
    row.Fault(row.Has("start") ? "start" : "end", "alleen een toekenning heeft een periode");
  }
}

void Finish(RowValues& row, v1::BudgetPayment* payment) { SetPeriod(row, payment); }

void Finish(RowValues& row, v1::LedgerBooking* booking) {
  booking->set_revenue(row["side"].text == "REVENUE");
  booking->set_taakveld(TaakveldIn(row, booking->year()));
}

void Finish(RowValues& row, v1::ProductTaakveld* product) {
  CheckOrder(row, "start", "end");
  product->set_taakveld(TaakveldIn(row, CivilOf(product->start_day()).year));
  if (product->category().empty() == product->product().empty()) {
    row.Fault("product", "de regel geeft geen product en geen categorie, of allebei; vul er precies een");
  }
}

void Finish(RowValues& row, v1::IndicatorResult* result) {
  SetPeriod(row, result);
  SetValue(row, result->mutable_value());
  if (result->invited() > 0 && result->respondents() > result->invited()) {
    row.Fault("respondents", "er zijn meer antwoorden dan gevraagden");
  }
}

void Finish(RowValues& row, v1::PublishedValue* published) {
  SetPeriod(row, published);
  if (row.Has("value")) SetValue(row, published->mutable_value());
  if (row.Has("withdrawn") && published->withdrawn_day() < published->published_day()) {
    row.Fault("withdrawn", "het cijfer is eerder ingetrokken dan gepubliceerd");
  }
  if (row.Has("reason") && !row.Has("withdrawn")) {
    row.Fault("reason", "er is een reden van intrekken, maar geen datum van intrekken");
  }
}

void Finish(RowValues& row, v1::LegacyFigure* figure) {
  SetPeriod(row, figure);
  SetValue(row, figure->mutable_value());
  CheckAges(row);
  figure->set_age_from(row.Has("age_from") ? Small(row["age_from"]) : -1);
  figure->set_age_to(row.Has("age_to") ? Small(row["age_to"]) : -1);
  if (row.Has("age_from") != row.Has("age_to")) {
    row.Fault(row.Has("age_from") ? "age_to" : "age_from", "de andere leeftijd is wel gevuld; vul beide of geen");
  }
}

void Finish(RowValues& row, v1::ProductSuccession* succession) {
  if (succession->product() == succession->predecessor()) row.Fault("predecessor", "een product volgt niet zichzelf op");
}

void Finish(RowValues& row, v1::ProviderGroup* group) {
  CheckOrder(row, "start", "end");
  // A name without an id would be lost: nothing can be grouped by it.
  for (const auto& [id, name] : {std::pair{"organisation", "organisation_name"}, {"concern", "concern_name"}}) {
    if (row.Has(name) && !row.Has(id)) row.Fault(id, "er is een naam, maar geen kenmerk; vul het kenmerk");
  }
  if (group->organisation().empty() && group->concern().empty()) {
    row.Fault("organisation", "de regel geeft geen organisatie en geen concern; vul er minstens een");
  }
}

void Finish(RowValues& row, v1::CarePlan* plan) {
  plan->set_motivated(row["motivated"].text == "YES");
  if (!row.Has("agreed_end") && !row.Has("motivated") && !row.Has("result") && !row.Has("complexity")) {
    row.Fault("agreed_end", "de regel zegt niets; vul een afspraak of een resultaat");
  }
}

void Finish(RowValues& row, v1::DeliveredQuantity* quantity) {
  SetPeriod(row, quantity);
  if (quantity->volume_thousandths() < 0) row.Fault("volume", "een hoeveelheid is niet kleiner dan nul");
}

void Finish(RowValues& row, v1::Responsibility* responsibility) {
  CheckOrder(row, "start", "end");
  responsibility->set_stay(row["stay"].text == "YES");
  if (row.Has("origin") && !responsibility->stay()) {
    row.Fault("origin", "alleen bij verblijf is er een gemeente van herkomst");
  }
}

void Finish(RowValues& row, v1::ContractTerm* term) {
  CheckOrder(row, "start", "end");
  using Term = v1::ContractTerm;
  const auto is = [term](std::initializer_list<Term::Kind> kinds) {
    return std::find(kinds.begin(), kinds.end(), term->kind()) != kinds.end();
  };
  const bool share = is({Term::NOTICE_SHARE, Term::WAGE_SHARE});  // Of a whole, so at most 100 percent.
  const bool percent = share || is({Term::INDEXATION});
  const bool kpi = is({Term::KPI_AT_LEAST, Term::KPI_AT_MOST});
  const bool year = is({Term::ROOM_ANNOUNCED, Term::ROOM_DECIDED});
  const bool whole = year || is({Term::DURATION_NORM, Term::BEDS, Term::WAITING_NORM, Term::LEAST_CLIENTS});
  const bool money = is({Term::YEAR_BUDGET, Term::LEAST_TURNOVER});
  if (row.Has("value") != (percent || kpi || whole)) {
    row.Fault("value", row.Has("value") ? "deze afspraak heeft geen waarde" : "deze afspraak heeft een waarde; vul de kolom");
  }
  if (row.Has("amount") != money) {
    row.Fault("amount", money ? "een budget heeft een bedrag; vul de kolom" : "deze afspraak heeft geen bedrag");
  }
  if (row.Has("indicator") != kpi) {
    row.Fault("indicator", kpi ? "de regel noemt geen indicator" : "deze afspraak heeft geen indicator");
  }
  if (term->kind() == v1::ContractTerm::PRODUCT && term->product().empty() && term->category().empty()) {
    row.Fault("product", "de regel noemt geen product en geen categorie");
  }
  const int64_t thousandths = row["value"].number;
  if (whole && row.Has("value") && (thousandths <= 0 || thousandths % 1000 != 0))
    row.Fault("value", "geen heel getal groter dan nul");
  if (share && row.Has("value") && (thousandths <= 0 || thousandths > 100'000)) {
    row.Fault("value", "geen percentage van meer dan 0 tot en met 100");
  }
  if (year && row.Has("value") && (thousandths < 2015'000 || thousandths > 2100'000)) {
    row.Fault("value", "geen kalenderjaar van 2015 tot en met 2100");
  }
  term->set_value(money ? row["amount"].number : whole ? thousandths / 1000 : thousandths);
}

void Finish(RowValues& row, v1::CombinationRule*) { CheckOrder(row, "start", "end"); }

// Calls Finish with the payload as what it is.
void FinishPayload(RowValues& row, v1::Fact* fact) {
  switch (fact->payload_case()) {
    case v1::Fact::kProductLevel:
      return Finish(row, fact->mutable_product_level());
    case v1::Fact::kTariff:
      return Finish(row, fact->mutable_tariff());
    case v1::Fact::kContract:
      return Finish(row, fact->mutable_contract());
    case v1::Fact::kPersonalBudget:
      return Finish(row, fact->mutable_personal_budget());
    case v1::Fact::kTeamHelp:
      return Finish(row, fact->mutable_team_help());
    case v1::Fact::kPopulation:
      return Finish(row, fact->mutable_population());
    case v1::Fact::kBudgetLine:
      return Finish(row, fact->mutable_budget_line());
    case v1::Fact::kDecision:
      return Finish(row, fact->mutable_decision());
    case v1::Fact::kBudgetPayment:
      return Finish(row, fact->mutable_budget_payment());
    case v1::Fact::kLedgerBooking:
      return Finish(row, fact->mutable_ledger_booking());
    case v1::Fact::kProductTaakveld:
      return Finish(row, fact->mutable_product_taakveld());
    case v1::Fact::kIndicatorResult:
      return Finish(row, fact->mutable_indicator_result());
    case v1::Fact::kPublishedValue:
      return Finish(row, fact->mutable_published_value());
    case v1::Fact::kLegacyFigure:
      return Finish(row, fact->mutable_legacy_figure());
    case v1::Fact::kProductSuccession:
      return Finish(row, fact->mutable_product_succession());
    case v1::Fact::kProviderGroup:
      return Finish(row, fact->mutable_provider_group());
    case v1::Fact::kCarePlan:
      return Finish(row, fact->mutable_care_plan());
    case v1::Fact::kDeliveredQuantity:
      return Finish(row, fact->mutable_delivered_quantity());
    case v1::Fact::kResponsibility:
      return Finish(row, fact->mutable_responsibility());
    case v1::Fact::kContractTerm:
      return Finish(row, fact->mutable_contract_term());
    case v1::Fact::kCombinationRule:
      return Finish(row, fact->mutable_combination_rule());
    default:
      return;
  }
}

}  // namespace

const CellValue& RowValues::operator[](absl::string_view field) const {
  return values_[static_cast<size_t>(FieldIndex(shape_, field))];
}

FactMaker::FactMaker(const ExportShape& shape, std::string source, std::string numbering, Day known_day,
                     const PersonKeyMaker& person_key)
    : shape_(shape),
      source_(std::move(source)),
      numbering_(std::move(numbering)),
      known_day_(known_day),
      person_key_(person_key) {}

void FactMaker::Add(RowValues& row, absl::string_view identity) {
  if (!row.ok()) return;
  if (shape_.kind == internal::v1::CLIENTS) return AddClient(row, identity);
  if (shape_.needs_person && !row.Has("bsn") && !row.Has("external_id")) {
    row.Fault("bsn", "de regel noemt geen cliënt; vul het burgerservicenummer of het cliëntnummer");
  }
  v1::Fact fact;
  const FieldDescriptor* payload = v1::Fact::descriptor()->FindFieldByName(std::string(shape_.payload));
  Message* said = fact.GetReflection()->MutableMessage(&fact, payload);
  Assign(row, said);
  FinishPayload(row, &fact);
  if (!row.ok()) return;
  const FieldDescriptor* person = said->GetDescriptor()->FindFieldByName("person_key");
  if (person != nullptr && (row.Has("bsn") || row.Has("external_id"))) {
    said->GetReflection()->SetString(said, person, PersonOf(row));
  }
  facts.push_back(std::move(fact));
}

std::string FactMaker::PersonOf(const RowValues& row) {
  if (!row.Has("bsn")) return person_key_(absl::StrCat(numbering_, "/", row["external_id"].text));
  const std::string& bsn = row["bsn"].text;
  std::string key = person_key_(absl::StrCat("bsn/", source_, "/", bsn));
  AddNumberOnly(key, bsn);
  return key;
}

void FactMaker::AddNumberOnly(const std::string& person_key, const std::string& bsn) {
  if (!told_.insert(person_key).second) return;
  v1::PersonRecord& person = persons.emplace_back();
  person.set_person_key(person_key);
  person.set_bsn(bsn);
}

void FactMaker::AddClient(RowValues& row, absl::string_view identity) {
  if (row["birth_date"].number > known_day_) row.Fault("birth_date", "de datum ligt in de toekomst");
  CheckOrder(row, "address_start", "address_end");
  if (!row.ok()) return;
  v1::PersonRecord person;
  const std::string &bsn = row["bsn"].text, &external = row["external_id"].text;
  person.set_person_key(person_key_(!bsn.empty()        ? absl::StrCat("bsn/", source_, "/", bsn)
                                    : !external.empty() ? absl::StrCat(source_, "/", external)
                                                        : absl::StrCat(source_, "/", identity)));
  // Rows of other sources may know the client by the number of this one.
  if (!bsn.empty() && !external.empty()) AddNumberOnly(person_key_(absl::StrCat(source_, "/", external)), bsn);
  person.set_bsn(bsn);
  person.set_birth_day(Small(row["birth_date"]));
  person.set_sex(row.Has("sex") ? row["sex"].text : "0");
  person.set_surname(row["surname"].text);
  person.set_prefix(row["prefix"].text);
  person.set_partner_surname(row["partner_surname"].text);
  person.set_partner_prefix(row["partner_prefix"].text);
  person.set_given_names(row["given_names"].text);
  person.set_initials(row["initials"].text);
  person.set_postcode(row["postcode"].text);
  person.set_house_number(Small(row["house_number"]));
  person.set_house_letter(row["house_letter"].text);
  person.set_house_addition(row["house_addition"].text);
  const Day start = row.Has("address_start") ? Small(row["address_start"]) : known_day_;
  const Day end = Small(row["address_end"]);
  v1::PersonTraits& traits = *facts.emplace_back().mutable_person();
  traits.set_person_key(person.person_key());
  traits.set_birth_day(person.birth_day());
  traits.set_sex(person.sex());
  if (row.Has("wijk") || row.Has("buurt")) {
    v1::Residence& residence = *facts.emplace_back().mutable_residence();
    residence.set_person_key(person.person_key());
    residence.set_start_day(start);
    residence.set_end_day(end);
    residence.set_wijk(row["wijk"].text);
    residence.set_buurt(row["buurt"].text);
  }
  if (!person.postcode().empty()) {
    person.set_address_start_day(start);
    person.set_address_end_day(end);
  }
  persons.push_back(std::move(person));
}

}  // namespace nmd::ingestion
