// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/checks.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using testing::D;
using testing::Days;
using testing::kLaws;
using testing::kTypes;
using testing::SoundMessage;
using testing::TestLine;

using Edit = std::function<void(ParsedMessage&)>;

// What the rules say of the sound message of that number after an edit, by way of its XML.
std::vector<Finding> Judge(Law law, int number, const Edit& edit) {
  ParsedMessage message = SoundMessage(law, static_cast<MessageType>(number));
  edit(message);
  const ReadResult result = ReadMessage(testing::Render(message));
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.findings[0].place + ": " + result.findings[0].text);
  return CheckMessage(result.message);
}

std::vector<std::string> Short(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) lines.push_back(absl::StrCat(f.rule, " @ ", f.place));
  return lines;
}

ClaimLine& Line(ParsedMessage& m, size_t index) { return (m.claim ? m.claim->lines : m.answer->lines).at(index); }
Amount Debit(Cents cents) { return {.cents = cents, .credit = false}; }
Amount Credit(Cents cents) { return {.cents = cents, .credit = true}; }

// Turns a line into the credit of an earlier one.
void MakeCredit(ClaimLine& line, absl::string_view previous) {
  line.amount.credit = true;
  line.previous_reference = std::string(previous);
}

TEST(CheckMessage, FindsNothingInSoundMessages) {
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      EXPECT_THAT(Short(Judge(law, static_cast<int>(type), [](ParsedMessage&) {})), ::testing::IsEmpty());
    }
  }
}

// The official samples, with what is wrong with them (domain-standards 3.9).
TEST(CheckMessage, FindsInTheOfficialSamplesWhatIsWrongWithThem) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::filesystem::path root = std::filesystem::path(source == nullptr ? "." : source) / "../shared/istandaarden";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no official samples at ../shared/istandaarden";
  int judged = 0;
  std::vector<std::string> wrong;
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      const std::string name = absl::StrCat(law == Law::kYouth ? "JW" : "WMO", static_cast<int>(type));
      std::ifstream in(root / (law == Law::kYouth ? "ijw-3.2" : "iwmo-3.2") / "samples" / (name + ".xml"), std::ios::binary);
      if (!in) continue;
      const std::string text(std::istreambuf_iterator<char>(in), {});
      const ReadResult result = ReadMessage(absl::StrReplaceAll(text, {{"2027-06-31", "2027-06-30"}}));
      if (!result.ok()) {
        EXPECT_EQ(name, "JW318");
        continue;
      }
      ++judged;
      for (const std::string& finding : Short(CheckMessage(result.message))) wrong.push_back(absl::StrCat(name, " ", finding));
    }
  }
  EXPECT_EQ(judged, 20);
  EXPECT_THAT(wrong,
              ::testing::ElementsAre(
                  // RN004 twice.
                  "JW323 TR101 @ Declaratie/Clienten/Client[2]/Prestaties/Prestatie[3]/ProductReferentie/ReferentieNummer",
                  "JW323 TR416 @ Declaratie/Clienten/Client[2]/Prestaties/Prestatie[2]"));
}

struct RuleCase {
  absl::string_view rule;
  int number;
  absl::string_view what;
  Edit edit;
  // Places of the findings; none means that the message is right. Nothing else may be found.
  std::vector<std::string> places;
  // When one law only has what the case is about.
  std::optional<Law> law = std::nullopt;
};

constexpr char kAllocation1[] = "Client/ToegewezenProducten/ToegewezenProduct[1]";
constexpr char kLine1[] = "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]";
constexpr char kLine2[] = "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]";
constexpr char kLine3[] = "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]";

std::string At(absl::string_view row, absl::string_view element) { return absl::StrCat(row, "/", element); }

constexpr char kRequest1[] = "Client/AangevraagdeProducten/AangevraagdProduct[1]";
constexpr char kAdded1[] = "Client/Verzoek/NieuweProducten/NieuwProduct[1]";
constexpr char kContact1[] = "Client/Contactgegevens/Contact[1]";
constexpr char kRelation2[] = "Client/Relaties/Relatie[2]";

// Makes the first allocation one of a category with a budget.
void GiveBudget(ParsedMessage& m) {
  m.allocations.pop_back();
  m.allocations[0].product.clear();
  m.allocations[0].volume.reset();
  m.allocations[0].budget = 900'000;
}

Address& Home(ParsedMessage& m) { return m.clients[0].addresses[0]; }
Address& Contact2(ParsedMessage& m) { return m.clients[0].relations[1].addresses[0]; }

