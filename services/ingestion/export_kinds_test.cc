// SPDX-License-Identifier: EUPL-1.2
// What the rows of each kind of export become, and which rows it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/core/date.h"
#include "services/ingestion/export_source.h"

namespace nmd::ingestion {
namespace {

using internal::v1::MappingFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Plain(absl::string_view identity) { return absl::StrCat("key(", identity, ")"); }

// Maps fields to columns of the same name, in this order; ISO dates, decimal points.
MappingFile Mapping(internal::v1::ExportKind kind, const std::vector<std::string>& fields) {
  MappingFile mapping;
  mapping.set_source("export");
  mapping.set_title("Export");
  mapping.set_owner("gemeente");
  mapping.set_kind(kind);
  mapping.set_separator("|");
  mapping.set_decimals(internal::v1::POINT);
  for (const std::string& field : fields) (*mapping.mutable_columns())[field] = field;
  return mapping;
}

ExportReading Read(const MappingFile& mapping, const std::vector<std::string>& fields, const std::string& rows) {
  const absl::StatusOr<ExportSource> source = ExportSource::Make(mapping);
  EXPECT_TRUE(source.ok()) << source.status();
  if (!source.ok()) return {};
  std::string header;
  for (const std::string& field : fields) absl::StrAppend(&header, header.empty() ? "" : "|", field);
  return source->Read(absl::StrCat(header, "\n", rows), DayOf(2030, 1, 1), Plain);
}

std::string D(int year, int month, int day) { return absl::StrCat(DayOf(year, month, day)); }

struct Case {
  std::string row;
  // The fact as text, or "! " and the field that is at fault.
  std::string outcome;
};

struct Kind {
  internal::v1::ExportKind kind;
  std::vector<std::string> fields;
  std::vector<Case> cases;
};

std::vector<Kind> Kinds() {
  using namespace internal::v1;
  return {
      {DECISIONS,
       {"bsn", "external_id", "decision", "law", "form", "applied", "decided", "outcome", "category", "product", "start", "end",
        "referrer"},
       {
           {"999900006||B1|YOUTH|ZIN|2018-01-02|2018-01-09||45|45A04|2018-02-01|2018-12-31|02",
            absl::StrCat("decision { law: YOUTH person_key: \"key(bsn/export/999900006)\" decision: \"B1\" form: ZIN "
                         "applied_day: ",
                         D(2018, 1, 2), " decided_day: ", D(2018, 1, 9),
                         " outcome: GRANTED category: \"45\" product: \"45A04\" ", "start_day: ", D(2018, 2, 1),
                         " end_day: ", D(2019, 1, 1), " referrer: \"02\" }")},
           {"|A7|B2|WMO|PGB|2018-01-02|||||||", absl::StrCat("decision { law: WMO person_key: \"key(export/A7)\" decision: "
                                                             "\"B2\" form: PGB applied_day: ",
                                                             D(2018, 1, 2), " }")},
           {"|A7|B3|WMO|PGB||2018-01-09|REFUSED|||||",
            absl::StrCat("decision { law: WMO person_key: \"key(export/A7)\" decision: \"B3\" form: PGB decided_day: ",
                         D(2018, 1, 9), " outcome: REFUSED }")},
           {"||B4|WMO|PGB|2018-01-02|||||||", "! bsn"},
           {"|A7||WMO|PGB|2018-01-02|||||||", "! decision"},
           {"|A7|B5|WMO|PGB||||||||", "! applied"},
           {"|A7|B5|WMO|PGB|2018-01-02||GRANTED|||||", "! outcome"},
           {"|A7|B5|WMO|PGB|2018-01-02|||||2018-02-01||", "! start"},
           {"|A7|B5|WMO|PGB|2018-01-02|2018-01-01||||2018-02-01||", "! decided"},
           {"|A7|B5|WMO|PGB|2018-01-02|2018-01-09||||||", "! start"},
           {"|A7|B5|WMO|PGB|2018-01-02|2018-01-09|REFUSED|||2018-02-01||", "! start"},
           {"|A7|B5|WMO|PGB|2018-01-02|2018-01-09|WITHDRAWN||||2018-02-01|", "! end"},
           {"|A7|B5|WMO|PGB|2018-01-02|2018-01-09||||2018-02-01|2018-01-31|", "! end"},
           {"|A7|B5|WMO|pgb|2018-01-02|||||||", "! form"},
           {"|A7|B5|WMO|PGB|2018-01-02|||||||07", "! referrer"},
       }},
      {PERSONAL_BUDGETS,
       {"bsn", "law", "decision", "category", "product", "start", "end", "budget"},
       {
           {"999900006|YOUTH|B1||45A04|2018-01-01|2018-12-31|8000.00",
            absl::StrCat("personal_budget { law: YOUTH person_key: \"key(bsn/export/999900006)\" decision: \"B1\" product: "
                         "\"45A04\" start_day: ",
                         D(2018, 1, 1), " end_day: ", D(2019, 1, 1), " budget_cents: 800000 }")},
           {"999900006|YOUTH|B1||45A04|2018-01-01|2018-12-31|-1", "! budget"},
           {"999900006|YOUTH|B1||45A04|2018-01-01|2017-12-31|1", "! end"},
           {"999900007|YOUTH|B1||45A04|2018-01-01||1", "! bsn"},
           {"|YOUTH|B1||45A04|2018-01-01||1", "! bsn"},
       }},
      {BUDGET_PAYMENTS,
       {"bsn", "law", "product", "year", "month", "start", "end", "paid", "amount"},
       {
           {"999900006|WMO|02A10|2018|2|||2018-03-05|-12.50",
            absl::StrCat("budget_payment { law: WMO person_key: \"key(bsn/export/999900006)\" product: \"02A10\" start_day: ",
                         D(2018, 2, 1), " end_day: ", D(2018, 3, 1), " paid_day: ", D(2018, 3, 5), " amount_cents: -1250 }")},
           {"999900006|WMO||2018|||||", "! amount"},
           {"999900006|WMO||2018|||||7",
            absl::StrCat("budget_payment { law: WMO person_key: \"key(bsn/export/999900006)\" start_day: ", D(2018, 1, 1),
                         " end_day: ", D(2019, 1, 1), " amount_cents: 700 }")},
           {"999900006|WMO||||2018-02-03|2018-02-03||7",
            absl::StrCat("budget_payment { law: WMO person_key: \"key(bsn/export/999900006)\" start_day: ", D(2018, 2, 3),
                         " end_day: ", D(2018, 2, 4), " amount_cents: 700 }")},
           {"999900006|WMO|||||||7", "! year"},
           {"999900006|WMO|||2||||7", "! month"},
           {"999900006|WMO||2018|13||||7", "! month"},
           {"999900006|WMO||||2018-02-03|||7", "! end"},
           {"999900006|WMO|||||2018-02-03||7", "! start"},
           {"999900006|WMO||||2018-02-03|2018-02-02||7", "! end"},
       }},
      {TEAM_HELP,
       {"external_id", "law", "team", "help", "start", "end", "referrer", "result"},
       {
           {"A7|YOUTH|Noord|gesprek|2018-01-01|2018-01-31|06|doel bereikt",
            absl::StrCat("team_help { law: YOUTH person_key: \"key(export/A7)\" team: \"Noord\" help: \"gesprek\" start_day: ",
                         D(2018, 1, 1), " end_day: ", D(2018, 2, 1), " referrer: \"06\" result: \"doel bereikt\" }")},
           {"A7|YOUTH|Noord||2018-01-01|||", "! help"},
           {"A7|YOUTH|Noord|gesprek||||", "! start"},
           {"|YOUTH|Noord|gesprek|2018-01-01|||", "! bsn"},
           {"A7|YOUTH||gesprek|2018-01-02|2018-01-01||", "! end"},
       }},
      {LEDGER_BOOKINGS,
       {"year", "month", "taakveld", "category", "side", "provider", "booking", "amount"},
       {
           {"2018|2|6.72|3.5.1|COST|12345678|9001|1234.56",
            "ledger_booking { year: 2018 month: 2 taakveld: \"6.72\" category: \"3.5.1\" provider: \"12345678\" booking: "
            "\"9001\" amount_cents: 123456 }"},
           {"2024|13|6.72A||REVENUE|||-1",
            "ledger_booking { year: 2024 month: 13 taakveld: \"6.72a\" revenue: true amount_cents: -100 }"},
           {"2025|1|6.751|||||1", "ledger_booking { year: 2025 month: 1 taakveld: \"6.751\" amount_cents: 100 }"},
           {"2025|1|6.72a|||||1", "! taakveld"},
           {"2024|1|6.751|||||1", "! taakveld"},
           {"2024|14|6.6|||||1", "! month"},
           {"2024|1|6.6|x||||1", "! category"},
           {"2024|1|6.6||DEBET|||1", "! side"},
           {"2024|1|6.6|||123||1", "! provider"},
           {"2024|1|6.6|||||1.234", "! amount"},
       }},
      {POSTCODES,
       {"year", "postcode", "house_number", "wijk", "buurt"},
       {
           {"2018|9471 ab|12|WK173001|BU17300101",
            "postcode_area { year: 2018 postcode: \"9471AB\" house_number: 12 wijk: \"WK173001\" buurt: \"BU17300101\" }"},
           {"2018|9471AB|||BU17300101", "postcode_area { year: 2018 postcode: \"9471AB\" buurt: \"BU17300101\" }"},
           {"2018|9471AB|||", "! buurt"},
           {"2018|9471|||BU17300101", "! postcode"},
           {"18|9471AB|||BU17300101", "! year"},
       }},
      {PRODUCT_TAAKVELDEN,
       {"law", "category", "product", "provider", "taakveld", "start", "end"},
       {
           {"YOUTH|45||12345678|6.752|2025-01-01|",
            absl::StrCat(
                "product_taakveld { law: YOUTH category: \"45\" provider: \"12345678\" taakveld: \"6.752\" start_day: ",
                D(2025, 1, 1), " }")},
           {"WMO||01A03||6.71a|2023-01-01|2024-12-31",
            absl::StrCat("product_taakveld { law: WMO product: \"01A03\" taakveld: \"6.71a\" start_day: ", D(2023, 1, 1),
                         " end_day: ", D(2025, 1, 1), " }")},
           {"YOUTH|||12345678|6.752|2025-01-01|", "! product"},
           {"YOUTH|45|45A04||6.752|2025-01-01|", "! product"},
           {"YOUTH|45|||6.752|2024-12-31|", "! taakveld"},
           {"YOUTH|4|||6.752|2025-01-01|", "! category"},
           {"YOUTH|45|||6.752|2025-01-01|2024-01-01", "! end"},
       }},
      {INDICATORS,
       {"indicator", "title", "law", "provider", "area", "year", "value", "measured", "respondents", "invited", "method"},
       {
           {"ceo_kwaliteit|Betere kwaliteit van leven|WMO||Nederland|2016|22|PERCENT|0|0|CEO",
            absl::StrCat("indicator_result { indicator: \"ceo_kwaliteit\" title: \"Betere kwaliteit van leven\" law: WMO area: "
                         "\"Nederland\" start_day: ",
                         D(2016, 1, 1), " end_day: ", D(2017, 1, 1),
                         " value { thousandths: 22000 measured_in: PERCENT } method: \"CEO\" }")},
           {"uitval|||12345678||2018|5.30|PERCENT|40|50|",
            absl::StrCat("indicator_result { indicator: \"uitval\" provider: \"12345678\" start_day: ", D(2018, 1, 1),
                         " end_day: ", D(2019, 1, 1),
                         " value { thousandths: 5300 decimals: 2 measured_in: PERCENT } respondents: 40 invited: 50 }")},
           {"uitval|||12345678||2018|5.30|PERCENT|51|50|", "! respondents"},
           {"uitval|||12345678||2018||PERCENT|||", "! value"},
           {"uitval|||12345678||2018|5.3001|PERCENT|||", "! value"},
           {"uitval|||12345678||2018|5|%|||", "! measured"},
           {"uitval|||12345678|||5|PERCENT|||", "! year"},
           {"uitval||JW|12345678||2018|5|PERCENT|||", "! law"},
           {"|||12345678||2018|5|PERCENT|||", "! indicator"},
       }},
      {PUBLISHED_SERIES,
       {"series", "title", "publisher", "area", "start", "end", "value", "measured", "published", "withdrawn", "reason"},
       {
           {"jh_eelderwolde||CBS||2020-01-01|2020-06-30|92.5|PERCENT|2020-11-01|2021-03-01|nieuwe indeling",
            absl::StrCat("published_value { series: \"jh_eelderwolde\" publisher: \"CBS\" start_day: ", D(2020, 1, 1),
                         " end_day: ", D(2020, 7, 1),
                         " value { thousandths: 92500 decimals: 1 measured_in: PERCENT } published_day: ", D(2020, 11, 1),
                         " withdrawn_day: ", D(2021, 3, 1), " withdrawn_reason: \"nieuwe indeling\" }")},
           {"jh_eelderwolde||CBS||2020-01-01|2020-06-30||PERCENT|2020-11-01||",
            absl::StrCat("published_value { series: \"jh_eelderwolde\" publisher: \"CBS\" start_day: ", D(2020, 1, 1),
                         " end_day: ", D(2020, 7, 1), " published_day: ", D(2020, 11, 1), " }")},
           {"jh_eelderwolde||CBS||2020-01-01|2020-06-30|1|PERCENT|2020-11-01|2020-10-31|", "! withdrawn"},
           {"jh_eelderwolde||CBS||2020-01-01|2020-06-30|1|PERCENT|2020-11-01||te weinig", "! reason"},
           {"jh_eelderwolde||CBS||2020-01-01|2020-06-30|1|PERCENT|||", "! published"},
           {"jh_eelderwolde||||2020-01-01|2020-06-30|1|PERCENT|2020-11-01||", "! publisher"},
           {"jh_eelderwolde||CBS||2020-01-01||1|PERCENT|2020-11-01||", "! end"},
           {"jh_eelderwolde||CBS||||1|PERCENT|2020-11-01||", "! year"},
       }},
      {LEGACY_FIGURES,
       {"system", "measure", "law", "form", "ivn", "wijk", "age_from", "age_to", "sex", "year", "month", "value", "measured",
        "quality", "note"},
       {
           {"KWIZ-monitor|clienten|YOUTH|ZIN|6|WK173001|0|17|2|2016|1|560|COUNT|B|zonder GI",
            absl::StrCat("legacy_figure { system: \"KWIZ-monitor\" measure: \"clienten\" law: YOUTH form: ZIN ivn: \"6\" wijk: "
                         "\"WK173001\" age_to: 17 sex: \"2\" start_day: ",
                         D(2016, 1, 1), " end_day: ", D(2016, 2, 1),
                         " value { thousandths: 560000 measured_in: COUNT } quality: \"B\" note: \"zonder GI\" }")},
           {"KWIZ-monitor|clienten|||||||"
            "|2016||560|COUNT|C|",
            absl::StrCat("legacy_figure { system: \"KWIZ-monitor\" measure: \"clienten\" age_from: -1 age_to: -1 start_day: ",
                         D(2016, 1, 1), " end_day: ", D(2017, 1, 1),
                         " value { thousandths: 560000 measured_in: COUNT } quality: \"C\" }")},
           {"KWIZ-monitor|clienten||||||||2016||560|COUNT||", "! quality"},
           {"KWIZ-monitor|clienten||||||||2016||560|COUNT|E|", "! quality"},
           {"KWIZ-monitor|clienten|||||18|17||2016||560|COUNT|A|", "! age_to"},
           {"KWIZ-monitor|clienten|||||18|||2016||560|COUNT|A|", "! age_to"},
           {"KWIZ-monitor|clienten||||||17||2016||560|COUNT|A|", "! age_from"},
           {"KWIZ-monitor|clienten||||||||2016|||COUNT|A|", "! value"},
           {"|clienten||||||||2016||1|COUNT|A|", "! system"},
       }},
      {PRODUCT_SUCCESSIONS,
       {"law", "product", "predecessor", "start"},
       {
           {"YOUTH|45A05|45B05|2017-01-01",
            absl::StrCat("product_succession { law: YOUTH product: \"45A05\" predecessor: \"45B05\" start_day: ", D(2017, 1, 1),
                         " }")},
           {"YOUTH|50A07||2017-01-01",
            absl::StrCat("product_succession { law: YOUTH product: \"50A07\" start_day: ", D(2017, 1, 1), " }")},
           {"YOUTH|45A05|45A05|2017-01-01", "! predecessor"},
           {"YOUTH||45B05|2017-01-01", "! product"},
           {"YOUTH|45A05|45B05|", "! start"},
       }},
      {PROVIDER_GROUPS,
       {"provider", "provider_name", "organisation", "organisation_name", "concern", "concern_name", "start", "end"},
       {
           {"12345678|Locatie|o1|Organisatie|c1|Concern|2018-07-01|",
            absl::StrCat("provider_group { provider: \"12345678\" provider_name: \"Locatie\" organisation: \"o1\" "
                         "organisation_name: \"Organisatie\" concern: \"c1\" concern_name: \"Concern\" start_day: ",
                         D(2018, 7, 1), " }")},
           {"12345678||o1|||Concern|2018-07-01|", "! concern"},
           {"12345678||o1||||2018-07-01|2018-06-30", "! end"},
           {"1234|Locatie|o1||||2018-07-01|", "! provider"},
           {"12345678|Locatie|||||2018-07-01|", "! organisation"},
       }},
      {CARE_PLANS,
       {"external_id", "law", "allocation", "provider", "agreed_end", "motivated", "result", "complexity"},
       {
           {"A7|YOUTH|300101|12345678|2018-06-30|YES|REACHED|LOWER",
            absl::StrCat("care_plan { law: YOUTH person_key: \"key(export/A7)\" number: 300101 provider: \"12345678\" "
                         "agreed_end_day: ",
                         D(2018, 7, 1), " motivated: true result: REACHED complexity: LOWER }")},
           {"A7|YOUTH|300101|||NO||", "care_plan { law: YOUTH person_key: \"key(export/A7)\" number: 300101 }"},
           {"A7|YOUTH|300101|||||", "! agreed_end"},
           {"A7|YOUTH|0||2018-06-30|||", "! allocation"},
           {"|YOUTH|300101||2018-06-30|||", "! bsn"},
           {"A7|YOUTH|300101||2018-06-30||bereikt|", "! result"},
       }},
      {DELIVERED_QUANTITIES,
       {"law", "provider", "bsn", "external_id", "allocation", "product", "year", "month", "start", "end", "unit", "volume",
        "amount"},
       {
           {"YOUTH|12345678|999900006||300101|45A05|2018|2|||04|12.500|687.50",
            absl::StrCat("delivered_quantity { law: YOUTH provider: \"12345678\" person_key: \"key(bsn/export/999900006)\" "
                         "number: 300101 product: \"45A05\" start_day: ",
                         D(2018, 2, 1), " end_day: ", D(2018, 3, 1),
                         " unit: \"04\" volume_thousandths: 12500 amount_cents: 68750 }")},
           {"WMO|12345678||||02A10|2018||||04|100|",
            absl::StrCat("delivered_quantity { law: WMO provider: \"12345678\" product: \"02A10\" start_day: ", D(2018, 1, 1),
                         " end_day: ", D(2019, 1, 1), " unit: \"04\" volume_thousandths: 100000 }")},
           {"WMO|12345678||||02A10|2018||||04|-1|", "! volume"},
           {"WMO|12345678||||02A10|2018||||05|1|", "! unit"},
           {"WMO|12345678||||02A10|||||04|1|", "! year"},
           {"WMO|||||02A10|2018||||04|1|", "! provider"},
       }},
      {RESPONSIBILITIES,
       {"bsn", "law", "municipality", "origin", "stay", "start", "end"},
       {
           {"999900006|YOUTH|1730|0014|YES|2018-01-01|2018-12-31",
            absl::StrCat("responsibility { law: YOUTH person_key: \"key(bsn/export/999900006)\" municipality: \"1730\" "
                         "origin: \"0014\" stay: true start_day: ",
                         D(2018, 1, 1), " end_day: ", D(2019, 1, 1), " }")},
           {"999900006|YOUTH|1730|||2018-01-01|",
            absl::StrCat("responsibility { law: YOUTH person_key: \"key(bsn/export/999900006)\" municipality: \"1730\" "
                         "start_day: ",
                         D(2018, 1, 1), " }")},
           {"999900006|YOUTH|1730|0014|NO|2018-01-01|", "! origin"},
           {"999900006|YOUTH|gm1730||NO|2018-01-01|", "! municipality"},
           {"|YOUTH|1730||NO|2018-01-01|", "! bsn"},
       }},
      {CONTRACT_TERMS,
       {"contract", "law", "provider", "term", "category", "product", "indicator", "value", "amount", "start", "end"},
       {
           {"jh-1|YOUTH|12345678|PRODUCT||45A05||||2017-01-01|2019-12-31",
            absl::StrCat("contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: PRODUCT product: "
                         "\"45A05\" start_day: ",
                         D(2017, 1, 1), " end_day: ", D(2020, 1, 1), " }")},
           {"jh-1|YOUTH|12345678|DURATION_NORM||45A05||270||2017-01-01|",
            absl::StrCat("contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: DURATION_NORM product: "
                         "\"45A05\" value: 270 start_day: ",
                         D(2017, 1, 1), " }")},
           {"jh-1|YOUTH|12345678|YEAR_BUDGET|45||||1500.50|2018-01-01|",
            absl::StrCat("contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: YEAR_BUDGET category: "
                         "\"45\" value: 150050 start_day: ",
                         D(2018, 1, 1), " }")},
           {"jh-1|YOUTH|12345678|INDEXATION||||3.5||2018-01-01|",
            absl::StrCat("contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: INDEXATION value: 3500 "
                         "start_day: ",
                         D(2018, 1, 1), " }")},
           {"jh-1|YOUTH|12345678|KPI_AT_MOST|||uitval|10||2018-01-01|",
            absl::StrCat("contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: KPI_AT_MOST indicator: "
                         "\"uitval\" value: 10000 start_day: ",
                         D(2018, 1, 1), " }")},
           {"jh-1|YOUTH|12345678|ROOM_ANNOUNCED||||2019||2018-06-28|",
            absl::StrCat(
                "contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: ROOM_ANNOUNCED value: 2019 "
                "start_day: ",
                D(2018, 6, 28), " }")},
           {"jh-1|YOUTH|12345678|LEAST_TURNOVER|||||20000.00|2018-01-01|",
            absl::StrCat(
                "contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: LEAST_TURNOVER value: 2000000 "
                "start_day: ",
                D(2018, 1, 1), " }")},
           {"jh-1|YOUTH|12345678|CLIENT_STOP||||||2018-01-01|2018-03-31",
            absl::StrCat("contract_term { contract: \"jh-1\" law: YOUTH provider: \"12345678\" kind: CLIENT_STOP start_day: ",
                         D(2018, 1, 1), " end_day: ", D(2018, 4, 1), " }")},
           {"jh-1|YOUTH|12345678|ROOM_DECIDED||||19||2018-06-28|", "! value"},
           {"jh-1|YOUTH|12345678|WAGE_SHARE||||101||2018-01-01|", "! value"},
           {"jh-1|YOUTH|12345678|CLIENT_STOP_AGREED||||1||2018-01-01|", "! value"},
           {"jh-1|YOUTH|12345678|PRODUCT||||||2017-01-01|", "! product"},
           {"jh-1|YOUTH|12345678|PRODUCT||45A05||1||2017-01-01|", "! value"},
           {"jh-1|YOUTH|12345678|BEDS||43A08||||2017-01-01|", "! value"},
           {"jh-1|YOUTH|12345678|BEDS||43A08||2.5||2017-01-01|", "! value"},
           {"jh-1|YOUTH|12345678|NOTICE_SHARE||||120||2017-01-01|", "! value"},
           {"jh-1|YOUTH|12345678|YEAR_BUDGET|45|||||2018-01-01|", "! amount"},
           {"jh-1|YOUTH|12345678|KPI_AT_LEAST||||7||2018-01-01|", "! indicator"},
           {"jh-1|YOUTH|12345678|korting||||7||2018-01-01|", "! term"},
           {"jh-1|YOUTH|12345678|BEDS||43A08||2||2017-01-01|2016-12-31", "! end"},
       }},
      {COMBINATION_RULES,
       {"law", "product", "other_law", "other_product", "verdict", "reason", "start", "end"},
       {
           {"YOUTH|43A08|YOUTH|44A08|FORBIDDEN|een kind verblijft op een plek|2017-01-01|",
            absl::StrCat("combination_rule { law: YOUTH product: \"43A08\" other_law: YOUTH other_product: \"44A08\" verdict: "
                         "FORBIDDEN reason: \"een kind verblijft op een plek\" start_day: ",
                         D(2017, 1, 1), " }")},
           {"YOUTH|43A08|WMO||FORBIDDEN||2017-01-01|", "! other_product"},
           {"YOUTH|43A08|YOUTH|44A08|soms||2017-01-01|", "! verdict"},
           {"YOUTH|43A08|YOUTH|44A08|ALLOWED||2017-01-01|2016-01-01", "! end"},
       }},
      {BUDGET,
       {"line", "year", "amount", "document", "document_date", "taakveld"},
       {
           {"rijksbijdrage_jeugd|2018|5229670|meicirculaire 2017|2017-05-31|6.72",
            absl::StrCat("budget_line { line: \"rijksbijdrage_jeugd\" year: 2018 amount_cents: 522967000 document: "
                         "\"meicirculaire 2017\" document_day: ",
                         D(2017, 5, 31), " taakveld: \"6.72\" }")},
           {"rijksbijdrage_jeugd|2018|5229670|meicirculaire 2017||",
            "budget_line { line: \"rijksbijdrage_jeugd\" year: 2018 amount_cents: 522967000 document: \"meicirculaire 2017\" "
            "}"},
           {"rijksbijdrage_jeugd|2018|5229670|meicirculaire 2017||6.751", "! taakveld"},
           {"rijksbijdrage_jeugd|2018|5229670|||", "! document"},
       }},
  };
}

TEST(ExportKinds, ARowBecomesItsFactOrIsRefusedAtTheFieldThatIsWrong) {
  for (const Kind& kind : Kinds()) {
    const MappingFile mapping = Mapping(kind.kind, kind.fields);
    for (const Case& c : kind.cases) {
      SCOPED_TRACE(absl::StrCat(internal::v1::ExportKind_Name(kind.kind), " ", c.row));
      const ExportReading reading = Read(mapping, kind.fields, absl::StrCat(c.row, "\n"));
      EXPECT_EQ(reading.record_count, 1);
      if (c.outcome.substr(0, 2) != "! ") {
        for (const Finding& finding : reading.findings) ADD_FAILURE() << finding.text;
        ASSERT_THAT(reading.facts, SizeIs(1));
        EXPECT_EQ(reading.facts[0].ShortDebugString(), c.outcome);
        EXPECT_EQ(reading.sound_record_count, 1);
        continue;
      }
      EXPECT_THAT(reading.facts, IsEmpty());
      EXPECT_THAT(reading.persons, IsEmpty());
      EXPECT_EQ(reading.sound_record_count, 0);
      ASSERT_THAT(reading.findings, SizeIs(1));
      const Finding& finding = reading.findings[0];
      const std::string column = c.outcome.substr(2);
      const bool mapped = std::count(kind.fields.begin(), kind.fields.end(), column) > 0;
      EXPECT_EQ(finding.place, mapped ? absl::StrCat("regel 2, kolom ", column) : "regel 2");
      EXPECT_EQ(finding.rule, "EXPORT");
      EXPECT_EQ(finding.level, 1);
      EXPECT_FALSE(finding.fatal);
      EXPECT_EQ(finding.owner, "gemeente");
    }
  }
}

// Every kind is in the table above or in export_source_test.cc, and its table of fields fits its fact.
TEST(ExportKinds, EveryKindHasAShapeThatFitsItsFact) {
  const google::protobuf::EnumDescriptor* kinds = internal::v1::ExportKind_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    const auto kind = static_cast<internal::v1::ExportKind>(kinds->value(i)->number());
    SCOPED_TRACE(kinds->value(i)->name());
    const ExportShape* shape = ShapeOf(kind);
    if (kind == internal::v1::EXPORT_KIND_UNSPECIFIED) {
      EXPECT_EQ(shape, nullptr);
      continue;
    }
    ASSERT_NE(shape, nullptr);
    if (kind == internal::v1::CLIENTS) continue;
    const auto* payload = v1::Fact::descriptor()->FindFieldByName(std::string(shape->payload));
    ASSERT_NE(payload, nullptr);
    for (const ExportField& field : shape->fields) {
      SCOPED_TRACE(std::string(field.name));
      EXPECT_EQ(FieldIndex(*shape, field.name), &field - shape->fields.data()) << "a name twice";
      if (field.target.empty()) continue;
      const auto* target = payload->message_type()->FindFieldByName(std::string(field.target));
      ASSERT_NE(target, nullptr);
      if (target->enum_type() == nullptr) continue;
      for (const absl::string_view code : field.codes) {
        EXPECT_NE(target->enum_type()->FindValueByName(std::string(code)), nullptr) << code;
      }
    }
  }
}

TEST(ExportKinds, AConstantStandsInEveryRow) {
  MappingFile mapping = Mapping(internal::v1::TEAM_HELP, {"external_id", "help", "start"});
  (*mapping.mutable_constants())["law"] = "YOUTH";
  (*mapping.mutable_constants())["team"] = "Noord";
  const ExportReading reading = Read(mapping, {"external_id", "help", "start"}, "A|x|2018-01-01\nB|y|2018-01-01\n");
  EXPECT_THAT(reading.findings, IsEmpty());
  ASSERT_THAT(reading.facts, SizeIs(2));
  for (const v1::Fact& fact : reading.facts) {
    EXPECT_EQ(fact.team_help().law(), v1::YOUTH);
    EXPECT_EQ(fact.team_help().team(), "Noord");
  }
}

TEST(ExportKinds, ARowWithTheKeyOfAnEarlierRowIsAFinding) {
  const std::vector<std::string> fields = {"year", "postcode", "house_number", "buurt"};
  MappingFile mapping = Mapping(internal::v1::POSTCODES, fields);
  for (const char* key : {"year", "postcode", "house_number"}) mapping.add_keys(key);
  const ExportReading reading = Read(mapping, fields,
                                     "2018|9471AB|1|BU17300101\n2018|9471AB||BU17300102\n2018|9471 ab|01|BU17300103\n"
                                     "2019|9471AB|1|BU17300101\n2018|9471XX|x|BU17300101\n2018|9471XX|5|BU17300101\n");
  std::vector<std::string> findings;
  for (const Finding& finding : reading.findings) findings.push_back(absl::StrCat(finding.rule, " ", finding.text));
  EXPECT_THAT(findings,
              ElementsAre("EXPORT regel 4, kolom year: een eerdere regel heeft dezelfde sleutel; deze regel is niet gelezen",
                          HasSubstr("regel 6, kolom house_number")))
      << "a faulty row takes no key";
  EXPECT_THAT(reading.facts, SizeIs(4));
  EXPECT_EQ(reading.sound_record_count, 4);
}

TEST(ExportKinds, AnotherSourcesNumbersGiveItsPersonKeys) {
  MappingFile clients = Mapping(internal::v1::CLIENTS, {"bsn", "external_id", "birth_date"});
  clients.set_source("clienten");
  MappingFile help = Mapping(internal::v1::TEAM_HELP, {"external_id", "law", "help", "start"});
  help.set_person_source("clienten");
  const ExportReading known =
      Read(clients, {"bsn", "external_id", "birth_date"}, "999900006|A7|2010-01-01\n|A8|2010-01-01\n999900006|A7|2010-01-01\n");
  std::vector<std::string> records;
  for (const v1::PersonRecord& person : known.persons) {
    records.push_back(absl::StrCat(person.person_key(), " ", person.bsn(), person.birth_day() == 0 ? " number only" : ""));
  }
  EXPECT_THAT(records, ElementsAre("key(clienten/A7) 999900006 number only", "key(bsn/clienten/999900006) 999900006",
                                   "key(clienten/A8) ", "key(bsn/clienten/999900006) 999900006"));
  const ExportReading helped = Read(help, {"external_id", "law", "help", "start"}, "A7|YOUTH|x|2018-01-01\n");
  EXPECT_EQ(helped.facts.at(0).team_help().person_key(), "key(clienten/A7)");
  EXPECT_THAT(helped.persons, IsEmpty());
}

TEST(ExportKinds, ANumberIsToldToLinkingOncePerFile) {
  const std::vector<std::string> fields = {"bsn", "law", "year", "month", "amount"};
  const ExportReading reading = Read(Mapping(internal::v1::BUDGET_PAYMENTS, fields), fields,
                                     "999900006|WMO|2018|1|10\n999900006|WMO|2018|2|10\n999900018|WMO|2018|1|10\n");
  EXPECT_THAT(reading.facts, SizeIs(3));
  ASSERT_THAT(reading.persons, SizeIs(2));
  EXPECT_EQ(reading.persons[0].person_key(), reading.facts[0].budget_payment().person_key());
}

MappingFile Expecting() {
  MappingFile mapping = Mapping(internal::v1::CLIENTS, {"external_id", "birth_date", "house_number", "buurt", "address_end"});
  internal::v1::Expectations& expected = *mapping.mutable_expectations();
  expected.set_min_rows(3);
  (*expected.mutable_ranges())["birth_date"].set_min("1900-01-01");
  (*expected.mutable_ranges())["house_number"].set_min("1");
  (*expected.mutable_ranges())["house_number"].set_max("9999");
  (*expected.mutable_ranges())["address_end"].set_max("2029-12-31");
  (*expected.mutable_filled())["buurt"] = 50;
  return mapping;
}

TEST(Expectations, AFileThatMeetsThemHasNoFinding) {
  const ExportReading reading = Read(Expecting(), {"external_id", "birth_date", "house_number", "buurt", "address_end"},
                                     "A|1900-01-01|1|BU17300101|2029-12-31\nB|2010-01-01|9999|BU17300101|\nC|2010-01-01|||\n");
  EXPECT_THAT(reading.findings, IsEmpty());
  EXPECT_EQ(reading.sound_record_count, 3);
}

TEST(Expectations, EachOneThatIsNotMetIsOneFindingAndCostsNoRow) {
  const ExportReading reading = Read(Expecting(), {"external_id", "birth_date", "house_number", "buurt", "address_end"},
                                     "A|1899-12-31|0||2030-01-01\nB|1850-01-01|10000|BU17300101|\n");
  std::vector<std::string> findings;
  for (const Finding& finding : reading.findings) {
    EXPECT_EQ(finding.rule, "VERWACHTING");
    EXPECT_EQ(finding.level, 4);
    EXPECT_FALSE(finding.fatal);
    findings.push_back(finding.text);
  }
  EXPECT_THAT(findings,
              ElementsAre("bestand: er zijn 2 regels, verwacht waren er minstens 3",
                          "kolom address_end: 1 van de 2 regels ligt boven 2029-12-31; de eerste is regel 2",
                          "kolom birth_date: 2 van de 2 regels liggen onder 1900-01-01; de eerste is regel 2",
                          "kolom house_number: 2 van de 2 regels liggen buiten 1 tot en met 9999; de eerste is regel 2"));
  EXPECT_EQ(reading.sound_record_count, 2);
  EXPECT_THAT(reading.persons, SizeIs(2));
}

TEST(Expectations, ShareFilledCountsRowsWithoutAFault) {
  MappingFile mapping = Expecting();
  mapping.mutable_expectations()->set_min_rows(0);
  const std::vector<std::string> fields = {"external_id", "birth_date", "house_number", "buurt", "address_end"};
  const ExportReading reading =
      Read(mapping, fields, "A|2010-01-01|||\nB|2010-01-01||BU17300101|\nC|2010-01-01|||\nD|x||BU17300101|\n");
  ASSERT_THAT(reading.findings, SizeIs(2));
  EXPECT_EQ(reading.findings[1].text, "kolom buurt: gevuld in 1 van de 3 regels, verwacht was minstens 50%");
  EXPECT_THAT(Read(mapping, fields, "").findings, IsEmpty()) << "of nothing, everything is filled";
}

// All faults of a mapping at once, each with its place.
TEST(Mapping, TellsEveryFaultAtOnce) {
  struct Wrong {
    const char* name;
    std::function<void(MappingFile*)> make;
    std::vector<std::string> faults;
  };
  const std::vector<Wrong> cases = {
      {"constants",
       [](MappingFile* m) {
         (*m->mutable_constants())["colour"] = "red";
         (*m->mutable_constants())["law"] = "jeugdwet";
         (*m->mutable_constants())["help"] = "x";
         (*m->mutable_constants())["team"] = "";
       },
       {"constants.colour: the kind has no such field", "constants.help: the field has a column too",
        "constants.law: the field has a column too", "constants.law: no value of the field; it takes YOUTH, WMO",
        "constants.team: no value of the field"}},
      {"keys",
       [](MappingFile* m) {
         for (const char* key : {"help", "help", "team", "colour"}) m->add_keys(key);
       },
       {"keys: team has no column", "keys: colour has no column", "keys: a field is named twice"}},
      {"cadence",
       [](MappingFile* m) {
         m->mutable_expectations()->set_due_days(3);
         m->mutable_expectations()->set_since("2018-01-01");
       },
       {"expectations.due_days", "expectations.since: give a date"}},
      {"since",
       [](MappingFile* m) {
         m->mutable_expectations()->set_cadence(internal::v1::QUARTERLY);
         m->mutable_expectations()->set_since("2018-02-01");
       },
       {"expectations.since: a period of that cadence does not begin"}},
      {"ranges",
       [](MappingFile* m) {
         auto& ranges = *m->mutable_expectations()->mutable_ranges();
         ranges["help"].set_min("a");
         ranges["start"].set_min("2018-02-31");
         ranges["end"].set_min("2018-02-02");
         ranges["end"].set_max("2018-02-01");
         m->mutable_expectations()->set_min_rows(-1);
       },
       {"expectations.min_rows", "expectations.ranges.help: only", "expectations.ranges.start.min: no value of the field",
        "expectations.ranges.end: min is more than max"}},
      {"empty range",
       [](MappingFile* m) { (*m->mutable_expectations()->mutable_ranges())["start"] = {}; },
       {"expectations.ranges.start: give min, max or both"}},
      {"filled",
       [](MappingFile* m) {
         (*m->mutable_expectations()->mutable_filled())["team"] = 10;
         (*m->mutable_expectations()->mutable_filled())["help"] = 101;
       },
       {"expectations.filled.team: the field has no column", "expectations.filled.help: give 1 to 100"}},
      {"person_source", [](MappingFile* m) { m->set_person_source("Clienten"); }, {"person_source: give the id"}},
      {"header_row", [](MappingFile* m) { m->set_header_row(-1); }, {"header_row"}},
      {"separator", [](MappingFile* m) { m->set_separator("\n"); }, {"separator"}},
      {"words",
       [](MappingFile* m) {
         auto& codes = *(*m->mutable_values())["law"].mutable_codes();
         codes["Jw"] = "YOUTH";
         codes["jw"] = "YOUTH";
       },
       {"values.law: given twice: jw"}},
      {"no person", [](MappingFile* m) { m->mutable_columns()->erase("external_id"); }, {"the kind needs bsn or external_id"}},
      {"no kind", [](MappingFile* m) { m->clear_kind(); }, {"kind: give one"}},
  };
  for (const Wrong& wrong : cases) {
    MappingFile mapping = Mapping(internal::v1::TEAM_HELP, {"external_id", "law", "help", "start", "end"});
    ASSERT_TRUE(ExportSource::Make(mapping).ok()) << ExportSource::Make(mapping).status();
    wrong.make(&mapping);
    const absl::Status status = ExportSource::Make(mapping).status();
    for (const std::string& fault : wrong.faults) EXPECT_THAT(std::string(status.message()), HasSubstr(fault)) << wrong.name;
    EXPECT_EQ(std::count(status.message().begin(), status.message().end(), '\n'), wrong.faults.size())
        << wrong.name << ": " << status;
  }
}

TEST(Mapping, APeriodNeedsAYearOrBothDays) {
  const auto message = [](const std::vector<std::string>& period) {
    std::vector<std::string> fields = {"bsn", "law", "amount"};
    fields.insert(fields.end(), period.begin(), period.end());
    return std::string(ExportSource::Make(Mapping(internal::v1::BUDGET_PAYMENTS, fields)).status().message());
  };
  EXPECT_EQ(message({"year"}), "");
  EXPECT_EQ(message({"year", "month"}), "");
  EXPECT_EQ(message({"start", "end"}), "");
  EXPECT_THAT(message({}), HasSubstr("the kind needs a period"));
  EXPECT_THAT(message({"start"}), HasSubstr("start and end go together"));
  EXPECT_THAT(message({"start", "end", "month"}), HasSubstr("month goes with year"));
}

}  // namespace
}  // namespace nmd::ingestion
