// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/export_fields.h"

#include <utility>

namespace nmd::ingestion {
namespace {

using internal::v1::ExportKind;

constexpr int64_t kFirstYear = 1900, kLastYear = 2200;
constexpr int64_t kMostPeople = 20'000'000;

using Fields = std::vector<ExportField>;

ExportField Of(absl::string_view name, FieldType type, absl::string_view target, Need need = Need::kOptional) {
  return {name, type, need, target, 0, 0, {}};
}
ExportField Text(absl::string_view name, int64_t max_bytes, absl::string_view target, Need need = Need::kOptional) {
  return {name, FieldType::kText, need, target, 0, max_bytes, {}};
}
ExportField Whole(absl::string_view name, int64_t min, int64_t max, absl::string_view target, Need need = Need::kOptional) {
  return {name, FieldType::kWhole, need, target, min, max, {}};
}
ExportField Code(absl::string_view name, absl::string_view target, std::vector<absl::string_view> codes,
                 Need need = Need::kOptional) {
  return {name, FieldType::kCode, need, target, 0, 0, std::move(codes)};
}

ExportField Year(absl::string_view target = "year") { return Whole("year", kFirstYear, kLastYear, target, Need::kFilled); }
ExportField Law(Need need = Need::kFilled) { return Code("law", "law", {"YOUTH", "WMO"}, need); }
ExportField Sex() { return Code("sex", "sex", {"0", "1", "2"}); }
// COD327.
ExportField Referrer(Need need = Need::kOptional) {
  return Code("referrer", "referrer", {"01", "02", "03", "04", "05", "06", "08"}, need);
}
ExportField Ivn() { return Code("ivn", "ivn", {"1", "2", "3", "4", "5", "6", "7", "8"}); }
ExportField Form(Need need) { return Code("form", "form", {"ZIN", "PGB"}, need); }
ExportField Unit() {  // WJ756
  return Code("unit", "unit", {"01", "04", "14", "16", "82", "83", "84"}, Need::kFilled);
}
ExportField YesNo(absl::string_view name) { return Code(name, "", {"YES", "NO"}); }
ExportField Measured() {
  return Code("measured", "", {"COUNT", "PERCENT", "PER_THOUSAND", "SCORE", "EURO", "DAYS", "MONTHS"}, Need::kFilled);
}
ExportField Agb(Need need = Need::kOptional) { return Of("provider", FieldType::kAgb, "provider", need); }
ExportField Category() { return Of("category", FieldType::kCategory, "category"); }
ExportField Product(Need need = Need::kOptional) { return Text("product", 5, "product", need); }
ExportField Wijk() { return Of("wijk", FieldType::kWijk, "wijk"); }
ExportField Buurt(Need need = Need::kOptional) { return Of("buurt", FieldType::kBuurt, "buurt", need); }
ExportField Start(Need need = Need::kFilled) { return Of("start", FieldType::kDate, "start_day", need); }
ExportField End() { return Of("end", FieldType::kLastDay, "end_day"); }
ExportField Bsn(Need need = Need::kOptional) { return Of("bsn", FieldType::kBsn, "", need); }
ExportField ExternalId() { return Text("external_id", 100, ""); }
ExportField DecisionNumber(Need need = Need::kOptional) { return Text("decision", 100, "decision", need); }

Fields operator+(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

// A period, in the three ways it can be told (ExportShape::has_period).
Fields PeriodFields() {
  return {Whole("year", kFirstYear, kLastYear, ""), Whole("month", 1, 12, ""), Of("start", FieldType::kDate, ""),
          Of("end", FieldType::kLastDay, "")};
}

ExportShape Person(ExportKind kind, absl::string_view payload, const Fields& fields) {
  return {kind, payload, Fields{Bsn(), ExternalId()} + fields, /*needs_person=*/true};
}

std::vector<ExportShape> Shapes() {
  using internal::v1::ExportKind;
  std::vector<ExportShape> shapes;
  shapes.push_back(
      Person(internal::v1::CLIENTS, "",
             {Text("surname", 200, ""), Text("prefix", 10, ""), Text("partner_surname", 200, ""),
              Text("partner_prefix", 10, ""), Text("initials", 20, ""), Text("given_names", 200, ""),
              Of("birth_date", FieldType::kDate, "", Need::kFilled), Sex(), Of("postcode", FieldType::kPostcode, ""),
              Whole("house_number", 0, 99999, ""), Text("house_letter", 1, ""), Text("house_addition", 4, ""), Wijk(), Buurt(),
              Of("address_start", FieldType::kDate, ""), Of("address_end", FieldType::kLastDay, "")}));
  // A client without a number of any kind is known by the row itself.
  shapes.back().needs_person = false;
  shapes.push_back({internal::v1::REFERRALS,
                    "referral",
                    {Bsn(Need::kFilled), Law(), Whole("allocation", 0, 999'999'999, "allocation"), Referrer(Need::kFilled),
                     Of("date", FieldType::kDate, "start_day", Need::kFilled)}});
  shapes.push_back({internal::v1::PRODUCT_LEVELS,
                    "product_level",
                    {Law(), Product(Need::kFilled), Text("title", 200, "title"), Ivn(), Start(), End()}});
  shapes.push_back({internal::v1::TARIFFS,
                    "tariff",
                    {Law(), Product(Need::kFilled), Agb(), Unit(),
                     Of("tariff", FieldType::kAmount, "tariff_cents", Need::kFilled), Start(), End()}});
  shapes.push_back(
      {internal::v1::POPULATION,
       "population",
       {Year(), Wijk(), Buurt(), Whole("age_from", 0, 150, "age_from", Need::kFilled),
        Whole("age_to", 0, 150, "age_to", Need::kFilled), Sex(), Whole("count", 0, kMostPeople, "count", Need::kFilled)}});
  shapes.push_back(
      {internal::v1::BUDGET,
       "budget_line",
       {Text("line", 100, "line", Need::kFilled), Year(), Of("amount", FieldType::kSignedAmount, "amount_cents", Need::kFilled),
        Text("document", 200, "document", Need::kFilled), Of("document_date", FieldType::kDate, "document_day"),
        Of("taakveld", FieldType::kTaakveld, "taakveld")}});
  shapes.push_back(
      {internal::v1::CONTRACTS,
       "contract",
       {Text("contract", 100, "contract", Need::kFilled), Law(), Agb(Need::kFilled),
        Text("provider_name", 200, "provider_name"), Start(), End(), Of("ceiling", FieldType::kAmount, "ceiling_cents"),
        Whole("ceiling_year", kFirstYear, kLastYear, "ceiling_year")}});
  shapes.push_back(
      Person(internal::v1::DECISIONS, "decision",
             {DecisionNumber(Need::kFilled), Law(), Form(Need::kFilled), Of("applied", FieldType::kDate, "applied_day"),
              Of("decided", FieldType::kDate, "decided_day"), Code("outcome", "outcome", {"GRANTED", "REFUSED", "WITHDRAWN"}),
              Category(), Product(), Start(Need::kOptional), End(), Referrer()}));
  shapes.push_back(Person(internal::v1::PERSONAL_BUDGETS, "personal_budget",
                          {Law(), DecisionNumber(), Category(), Product(), Start(), End(),
                           Of("budget", FieldType::kAmount, "budget_cents", Need::kFilled)}));
  shapes.push_back(Person(internal::v1::BUDGET_PAYMENTS, "budget_payment",
                          Fields{Law(), DecisionNumber(), Category(), Product()} + PeriodFields() +
                              Fields{Of("paid", FieldType::kDate, "paid_day"),
                                     Of("amount", FieldType::kSignedAmount, "amount_cents", Need::kFilled)}));
  shapes.back().has_period = true;
  shapes.push_back(Person(internal::v1::TEAM_HELP, "team_help",
                          {Law(), Text("team", 100, "team"), Text("help", 100, "help", Need::kFilled), Start(), End(),
                           Referrer(), Text("result", 100, "result")}));
  shapes.push_back(
      {internal::v1::LEDGER_BOOKINGS,
       "ledger_booking",
       {Year(), Whole("month", 1, 13, "month", Need::kFilled), Of("taakveld", FieldType::kTaakveld, "taakveld", Need::kFilled),
        Of("category", FieldType::kIv3Category, "category"), Code("side", "", {"COST", "REVENUE"}), Agb(),
        Text("booking", 100, "booking"), Of("amount", FieldType::kSignedAmount, "amount_cents", Need::kFilled)}});
  shapes.push_back({internal::v1::POSTCODES,
                    "postcode_area",
                    {Year(), Of("postcode", FieldType::kPostcode, "postcode", Need::kFilled),
                     Whole("house_number", 0, 99999, "house_number"), Wijk(), Buurt(Need::kFilled)}});
  shapes.push_back(
      {internal::v1::PRODUCT_TAAKVELDEN,
       "product_taakveld",
       {Law(), Category(), Product(), Agb(), Of("taakveld", FieldType::kTaakveld, "taakveld", Need::kFilled), Start(), End()}});
  shapes.back().needs_product = true;
  shapes.push_back({internal::v1::INDICATORS, "indicator_result",
                    Fields{Text("indicator", 100, "indicator", Need::kFilled), Text("title", 200, "title"),
                           Law(Need::kOptional), Agb(), Category(), Product(), Text("area", 100, "area")} +
                        PeriodFields() +
                        Fields{Of("value", FieldType::kNumber, "", Need::kFilled), Measured(),
                               Whole("respondents", 0, kMostPeople, "respondents"), Whole("invited", 0, kMostPeople, "invited"),
                               Text("method", 200, "method")}});
  shapes.back().has_period = true;
  shapes.push_back({internal::v1::PUBLISHED_SERIES, "published_value",
                    Fields{Text("series", 100, "series", Need::kFilled), Text("title", 200, "title"),
                           Text("publisher", 100, "publisher", Need::kFilled), Text("area", 100, "area")} +
                        PeriodFields() +
                        Fields{Of("value", FieldType::kNumber, "", Need::kMapped), Measured(),
                               Of("published", FieldType::kDate, "published_day", Need::kFilled),
                               Of("withdrawn", FieldType::kDate, "withdrawn_day"), Text("reason", 300, "withdrawn_reason")}});
  shapes.back().has_period = true;
  shapes.push_back({internal::v1::LEGACY_FIGURES, "legacy_figure",
                    Fields{Text("system", 100, "system", Need::kFilled), Text("measure", 100, "measure", Need::kFilled),
                           Law(Need::kOptional), Form(Need::kOptional), Category(), Product(), Ivn(), Agb(), Wijk(), Buurt(),
                           Whole("age_from", 0, 150, ""), Whole("age_to", 0, 150, ""), Sex()} +
                        PeriodFields() +
                        Fields{Of("value", FieldType::kNumber, "", Need::kFilled), Measured(),
                               Code("quality", "quality", {"A", "B", "C", "D"}, Need::kFilled), Text("note", 300, "note")}});
  shapes.back().has_period = true;
  shapes.push_back({internal::v1::PRODUCT_SUCCESSIONS,
                    "product_succession",
                    {Law(), Product(Need::kFilled), Text("predecessor", 5, "predecessor"), Start()}});
  shapes.push_back({internal::v1::PROVIDER_GROUPS,
                    "provider_group",
                    {Agb(Need::kFilled), Text("provider_name", 200, "provider_name"), Text("organisation", 100, "organisation"),
                     Text("organisation_name", 200, "organisation_name"), Text("concern", 100, "concern"),
                     Text("concern_name", 200, "concern_name"), Start(), End()}});
  shapes.push_back(Person(internal::v1::CARE_PLANS, "care_plan",
                          {Law(), Whole("allocation", 1, 999'999'999, "number", Need::kFilled), Agb(),
                           Of("agreed_end", FieldType::kLastDay, "agreed_end_day"), YesNo("motivated"),
                           Code("result", "result", {"REACHED", "PARTLY_REACHED", "NOT_REACHED"}),
                           Code("complexity", "complexity", {"LOWER", "SAME", "HIGHER"})}));
  shapes.push_back(
      Person(internal::v1::DELIVERED_QUANTITIES, "delivered_quantity",
             Fields{Law(), Agb(Need::kFilled), Whole("allocation", 0, 999'999'999, "number"), Product(Need::kFilled)} +
                 PeriodFields() +
                 Fields{Unit(), Of("volume", FieldType::kNumber, "volume_thousandths", Need::kFilled),
                        Of("amount", FieldType::kSignedAmount, "amount_cents")}));
  shapes.back().has_period = true;
  // A statement may be about all clients of a product together.
  shapes.back().needs_person = false;
  shapes.push_back(Person(internal::v1::RESPONSIBILITIES, "responsibility",
                          {Law(), Of("municipality", FieldType::kMunicipality, "municipality", Need::kFilled),
                           Of("origin", FieldType::kMunicipality, "origin"), YesNo("stay"), Start(), End()}));
  shapes.push_back({internal::v1::CONTRACT_TERMS,
                    "contract_term",
                    {Text("contract", 100, "contract", Need::kFilled), Law(), Agb(Need::kFilled),
                     Code("term", "kind",
                          {"PRODUCT", "DURATION_NORM", "BEDS", "YEAR_BUDGET", "INDEXATION", "NOTICE_SHARE", "KPI_AT_LEAST",
                           "KPI_AT_MOST", "WAITING_NORM", "CLIENT_STOP", "CLIENT_STOP_AGREED", "LEAST_TURNOVER",
                           "LEAST_CLIENTS", "WAGE_SHARE", "ROOM_ANNOUNCED", "ROOM_DECIDED"},
                          Need::kFilled),
                     Category(), Product(), Text("indicator", 100, "indicator"), Of("value", FieldType::kNumber, ""),
                     Of("amount", FieldType::kAmount, ""), Start(), End()}});
  shapes.push_back({internal::v1::COMBINATION_RULES,
                    "combination_rule",
                    {Law(), Product(Need::kFilled), Code("other_law", "other_law", {"YOUTH", "WMO"}, Need::kFilled),
                     Text("other_product", 5, "other_product", Need::kFilled),
                     Code("verdict", "verdict", {"ALLOWED", "NEEDS_MOTIVE", "FORBIDDEN"}, Need::kFilled),
                     Text("reason", 300, "reason"), Start(), End()}});
  return shapes;
}

}  // namespace

const ExportShape* ShapeOf(ExportKind kind) {
  static const auto* const shapes = new std::vector<ExportShape>(Shapes());
  for (const ExportShape& shape : *shapes) {
    if (shape.kind == kind) return &shape;
  }
  return nullptr;
}

int FieldIndex(const ExportShape& shape, absl::string_view name) {
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    if (shape.fields[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

bool HasOrder(FieldType type) {
  switch (type) {
    case FieldType::kDate:
    case FieldType::kLastDay:
    case FieldType::kWhole:
    case FieldType::kAmount:
    case FieldType::kSignedAmount:
    case FieldType::kNumber:
      return true;
    default:
      return false;
  }
}

}  // namespace nmd::ingestion