// What came with the messages 315, 317 and 319, and the rules about persons and addresses of a 301.
std::vector<RuleCase> PersonAndRequestCases() {
  const auto nothing = [](ParsedMessage&) {};
  return {
      {"CD005",
       301,
       "a postcode without country",
       [](ParsedMessage& m) { Home(m).country.clear(); },
       {At(kContact1, "Adres/LandCode")}},
      {"CD005",
       301,
       "a country without postcode, of a relation",
       [](ParsedMessage& m) {
         Contact2(m).has_address = true;
         Contact2(m).country = "DE";
       },
       {At(kRelation2, "Contact/Adres/LandCode")}},
      {"CD005",
       301,
       "an address without either",
       [](ParsedMessage& m) {
         Contact2(m).has_address = true;
         Contact2(m).town = "Zuidlaren";
       },
       {}},
      {"CD007",
       301,
       "an interpreter of no language",
       [](ParsedMessage& m) { m.clients[0].communication = "1"; },
       {"Client/Communicatie/Taal"}},
      {"CD007",
       301,
       "sign language with a language",
       [](ParsedMessage& m) {
         m.clients[0].communication = "2";
         m.clients[0].has_language = true;
       },
       {"Client/Communicatie/Taal"}},
      {"CD007",
       301,
       "an interpreter of Frisian",
       [](ParsedMessage& m) {
         m.clients[0].communication = "1";
         m.clients[0].has_language = true;
       },
       {}},
      {"CD009",
       301,
       "a period of the BRP address",
       [](ParsedMessage& m) { Home(m).has_period = true; },
       {At(kContact1, "Periode")}},
      {"CD009",
       301,
       "a period of a temporary stay",
       [](ParsedMessage& m) {
         m.clients[0].addresses.push_back(Home(m));
         m.clients[0].addresses[1].kind = "04";
         m.clients[0].addresses[1].has_period = true;
       },
       {}},
      {"CD025",
       301,
       "no house in the Netherlands",
       [](ParsedMessage& m) {
         Home(m).has_house = false;
         Home(m).has_phone = true;
       },
       {At(kContact1, "Adres/Huis")}},
      {"CD025",
       301,
       "no house abroad",
       [](ParsedMessage& m) {
         Home(m).has_house = false;
         Home(m).has_phone = true;
         Home(m).country = "DE";
       },
       {}},
      {"CD034",
       301,
       "a BRP address without postcode",
       [](ParsedMessage& m) {
         Home(m).postcode.clear();
         Home(m).country.clear();
         Home(m).has_phone = true;
       },
       {At(kContact1, "Adres/Postcode")}},
      {"CD034",
       301,
       "an address for post without postcode",
       [](ParsedMessage& m) {
         Home(m).kind = "02";
         Home(m).postcode.clear();
         Home(m).country.clear();
         Home(m).has_phone = true;
       },
       {}},
      {"CD041",
       301,
       "a product without volume",
       [](ParsedMessage& m) { m.allocations[0].volume.reset(); },
       {At(kAllocation1, "Omvang")}},
      {"CD041",
       315,
       "a product without volume",
       [](ParsedMessage& m) { m.requests[0].volume.reset(); },
       {At(kRequest1, "Omvang")}},
      {"CD041",
       317,
       "a product without volume",
       [](ParsedMessage& m) { m.change_request->added[0].volume.reset(); },
       {At(kAdded1, "Omvang")}},
      {"CD041",
       317,
       "a category with a budget",
       [](ParsedMessage& m) {
         m.change_request->added[0].product.clear();
         m.change_request->added[0].volume.reset();
         m.change_request->added[0].budget = 1;
       },
       {}},
      {"CD043",
       315,
       "the start of no decision",
       [](ParsedMessage& m) { m.requests[0].decision_start = D("2026-05-01"); },
       {At(kRequest1, "BeschikkingIngangsdatum")}},
      {"CD043",
       315,
       "a decision without start",
       [](ParsedMessage& m) { m.requests[0].decision_number = 1; },
       {At(kRequest1, "BeschikkingIngangsdatum")}},
      {"CD043",
       315,
       "a decision",
       [](ParsedMessage& m) {
         m.requests[0].decision_number = 1;
         m.requests[0].decision_start = D("2026-05-01");
       },
       {}},
      {"CD066",
       315,
       "a doctor by code and name",
       [](ParsedMessage& m) { m.requests[0].referrer_name = "Praktijk"; },
       {At(kRequest1, "Verwijzer/Naam")}},
      {"CD066", 315, "a doctor by code", nothing, {}},
      {"CD067",
       315,
       "a nameless doctor",
       [](ParsedMessage& m) { m.requests[0].referrer_code.clear(); },
       {At(kRequest1, "Verwijzer/Naam")}},
      {"CD067",
       315,
       "a specialist by name",
       [](ParsedMessage& m) {
         m.requests[0].referrer = "05";
         m.requests[0].referrer_code.clear();
         m.requests[0].referrer_name = "Ziekenhuis";
       },
       {}},
      {"CD068",
       315,
       "a municipality with the code of a doctor",
       [](ParsedMessage& m) { m.requests[0].referrer = "01"; },
       {At(kRequest1, "Verwijzer/ZorgverlenerCode")}},
      {"CD068",
       315,
       "nobody",
       [](ParsedMessage& m) {
         m.requests[0].referrer = "06";
         m.requests[0].referrer_code.clear();
       },
       {}},
      {"CD085",
       319,
       "refused without a reason",
       [](ParsedMessage& m) {
         m.reply->rejection_reason.clear();
         m.reply->municipality.clear();
       },
       {"Antwoord/RedenAfwijzingVerzoek"}},
      {"CD085", 319, "refused", nothing, {}},
      {"CD086",
       319,
       "under investigation with a reason",
       [](ParsedMessage& m) { m.reply->answer = "2"; },
       {"Antwoord/RedenAfwijzingVerzoek"}},
      {"CD086",
       319,
       "under investigation",
       [](ParsedMessage& m) {
         m.reply->answer = "2";
         m.reply->rejection_reason.clear();
         m.reply->municipality.clear();
       },
       {}},
      {"CS002", 315, "a wrong number", [](ParsedMessage& m) { m.clients[0].bsn = "123456789"; }, {"Client/Bsn"}},
      {"CS002", 317, "a wrong number", [](ParsedMessage& m) { m.clients[0].bsn = "123456789"; }, {"Client/Bsn"}},
      {"CS050",
       301,
       "a partner and 6",
       [](ParsedMessage& m) {
         m.clients[0].relations[1].name.partner_surname = "Bedacht";
         m.clients[0].relations[1].name.name_use = "6";
       },
       {At(kRelation2, "Naam/NaamGebruik")}},
      {"CS050",
       301,
       "no partner and 3",
       [](ParsedMessage& m) { m.clients[0].name.name_use = "3"; },
       {"Client/Naam/NaamGebruik"}},
      {"CS050",
       301,
       "a partner and 4",
       [](ParsedMessage& m) {
         m.clients[0].name.partner_surname = "Bedacht";
         m.clients[0].name.name_use = "4";
       },
       {}},
      {"CS318",
       301,
       "a client that is an organisation",
       [](ParsedMessage& m) { m.clients[0].name.name_use = "6"; },
       {"Client/Naam/NaamGebruik"}},
      {"CS318",
       301,
       "a guardian that is an organisation (IV045)",
       [](ParsedMessage& m) { m.clients[0].relations[1].name.name_use = "6"; },
       {}},
      {"CS089",
       301,
       "no Dutch postcode",
       [](ParsedMessage& m) { Home(m).postcode = "0471AB"; },
       {At(kContact1, "Adres/Postcode")}},
      {"CS089",
       301,
       "a Dutch postcode with a space",
       [](ParsedMessage& m) { Home(m).postcode = "9471 AB"; },
       {At(kContact1, "Adres/Postcode")}},
      {"CS089", 301, "a Dutch postcode in small letters", [](ParsedMessage& m) { Home(m).postcode = "9471ab"; }, {}},
      {"CS089",
       301,
       "a German postcode",
       [](ParsedMessage& m) {
         Home(m).postcode = "26871";
         Home(m).country = "DE";
       },
       {}},
      {"CS139",
       305,
       "day unknown, but filled",
       [](ParsedMessage& m) { m.clients[0].birth_date_use = "1"; },
       {"Client/Geboortedatum/DatumGebruik"}},
      {"CS139",
       301,
       "month unknown, but filled, of a relation",
       [](ParsedMessage& m) {
         Relation& relation = m.clients[0].relations[1];
         relation.has_birth_day = true;
         relation.birth_day = D("1980-02-01");
         relation.birth_date_use = "2";
       },
       {At(kRelation2, "Geboortedatum/DatumGebruik")}},
      {"CS139",
       315,
       "all unknown, but the year filled",
       [](ParsedMessage& m) {
         m.clients[0].birth_day = D("2011-01-01");
         m.clients[0].birth_date_use = "3";
       },
       {"Client/Geboortedatum/DatumGebruik"}},
      {"CS139",
       307,
       "day and month unknown",
       [](ParsedMessage& m) {
         m.clients[0].birth_day = D("2011-01-01");
         m.clients[0].birth_date_use = "2";
       },
       {}},

      {"TR002",
       305,
       "born 120 years and a day ago",
       [](ParsedMessage& m) { m.clients[0].birth_day = D("1906-05-05"); },
       {"Client/Geboortedatum/Datum"}},
      {"TR002", 315, "born 120 years ago", [](ParsedMessage& m) { m.clients[0].birth_day = D("1906-05-06"); }, {}},
      {"TR002",
       301,
       "of unknown age",
       [](ParsedMessage& m) {
         m.clients[0].birth_day = D("1900-01-01");
         m.clients[0].birth_date_use = "3";
       },
       {}},
      {"TR006",
       301,
       "a contact without anything",
       [](ParsedMessage& m) { Contact2(m).has_phone = false; },
       {At(kRelation2, "Contact")}},
      {"TR006", 301, "a house and a postcode", nothing, {}},
      {"TR061", 301, "a temporary stay only", [](ParsedMessage& m) { Home(m).kind = "04"; }, {"Client/Contactgegevens"}},
      {"TR061", 301, "an address for post", [](ParsedMessage& m) { Home(m).kind = "02"; }, {}},
      {"TR101",
       317,
       "a number twice in one class",
       [](ParsedMessage& m) { m.change_request->unchanged.push_back(m.change_request->unchanged[0]); },
       {"Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[2]"}},
      {"TR134",
       301,
       "assigned the day after",
       [](ParsedMessage& m) { m.allocations[0].assigned_second = int64_t{D("2026-05-07")} * 86'400; },
       {At(kAllocation1, "Toewijzingsdatum")}},
      {"TR134",
       301,
       "assigned late on the day",
       [](ParsedMessage& m) { m.allocations[0].assigned_second = int64_t{D("2026-05-07")} * 86'400 - 1; },
       {}},
      {"TR134",
       305,
       "started the day after",
       [](ParsedMessage& m) { m.starts[0].start_day = D("2026-05-07"); },
       {"Client/StartProducten/StartProduct[1]/Begindatum"}},
      {"TR134",
       307,
       "born the day after",
       [](ParsedMessage& m) { m.clients[0].birth_day = D("2026-05-07"); },
       {"Client/Geboortedatum/Datum"}},
      {"TR134",
       323,
       "dated after its own message",
       [](ParsedMessage& m) { m.claim->dated_day = D("2026-05-07"); },
       {"Declaratie/DeclaratieDagtekening"}},
      {"TR134",
       325,
       "an answer to a claim of the day after",
       [](ParsedMessage& m) { m.header.claim_dated_day = D("2026-05-07"); },
       {"Header/DeclaratieIdentificatie/Dagtekening"}},
      {"TR134",
       307,
       "care that begins the day after",
       [](ParsedMessage& m) { m.stops[0].period = Days("2026-05-07", "2026-05-08"); },
       {"Client/StopProducten/StopProduct[1]/Begindatum"}},
      {"TR134",
       301,
       "a relation born the day after",
       [](ParsedMessage& m) {
         m.clients[0].relations[1].has_birth_day = true;
         m.clients[0].relations[1].birth_day = D("2026-05-07");
       },
       {At(kRelation2, "Geboortedatum/Datum")}},
      {"TR137",
       323,
       "a month that is not over",
       [](ParsedMessage& m) { m.header.dated_day = m.claim->dated_day = D("2026-04-29"); },
       {"Declaratie/DeclaratiePeriode/Einddatum", At(kLine1, "ProductPeriode/Einddatum"),
        At(kLine2, "ProductPeriode/Einddatum"), At(kLine3, "ProductPeriode/Einddatum")}},
      {"TR137",
       323,
       "on the last day of the month",
       [](ParsedMessage& m) { m.header.dated_day = m.claim->dated_day = D("2026-04-30"); },
       {}},
      {"TR302",
       301,
       "the same product at the same time",
       [](ParsedMessage& m) { m.allocations[1].product = m.allocations[0].product; },
       {"Client/ToegewezenProducten/ToegewezenProduct[2]/Product"}},
      {"TR302",
       301,
       "the later one comes first in the message",
       [](ParsedMessage& m) {
         m.allocations[1].product = m.allocations[0].product;
         m.allocations[1].period.start -= 1;
       },
       {At(kAllocation1, "Product")}},
      {"TR302",
       301,
       "one after the other",
       [](ParsedMessage& m) {
         m.allocations[1].product = m.allocations[0].product;
         m.allocations[0].period = Days("2026-01-12", "2026-06-30");
         m.allocations[1].period = Days("2026-07-01", "2026-12-31");
       },
       {}},
      {"TR302",
       301,
       "deleted",
       [](ParsedMessage& m) {
         m.allocations[1].product = m.allocations[0].product;
         m.allocations[1].change_reason = "13";
         m.allocations[1].period = Days("2026-02-01", "2026-02-01");
       },
       {}},
      {"TR302",
       301,
       "a category over one of its products",
       [](ParsedMessage& m) { m.allocations[1].product.clear(); },
       {"Client/ToegewezenProducten/ToegewezenProduct[2]/Product"}},
      {"TR302",
       301,
       "a product after the category began",
       [](ParsedMessage& m) {
         m.allocations[0].product.clear();
         m.allocations[1].period.start += 1;
       },
       {"Client/ToegewezenProducten/ToegewezenProduct[2]/Product"}},
      {"TR302",
       301,
       "a generic allocation over everything",
       [](ParsedMessage& m) {
         m.allocations[1].category.clear();
         m.allocations[1].volume.reset();
         m.allocations[1].budget = 900'000;
       },
       {"Client/ToegewezenProducten/ToegewezenProduct[2]/Product"}},
      {"TR302",
       301,
       "two aids of one category",
       [](ParsedMessage& m) {
         for (AllocatedProduct& a : m.allocations) {
           a.category = m.law == Law::kWmo ? "12" : "44";
           a.product = m.law == Law::kWmo ? "12X11" : a.product;
         }
       },
       {}},
      {"TR335",
       323,
       "care of more than five years ago",
       [](ParsedMessage& m) { Line(m, 0).period = Days("2021-05-01", "2021-05-05"); },
       {At(kLine1, "ProductPeriode/Einddatum")}},
      {"TR335",
       323,
       "care of five years ago",
       [](ParsedMessage& m) { Line(m, 0).period = Days("2021-05-01", "2021-05-06"); },
       {}},
      {"TR352",
       317,
       "of no allocation",
       [](ParsedMessage& m) {
         m.change_request->unchanged.clear();
         m.change_request->changed.clear();
       },
       {"Client/Verzoek"}},
      {"TR352", 317, "of one that changes", [](ParsedMessage& m) { m.change_request->unchanged.clear(); }, {}},
      {"TR353",
       317,
       "nothing changes",
       [](ParsedMessage& m) {
         m.change_request->changed.clear();
         m.change_request->added.clear();
       },
       {"Client/Verzoek"}},
      {"TR353", 317, "something comes", [](ParsedMessage& m) { m.change_request->changed.clear(); }, {}},
      {"TR377",
       319,
       "lives in a municipality that is not named",
       [](ParsedMessage& m) {
         m.reply->rejection_reason = "8";
         m.reply->municipality.clear();
       },
       {"Antwoord/Woonplaatsbeginsel"},
       Law::kYouth},
      {"TR377", 319, "lives elsewhere", nothing, {}, Law::kYouth},
      {"TR383",
       315,
       "a reference twice",
       [](ParsedMessage& m) { m.requests[1].reference = m.requests[0].reference; },
       {"Client/AangevraagdeProducten/AangevraagdProduct[2]/ReferentieAanbieder"}},
      {"TR383", 315, "two references", nothing, {}},
      {"TR386",
       315,
       "the same product at the same time",
       [](ParsedMessage& m) { m.requests[1].period.start = D("2026-08-31"); },
       {"Client/AangevraagdeProducten/AangevraagdProduct[2]/Product"}},
      {"TR386", 315, "one after the other", nothing, {}},
      {"TR409",
       319,
       "lives elsewhere, but refused for something else",
       [](ParsedMessage& m) { m.reply->rejection_reason = "3"; },
       {"Antwoord/Woonplaatsbeginsel"},
       Law::kYouth},
      {"TR409",
       319,
       "refused for something else",
       [](ParsedMessage& m) {
         m.reply->rejection_reason = "3";
         m.reply->municipality.clear();
       },
       {}},
      {"TR410",
       317,
       "the same product twice at the same time",
       [](ParsedMessage& m) { m.change_request->added.push_back(m.change_request->added[0]); },
       {"Client/Verzoek/NieuweProducten/NieuwProduct[2]/Product"}},
      {"TR410",
       317,
       "another product",
       [](ParsedMessage& m) {
         m.change_request->added.push_back(m.change_request->added[0]);
         m.change_request->added[1].product.back() = '6';
       },
       {}},
  };
}

std::vector<RuleCase> ClaimAndCareCases() {
  return {
      {"CD060",
       323,
       "a credit without what it credits",
       [](ParsedMessage& m) {
         Line(m, 0).amount.credit = true;
         m.claim->total = Debit(5000);
       },
       {At(kLine1, "ProductReferentie/VorigReferentieNummer")}},
      {"CD060",
       323,
       "a debit with what it credits",
       [](ParsedMessage& m) { Line(m, 2).previous_reference = "RN900"; },
       {At(kLine3, "ProductReferentie/VorigReferentieNummer")}},
      {"CD060",
       323,
       "a credit of an earlier message",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 0), "RN900");
         m.claim->total = Debit(5000);
       },
       {}},
      {"CD060",
       325,
       "a debit with what it credits",
       [](ParsedMessage& m) { Line(m, 0).previous_reference = "RN900"; },
       {"DeclaratieAntwoord/Clienten/Client[1]/Prestaties/Prestatie[1]/ProductReferentie/VorigReferentieNummer"}},

      {"CD075",
       301,
       "a budget without end",
       [](ParsedMessage& m) {
         GiveBudget(m);
         m.allocations[0].period.end = kOpenEnd;
       },
       {At(kAllocation1, "Einddatum")}},
      {"CD075", 301, "a budget with an end", [](ParsedMessage& m) { GiveBudget(m); }, {}},

      {"CD076",
       301,
       "a volume per week without end",
       [](ParsedMessage& m) { m.allocations[0].period.end = kOpenEnd; },
       {At(kAllocation1, "Einddatum")}},
      {"CD076",
       301,
       "a volume per month without end",
       [](ParsedMessage& m) {
         m.allocations[0].volume->frequency = "4";
         m.allocations[0].period.end = kOpenEnd;
       },
       {}},

      {"CD077",
       301,
       "a volume and a budget (CD077, CD078)",
       [](ParsedMessage& m) { m.allocations[0].budget = 900'000; },
       {At(kAllocation1, "Omvang"), absl::StrCat("CD078 @ ", At(kAllocation1, "Budget"))}},
      {"CD077", 301, "a budget only", [](ParsedMessage& m) { GiveBudget(m); }, {}},
      {"CD078",
       301,
       "neither volume nor budget",
       [](ParsedMessage& m) {
         GiveBudget(m);
         m.allocations[0].budget.reset();
       },
       {}},
      {"CD075",
       315,
       "a budget without end (CD075, CD077 to CD079)",
       [](ParsedMessage& m) {
         m.requests.pop_back();
         m.requests[0].product.clear();
         m.requests[0].budget = 250'000;
         m.requests[0].period.end = kOpenEnd;
       },
       {absl::StrCat(kRequest1, "/ToewijzingEinddatum"), absl::StrCat("CD077 @ ", kRequest1, "/Omvang"),
        absl::StrCat("CD078 @ ", kRequest1, "/Budget")}},
      {"CD076",
       315,
       "a volume per week without end",
       [](ParsedMessage& m) {
         m.requests.pop_back();
         m.requests[0].volume->frequency = "2";
         m.requests[0].period.end = kOpenEnd;
       },
       {absl::StrCat(kRequest1, "/ToewijzingEinddatum")}},
      {"CD079",
       315,
       "neither product nor budget",
       [](ParsedMessage& m) {
         m.requests.pop_back();
         m.requests[0].category.clear();
       },
       {absl::StrCat(kRequest1, "/Product")}},
      {"CS003",
       315,
       "ends before it begins",
       [](ParsedMessage& m) { m.requests[0].period = Days("2026-06-02", "2026-06-01"); },
       {absl::StrCat(kRequest1, "/ToewijzingEinddatum")}},

      {"CD079",
       301,
       "neither product nor budget",
       [](ParsedMessage& m) {
         m.allocations.pop_back();
         m.allocations[0].category.clear();
       },
       {At(kAllocation1, "Product")}},
      {"CD079",
       301,
       "a generic allocation",
       [](ParsedMessage& m) {
         m.allocations.pop_back();
         m.allocations[0].category.clear();
         m.allocations[0].volume.reset();
         m.allocations[0].budget = 900'000;
       },
       {}},

      {"CD087",
       323,
       "hours without tariff",
       [](ParsedMessage& m) { Line(m, 0).tariff.reset(); },
       {At(kLine1, "ProductTarief")}},
      {"CD087",
       323,
       "euros with tariff",
       [](ParsedMessage& m) {
         Line(m, 0).unit = "83";
         Line(m, 0).volume = 5000;
       },
       {At(kLine1, "ProductTarief")}},

      {"CD087",
       323,
       "euros without tariff",
       [](ParsedMessage& m) {
         Line(m, 0).unit = "83";
         Line(m, 0).tariff.reset();
         Line(m, 0).volume = 5000;
       },
       {}},

      {"CS002", 301, "two digits changed places", [](ParsedMessage& m) { m.clients[0].bsn = "999900060"; }, {"Client/Bsn"}},
      {"CS002",
       323,
       "the second client",
       [](ParsedMessage& m) { m.clients[1].bsn = "123456789"; },
       {"Declaratie/Clienten/Client[2]/Bsn"}},
      {"CS002",
       325,
       "all zeros",
       [](ParsedMessage& m) { m.clients[0].bsn = "000000000"; },
       {"DeclaratieAntwoord/Clienten/Client[1]/Bsn"}},
      {"CS002", 305, "another test number", [](ParsedMessage& m) { m.clients[0].bsn = "999999990"; }, {}},

      {"CS003",
       301,
       "an allocation that ends before it begins",
       [](ParsedMessage& m) { m.allocations[0].period = Days("2026-03-02", "2026-03-01"); },
       {At(kAllocation1, "Einddatum")}},
      {"CS003",
       301,
       "an allocation of one day",
       [](ParsedMessage& m) { m.allocations[0].period = Days("2026-03-02", "2026-03-02"); },
       {}},
      {"CS003",
       301,
       "an address that ends before it begins",
       [](ParsedMessage& m) {
         Address& address = m.clients[0].addresses.emplace_back(m.clients[0].addresses[0]);
         address.kind = "04";
         address.has_period = address.has_start = true;
         address.period = Days("2026-03-02", "2026-03-01");
       },
       {"Client/Contactgegevens/Contact[2]/Periode/Einddatum"}},
      {"CS003",
       323,
       "a line that ends before it begins",
       [](ParsedMessage& m) { Line(m, 1).period = Days("2026-04-20", "2026-04-19"); },
       {At(kLine2, "ProductPeriode/Einddatum")}},

      {"CS058",
       305,
       "status 2",
       [](ParsedMessage& m) { m.starts[0].status = "2"; },
       {"Client/StartProducten/StartProduct[1]/StatusAanlevering"}},
      {"CS058",
       307,
       "status 9",
       [](ParsedMessage& m) { m.stops[0].status = "9"; },
       {"Client/StopProducten/StopProduct[1]/StatusAanlevering"}},
      {"CS058", 307, "a removal", [](ParsedMessage& m) { m.stops[0].status = "3"; }, {}},

      {"CS325",
       323,
       "nothing, credit",
       [](ParsedMessage& m) {
         Line(m, 0).volume = 0;
         Line(m, 0).amount = Credit(0);
         Line(m, 0).previous_reference = "RN900";
         m.claim->total = Debit(10'000);
       },
       {At(kLine1, "IngediendBedrag/DebetCredit")}},
      {"CS325",
       323,
       "debit and credit in balance",
       [](ParsedMessage& m) {
         m.claim->lines.pop_back();
         m.clients.pop_back();
         MakeCredit(Line(m, 1), "RN900");
         m.claim->total = Debit(0);
       },
       {}},
      {"CS325",
       325,
       "nothing granted, credit",
       [](ParsedMessage& m) {
         m.answer->submitted = Debit(5000);
         m.answer->granted = Credit(0);
       },
       {"DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit"}},

      {"CS335",
       301,
       "deleted, but not empty",
       [](ParsedMessage& m) { m.allocations[0].change_reason = "13"; },
       {At(kAllocation1, "RedenWijziging")}},
      {"CS335",
       301,
       "deleted",
       [](ParsedMessage& m) {
         m.allocations[0].change_reason = "13";
         m.allocations[0].period = Days("2026-01-12", "2026-01-12");
       },
       {}},
      {"CS336",
       301,
       "the reason that is gone",
       [](ParsedMessage& m) { m.allocations[0].change_reason = "01"; },
       {At(kAllocation1, "RedenWijziging")}},
      {"CS336", 301, "administrative correction", [](ParsedMessage& m) { m.allocations[0].change_reason = "14"; }, {}},

      {"CS337",
       323,
       "a line over the turn of a month (D4)",
       [](ParsedMessage& m) { Line(m, 0).period = Days("2026-03-15", "2026-04-15"); },
       {At(kLine1, "ProductPeriode")}},
      {"CS337",
       323,
       "the same month of two years",
       [](ParsedMessage& m) { Line(m, 0).period = Days("2025-04-01", "2026-04-30"); },
       {At(kLine1, "ProductPeriode")}},
      {"CS337", 323, "an earlier month", [](ParsedMessage& m) { Line(m, 0).period = Days("2026-02-01", "2026-02-28"); }, {}},

      {"CS339",
       323,
       "euros that are not the amount",
       [](ParsedMessage& m) {
         Line(m, 0).unit = "83";
         Line(m, 0).tariff.reset();
         Line(m, 0).volume = 4999;
       },
       {At(kLine1, "IngediendBedrag/Bedrag")}},
      {"CS339",
       323,
       "euros that are the amount",
       [](ParsedMessage& m) {
         Line(m, 0).unit = "83";
         Line(m, 0).tariff.reset();
         Line(m, 0).volume = 5000;
       },
       {}},

      {"CS340",
       323,
       "a month less a day",
       [](ParsedMessage& m) { m.claim->period = Days("2026-04-01", "2026-04-29"); },
       {"Declaratie/DeclaratiePeriode"}},
      {"CS340",
       323,
       "two months",
       [](ParsedMessage& m) { m.claim->period = Days("2026-03-01", "2026-04-30"); },
       {"Declaratie/DeclaratiePeriode"}},
      {"CS340",
       323,
       "February of a leap year",
       [](ParsedMessage& m) {
         m.claim->period = Days("2024-02-01", "2024-02-29");
         for (ClaimLine& line : m.claim->lines) line.period = m.claim->period;
       },
       {}},

      {"TR018",
       307,
       "a stop before the start",
       [](ParsedMessage& m) { m.stops[0].period = Days("2026-03-02", "2026-03-01"); },
       {"Client/StopProducten/StopProduct[1]/Einddatum"}},
      {"TR018",
       307,
       "a stop on the day of the start",
       [](ParsedMessage& m) { m.stops[0].period = Days("2026-03-02", "2026-03-02"); },
       {}},

      {"TR101",
       301,
       "an allocation twice",
       [](ParsedMessage& m) { m.allocations[1].number = m.allocations[0].number; },
       {"Client/ToegewezenProducten/ToegewezenProduct[2]"}},
      {"TR101",
       301,
       "a relation twice (OP071)",
       [](ParsedMessage& m) {
         m.clients[0].relations = {testing::TestRelation("7"), testing::TestRelation("8"), testing::TestRelation("7")};
       },
       {"Client/Relaties/Relatie[3]/Nummer"}},
      {"TR101",
       305,
       "a start twice, once removed (IV008)",
       [](ParsedMessage& m) {
         m.starts.push_back(m.starts[0]);
         m.starts[1].status = "3";
       },
       {"Client/StartProducten/StartProduct[2]"}},
      {"TR101",
       305,
       "another begin",
       [](ParsedMessage& m) {
         m.starts.push_back(m.starts[0]);
         m.starts[1].start_day += 1;
       },
       {}},
      {"TR101",
       307,
       "a stop twice",
       [](ParsedMessage& m) { m.stops.push_back(m.stops[0]); },
       {"Client/StopProducten/StopProduct[2]"}},
      {"TR101",
       307,
       "another reason",
       [](ParsedMessage& m) {
         m.stops.push_back(m.stops[0]);
         m.stops[1].reason = "20";
       },
       {}},
      {"TR101",
       323,
       "a reference twice, over clients",
       [](ParsedMessage& m) { Line(m, 2).reference = "RN001"; },
       {At(kLine3, "ProductReferentie/ReferentieNummer")}},
      {"TR101",
       325,
       "a reference twice",
       [](ParsedMessage& m) {
         m.answer->lines.push_back(m.answer->lines[0]);
         m.answer->granted = Debit(5000);
       },
       {"DeclaratieAntwoord/Clienten/Client[1]/Prestaties/Prestatie[2]/ProductReferentie/ReferentieNummer"}},

      {"TR315",
       323,
       "one debit credited twice",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 0), "RN900");
         MakeCredit(Line(m, 2), "RN900");
         m.claim->total = Credit(5000);
       },
       {At(kLine3, "ProductReferentie/VorigReferentieNummer")}},
      {"TR315",
       323,
       "two debits credited",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 0), "RN900");
         MakeCredit(Line(m, 2), "RN901");
         m.claim->total = Credit(5000);
       },
       {}},
      {"TR316",
       323,
       "a debit credited in its own message",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 2), "RN002");
         m.claim->total = Debit(5000);
       },
       {At(kLine3, "ProductReferentie/VorigReferentieNummer")}},
      {"TR316",
       323,
       "the credit of an earlier debit with the new debit (T-28, OP366, IV086)",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 0), "RN900");
         Line(m, 1) = TestLine(m.law, 0, 1, "RN901");
         Line(m, 1).allocation = Line(m, 0).allocation;
         m.claim->total = Debit(5000);
       },
       {}},

      {"TR342",
       325,
       "a rejected line that does not explain the difference",
       [](ParsedMessage& m) { m.answer->granted = Debit(9000); },
       {"DeclaratieAntwoord/TotaalToegekendBedrag"}},
      {"TR342",
       325,
       "a rejected claim with money granted",
       [](ParsedMessage& m) {
         m.answer->return_codes = {"9333"};
         m.answer->lines.clear();
         m.clients.clear();
       },
       {"DeclaratieAntwoord/TotaalToegekendBedrag"}},
      {"TR342",
       325,
       "a rejected claim",
       [](ParsedMessage& m) {
         m.answer->return_codes = {"9333"};
         m.answer->lines.clear();
         m.clients.clear();
         m.answer->granted = Debit(0);
       },
       {}},
      {"TR342",
       325,
       "all granted",
       [](ParsedMessage& m) {
         m.answer->return_codes = {"8001"};
         m.answer->lines.clear();
         m.clients.clear();
         m.answer->granted = m.answer->submitted;
       },
       {}},
      {"TR342",
       325,
       "a rejected credit leaves more granted than was asked",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 0), "RN900");
         m.answer->submitted = Debit(5000);
         m.answer->granted = Debit(10'000);
       },
       {}},
      {"TR342",
       325,
       "rejected in the header",
       [](ParsedMessage& m) {
         m.answer.reset();
         m.clients.clear();
       },
       {}},

      {"TR358",
       323,
       "a total that is not the sum",
       [](ParsedMessage& m) { m.claim->total = Debit(15'001); },
       {"Declaratie/TotaalIngediendBedrag"}},
      {"TR358",
       323,
       "a sum on the wrong side",
       [](ParsedMessage& m) { m.claim->total = Credit(15'000); },
       {"Declaratie/TotaalIngediendBedrag"}},
      {"TR358",
       323,
       "debits 5000 and 24000, credit 5000",
       [](ParsedMessage& m) {
         Line(m, 1).volume = 16;
         Line(m, 1).tariff = 1500;
         Line(m, 1).amount = Debit(24'000);
         MakeCredit(Line(m, 2), "RN900");
         m.claim->total = Debit(24'000);
       },
       {}},
      {"TR358",
       323,
       "more credit than debit",
       [](ParsedMessage& m) {
         MakeCredit(Line(m, 1), "RN900");
         MakeCredit(Line(m, 2), "RN902");
         m.claim->total = Credit(5000);
       },
       {}},

      {"TR416",
       323,
       "the same debit twice",
       [](ParsedMessage& m) {
         Line(m, 1).allocation = Line(m, 0).allocation;
         Line(m, 1).product = Line(m, 0).product;
       },
       {kLine2}},
      {"TR416",
       323,
       "a debit of another month",
       [](ParsedMessage& m) {
         Line(m, 1).allocation = Line(m, 0).allocation;
         Line(m, 1).product = Line(m, 0).product;
         Line(m, 1).period = Days("2026-03-01", "2026-03-31");
       },
       {}},

      {"TR319",
       323,
       "a month after the declared one",
       [](ParsedMessage& m) {
         m.claim->period = Days("2026-03-01", "2026-03-31");
         Line(m, 1).period = Line(m, 2).period = m.claim->period;
       },
       {At(kLine1, "ProductPeriode")}},
      {"TR319",
       323,
       "a month before the declared one (IV090)",
       [](ParsedMessage& m) { Line(m, 0).period = Days("2026-02-01", "2026-02-28"); },
       {}},
      {"TR346",
       323,
       "an amount that is not volume times tariff",
       [](ParsedMessage& m) {
         Line(m, 0).amount = Debit(5001);
         m.claim->total = Debit(15'001);
       },
       {At(kLine1, "IngediendBedrag/Bedrag")}},
      {"TR346",
       323,
       "minutes of an hour tariff (IV081)",
       [](ParsedMessage& m) {
         Line(m, 0).unit = "01";
         Line(m, 0).volume = 95;
         Line(m, 0).tariff = 92;
         Line(m, 0).amount = Debit(8708);
         m.claim->total = Debit(18'708);
       },
       {}},
  };
}

std::vector<RuleCase> Cases() {
  std::vector<RuleCase> cases = ClaimAndCareCases();
  for (RuleCase& c : PersonAndRequestCases()) cases.push_back(std::move(c));
  return cases;
}

// "TR101 @ place" of every finding of a case. A place may name another rule itself.
std::vector<std::string> Expected(const RuleCase& c) {
  std::vector<std::string> expected;
  for (const std::string& place : c.places) {
    expected.push_back(absl::StrContains(place, " @ ") ? place : absl::StrCat(c.rule, " @ ", place));
  }
  return expected;
}

TEST(CheckMessage, JudgesEachRuleBothWaysUnderBothLaws) {
  for (const Law law : kLaws) {
    for (const RuleCase& c : Cases()) {
      if (c.law.value_or(law) != law) continue;
      EXPECT_THAT(Short(Judge(law, c.number, c.edit)), ::testing::ElementsAreArray(Expected(c))) << c.rule << ": " << c.what;
    }
  }
}

TEST(CheckMessage, HasAPositiveAndANegativeCaseOfEveryRule) {
  std::set<std::string> broken, kept;
  for (const RuleCase& c : Cases()) {
    if (c.places.empty()) kept.insert(std::string(c.rule));
    for (const std::string& finding : Expected(c)) broken.insert(finding.substr(0, finding.find(' ')));
  }
  for (const Rule& rule : Rules()) {
    if (rule.check == nullptr) continue;
    EXPECT_EQ(broken.count(std::string(rule.id)), 1u) << rule.id;
    EXPECT_EQ(kept.count(std::string(rule.id)), 1u) << rule.id;
  }
}

TEST(CheckMessage, LetsHistoryBefore2021Through) {  // no CS100, CS338, CD080, CD095, CD096
  EXPECT_THAT(Short(Judge(Law::kYouth, 323,
                          [](ParsedMessage& m) {
                            m.header.dated_day = m.claim->dated_day = D("2017-05-06");
                            m.claim->period = Days("2017-04-01", "2017-04-30");
                            for (ClaimLine& line : m.claim->lines) line.period = m.claim->period;
                          })),
              ::testing::IsEmpty());
  EXPECT_THAT(Short(Judge(Law::kYouth, 301,
                          [](ParsedMessage& m) {
                            m.allocations[0].volume = {.volume = 1, .unit = "14", .frequency = "1"};
                            m.allocations[1].category = "44";
                            m.allocations[1].product.clear();
                          })),
              ::testing::IsEmpty());
}

// TR302 by its text: a product, at the level of the category where a code is missing, of everything where that is missing.
bool IsSameProduct(Law law, const AllocatedProduct& a, const AllocatedProduct& b) {
  const auto is_aid = [&](const AllocatedProduct& p) { return law == Law::kWmo && p.category >= "11" && p.category <= "14"; };
  if (is_aid(a) || is_aid(b)) return false;
  if (a.category.empty() || b.category.empty()) return true;
  return a.category == b.category && (a.product.empty() || b.product.empty() || a.product == b.product);
}

TEST(CheckMessage, FindsTheOverlapsThatComparingAllPairsFinds) {  // TR302
  std::mt19937 random(302);
  int found = 0, free = 0;
  for (int round = 0; round < 2000; ++round) {
    const Law law = kLaws[round % 2];
    ParsedMessage m = testing::AllocationMessage(law);
    m.allocations.clear();
    const int count = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < count; ++i) {
      AllocatedProduct& a = m.allocations.emplace_back(testing::TestAllocation(law, i));
      const std::vector<std::string> categories =
          law == Law::kWmo ? std::vector<std::string>{"", "02", "07", "12"} : std::vector<std::string>{"", "44", "45"};
      a.category = categories[random() % categories.size()];
      const int code = static_cast<int>(random() % 3);
      a.product = a.category.empty() || code == 0 ? "" : absl::StrCat(a.category, "A0", code);
      a.period.start = D("2026-01-01") + static_cast<Day>(random() % 100);
      a.period.end = a.period.start + 1 + static_cast<Day>(random() % 30);
      if (random() % 8 == 0) a.period.end = kOpenEnd;
      if (random() % 8 == 0) {
        a.change_reason = "13";
        a.period.end = a.period.start + 1;
      }
    }
    std::vector<std::string> expected;
    for (size_t i = 0; i < m.allocations.size(); ++i) {
      const AllocatedProduct& later = m.allocations[i];
      bool overlaps = false;
      for (size_t j = 0; j < m.allocations.size(); ++j) {
        const AllocatedProduct& earlier = m.allocations[j];
        if (std::pair(earlier.period.start, j) >= std::pair(later.period.start, i)) continue;
        overlaps = overlaps || (!earlier.Deleted() && !later.Deleted() && earlier.period.Overlaps(later.period) &&
                                IsSameProduct(law, earlier, later));
      }
      if (overlaps) expected.push_back(absl::StrCat("TR302 @ ", AllocationPlace(i), "/Product"));
      ++(overlaps ? found : free);
    }
    std::vector<std::string> said;
    for (const std::string& line : Short(CheckMessage(m))) {
      if (absl::StartsWith(line, "TR302")) said.push_back(line);
    }
    ASSERT_EQ(said, expected) << "round " << round;
  }
  EXPECT_GT(found, 1000);
  EXPECT_GT(free, 1000);
}

TEST(CheckMessage, SaysSoWhenThereIsMore) {
  const std::vector<Finding> findings = Judge(Law::kYouth, 323, [](ParsedMessage& m) {
    m.claim->lines.clear();
    m.clients.resize(1);
    for (int i = 0; i < 300; ++i) m.claim->lines.push_back(TestLine(m.law, 0, i, "RN001"));
    m.claim->total = Debit(300 * 5000);
  });
  ASSERT_EQ(findings.size(), static_cast<size_t>(kMaxFindings) + 1);
  EXPECT_EQ(findings.back().place, "en meer plaatsen");
}

TEST(Rules, AreWhatAPersonCanActOn) {
  std::set<std::string> ids;
  int level = 0;
  std::string previous;
  for (const Rule& rule : Rules()) {
    EXPECT_TRUE(ids.insert(std::string(rule.id)).second) << rule.id;
    EXPECT_GE(rule.level, level) << rule.id;
    EXPECT_TRUE(rule.level > level || rule.id > previous) << rule.id;
    level = rule.level;
    previous = std::string(rule.id);
    // What a message says of itself is judged by CheckMessage; the rest by History and CheckExternal.
    EXPECT_EQ(rule.level == 2 || rule.id == "TR319" || rule.id == "TR346", rule.check != nullptr) << rule.id;
    EXPECT_EQ(rule.level == 2, rule.return_code == "0001") << rule.id;
    // Nothing is refused for a rule of the process (OP095), and there is no answer to a 325 (domain-standards 3.3).
    const bool unanswered = rule.level == 5 || rule.id == "TR337" || rule.id == "TR371" || rule.id == "TR376";
    EXPECT_EQ(rule.return_code.size(), unanswered ? 0u : 4u) << rule.id;
    EXPECT_NE(rule.messages, 0u) << rule.id;
    EXPECT_TRUE(absl::EndsWith(rule.text, ".")) << rule.id;
  }
  for (const absl::string_view id : {"TR019", "TR056", "TR307", "TR308", "TR321", "TR332", "TR338"}) {
    EXPECT_EQ(RuleById(id).level, 3) << id;
  }
}

TEST(FindingOf, NamesWhoCanMendItAndWhetherTheMessageCounts) {
  const Finding wrong = FindingOf(RuleById("CS002"), MessageType::kAllocation, "Client/Bsn");
  EXPECT_EQ(wrong.owner, "gemeente");
  EXPECT_TRUE(wrong.fatal);
  EXPECT_EQ(wrong.return_code, "0001");
  const Finding doubtful = FindingOf(RuleById("TR321"), MessageType::kClaim, "Declaratie");
  EXPECT_EQ(doubtful.owner, "aanbieder");
  EXPECT_FALSE(doubtful.fatal);
  EXPECT_EQ(doubtful.return_code, "9321");
}

}  // namespace
}  // namespace nmd::ingestion
