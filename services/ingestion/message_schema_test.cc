// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/message_schema.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/official_schema.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using testing::kLaws;
using testing::kTypes;
using testing::OfficialFolder;
using testing::OfficialSchema;
using testing::ReadFile;
using testing::SchemaPath;

void ExpectSoundTable(const Element& element, int depth) {
  ASSERT_LT(depth, 16) << element.name;
  EXPECT_NE(element.type == nullptr, element.children.empty()) << element.name;
  EXPECT_LE(element.children.size(), 32u) << element.name;
  for (size_t i = 0; i < element.children.size(); ++i) {
    const Element& child = element.children[i];
    EXPECT_EQ((element.required >> i & 1) == 0, child.optional) << child.name;
    EXPECT_FALSE(child.repeated && child.optional) << child.name;
    ExpectSoundTable(child, depth + 1);
  }
}

TEST(SchemaOf, IsAWellFormedTableForEachMessage) {
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      const MessageSchema* schema = SchemaOf(law, static_cast<int>(type));
      ASSERT_NE(schema, nullptr);
      EXPECT_EQ(schema->type, type);
      ExpectSoundTable(schema->root, 0);
    }
    for (const int number : {300, 303, 304, 309, 321, 324, 326}) EXPECT_EQ(SchemaOf(law, number), nullptr);
  }
}

// A 301 with everything in it that the other samples leave out.
std::string FullAllocation(Law law) {
  const std::string phones =
      "</m:Adres>\n<m:Organisatie>Stichting</m:Organisatie>\n<m:Telefoon>\n<b:Telefoon01>\n"
      "<b:Telefoonnummer>0592123456</b:Telefoonnummer>\n<b:Landnummer>31</b:Landnummer>\n</b:Telefoon01>\n<b:Telefoon02>\n"
      "<b:Telefoonnummer>0612345678</b:Telefoonnummer>\n<b:Landnummer>31</b:Landnummer>\n</b:Telefoon02>\n</m:Telefoon>\n"
      "<m:Emailadres>a@voorbeeld.nl</m:Emailadres>\n";
  const std::string about =
      "</m:Naam>\n<m:Communicatie>\n<b:Vorm>1</b:Vorm>\n<b:Taal>Fries</b:Taal>\n</m:Communicatie>\n"
      "<m:JuridischeStatus>04</m:JuridischeStatus>\n<m:WettelijkeVertegenwoordiging>06</m:WettelijkeVertegenwoordiging>\n"
      "<m:Commentaar>Bel eerst.</m:Commentaar>\n<m:Relaties>\n";
  ParsedMessage m = testing::AllocationMessage(law);
  Client& client = m.clients[0];
  client.birth_date_use = "1";
  client.name.partner_surname = "Bedacht";
  client.name.partner_prefix = "de";
  client.addresses[0].house_addition = "bis";
  client.addresses[0].house_indication = "TO";
  client.addresses[0].has_period = client.addresses[0].has_start = true;
  client.addresses[0].period = testing::Days("2025-01-01", "2025-12-31");
  m.allocations[0].reference = "ref-1";
  m.allocations[0].change_reason = "14";
  m.allocations[1].volume.reset();
  m.allocations[1].budget = 900'000;
  std::string text = testing::Render(m);
  text = absl::StrReplaceAll(text, {{"</m:Naam>\n<m:Relaties>\n", about}, {"</m:Adres>\n", phones}});
  return absl::StrReplaceAll(text, {{"<m:Soort>10</m:Soort>\n",
                                     "<m:Volgorde>1</m:Volgorde>\n<m:Soort>10</m:Soort>\n<m:Geboortedatum>\n"
                                     "<b:Datum>1980-01-01</b:Datum>\n</m:Geboortedatum>\n<m:Geslacht>1</m:Geslacht>\n"}});
}

// A 315 or 317 with the elements that exclude those of the other sample.
std::string WithBudgets(Law law, MessageType type) {
  ParsedMessage m = testing::SoundMessage(law, type);
  const auto change = [](auto& rows) {
    for (auto& row : rows) {
      row.volume.reset();
      row.budget = 250'000;
      row.category.clear();
    }
  };
  for (RequestedProduct& request : m.requests) {
    request.decision_number = 7;
    request.decision_start = request.period.start;
    request.referrer_name = "Praktijk";
  }
  change(m.requests);
  if (m.change_request.has_value()) {
    change(m.change_request->changed);
    change(m.change_request->added);
  }
  return absl::StrReplaceAll(testing::Render(m),
                             {{"</m:Verwijzer>\n",
                               "</m:Verwijzer>\n<m:Raamcontract>2</m:Raamcontract>\n"
                               "<m:Commentaar>Bel eerst.</m:Commentaar>\n"},
                              {"<m:AangevraagdeProducten>", "<m:Commentaar>Spoed.</m:Commentaar>\n<m:AangevraagdeProducten>"}});
}

// Values that are at the edge of some type, or just over it.
std::vector<std::string> Values() {
  std::vector<std::string> values = {
      "",
      " ",
      "x",
      "X1",
      "é",
      "a\nb",
      " 3 ",
      "3",
      "03",
      "+3",
      "-3",
      "-0",
      "0",
      "00",
      "000",
      "1",
      "01",
      " 01",
      "2",
      "9",
      "13",
      "14",
      "19",
      "31",
      "45",
      "83",
      "99",
      "100",
      "436",
      "414",
      "0001",
      "9321",
      "9999",
      "1730",
      "173",
      "17300",
      "41000001",
      "410000012",
      "123456",
      "99999",
      "100000",
      "99999999",
      "100000000",
      "999999999",
      "1000000000",
      "999999999999",
      "1000000000000",
      "1.5",
      "1e3",
      "1.0.0",
      "1.00.0",
      "12.3.45",
      "1.0",
      "1.0.0.0",
      "C",
      "D",
      "c",
      "NL",
      "nl",
      "XX",
      "AB",
      "AV",
      "DN-1",
      "DN001",
      "12345678901234567890",
      "123456789012345678901",
      "0592-12",
      "2026-04-30",
      "2026-02-29",
      "2024-02-29",
      "2026-04-31",
      "2026-13-01",
      "2026-00-10",
      "2026-4-3",
      " 2026-04-30 ",
      "2026-04-30Z",
      "2026-04-30+01:00",
      "20260430",
      "1900-01-01",
      "10:30:00",
      "10:30:00.5",
      "10:30",
      "24:00:00",
      "24:00:01",
      "23:59:60",
      "10:30:00Z",
      "10:30:00+01:00",
      "1:30:00",
      "10:30:00.",
      "ÀÉỳ",
      "A.",
      "A B",
      "ABCDEFG",
      "ab&amp;cd",
      "<![CDATA[1]]>",
      "&#49;",
      "&#10;",
      "<!-- x -->1",
      "1<?p q?>",
      "\t",
      "\n",
  };
  for (const int size : {4, 5, 6, 10, 11, 12, 13, 15, 16, 20, 21, 24, 25, 26, 35, 36, 37, 80, 81, 200, 201}) {
    values.push_back(std::string(static_cast<size_t>(size), 'a'));
  }
  for (const int size : {1, 4, 5, 24, 25}) {
    std::string text;
    for (int i = 0; i < size; ++i) text += "é";
    values.push_back(text);
  }
  return values;
}

// Everything that can be done to one line of a message that has one tag or one value a line.
std::vector<std::string> Mutations(const std::vector<std::string>& lines, size_t at, const std::vector<std::string>& values) {
  std::vector<std::string> texts;
  const auto with = [&](size_t index, std::vector<std::string> replacement) {
    std::vector<std::string> copy = lines;
    copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(index));
    copy.insert(copy.begin() + static_cast<std::ptrdiff_t>(index), replacement.begin(), replacement.end());
    texts.push_back(absl::StrJoin(copy, "\n"));
  };
  const std::string& line = lines[at];
  const size_t close = line.find('>'), end = line.rfind("</");
  with(at, {});
  with(at, {line, line});
  with(at, {"tekst", line});
  with(at, {"<!-- opmerking -->", "&#32;", line});
  with(at, {"<m:Anders/>", line});
  if (at + 1 < lines.size()) {
    std::vector<std::string> copy = lines;
    std::swap(copy[at], copy[at + 1]);
    texts.push_back(absl::StrJoin(copy, "\n"));
  }
  if (close != std::string::npos && !absl::StartsWith(line, "<?") && !absl::StartsWith(line, "</")) {
    with(at, {line.substr(0, close) + " soort=\"1\"" + line.substr(close)});
    with(at, {line.substr(0, close) +
              " xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" x:noNamespaceSchemaLocation=\"\"" + line.substr(close)});
  }
  if (end != std::string::npos && end > close) {
    const std::string open = line.substr(0, close + 1), shut = line.substr(end);
    for (const std::string& value : values) with(at, {open + value + shut});
    with(at, {open + line + shut});
    with(at, {absl::StrReplaceAll(line, {{"<m:", "<b:"}, {"</m:", "</b:"}})});
    with(at, {absl::StrReplaceAll(line, {{"<b:", "<m:"}, {"</b:", "</m:"}})});
  }
  return texts;
}

// Trims indentation, so that official samples have one tag or value a line at its begin, and calls the prefixes m and b.
std::vector<std::string> LinesOf(const std::string& text, Law law, int number) {
  std::vector<std::string> lines;
  const std::string own = SourceName(law, number), base = law == Law::kYouth ? "ijw" : "iwmo";
  for (const absl::string_view line : absl::StrSplit(text, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    lines.push_back(absl::StrReplaceAll(absl::StripAsciiWhitespace(line), {{absl::StrCat("<", own, ":"), "<m:"},
                                                                           {absl::StrCat("</", own, ":"), "</m:"},
                                                                           {absl::StrCat("<", base, ":"), "<b:"},
                                                                           {absl::StrCat("</", base, ":"), "</b:"},
                                                                           {absl::StrCat("xmlns:", own, "="), "xmlns:m="},
                                                                           {absl::StrCat("xmlns:", base, "="), "xmlns:b="}}));
  }
  return lines;
}

TEST(ReadMessage, GivesTheVerdictOfTheOfficialSchemas) {
  const std::filesystem::path root = OfficialFolder();
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no official schemas at ../shared/istandaarden";
  const std::vector<std::string> values = Values();
  int64_t judged = 0, accepted = 0;
  for (const Law law : kLaws) {
    const std::filesystem::path folder = root / (law == Law::kYouth ? "ijw-3.2" : "iwmo-3.2");
    for (const MessageType type : kTypes) {
      const int number = static_cast<int>(type);
      const std::string file = absl::StrCat(law == Law::kYouth ? "JW" : "WMO", number);
      const OfficialSchema schema(SchemaPath(root, law, type).string());
      std::vector<std::string> samples = {testing::Render(testing::SoundMessage(law, type))};
      if (type == MessageType::kAllocation) samples.push_back(FullAllocation(law));
      if (number >= 315 && number <= 318) samples.push_back(WithBudgets(law, type));
      const std::filesystem::path sample_path = folder / "samples" / (file + ".xml");
      if (std::filesystem::exists(sample_path)) {
        std::string sample = ReadFile(sample_path);
        // Two official samples are wrong at level 1 (domain-standards 3.9): refused as they are, right when mended.
        const std::string mended = absl::StrReplaceAll(
            sample, {{"2027-06-31", "2027-06-30"},
                     {"</jw318:RedenVerzoek>\r\n\t\t\t<jw318:RetourCode>9350</jw318:RetourCode>", "</jw318:RedenVerzoek>"}});
        if (file == "JW315" || file == "JW318") {
          EXPECT_NE(sample, mended) << file;
          EXPECT_FALSE(schema.Accepts(sample)) << file;
          EXPECT_FALSE(ReadMessage(sample).ok()) << file;
        }
        samples.push_back(mended);
      }
      std::set<std::string>
          tried;  // an element gets all values once per schema, and every other mutation once after each predecessor
      for (const std::string& sample : samples) {
        ASSERT_TRUE(schema.Accepts(sample)) << file;
        ASSERT_TRUE(ReadMessage(sample).ok()) << file << ReadMessage(sample).findings[0].text;
        const std::vector<std::string> lines = LinesOf(sample, law, number);
        for (size_t at = 0; at < lines.size(); ++at) {
          const std::string tag = lines[at].substr(0, lines[at].find('>'));
          const std::string before = at == 0 ? "" : lines[at - 1].substr(0, lines[at - 1].find('>'));
          if (!tried.insert(absl::StrCat(before, " ", tag)).second) continue;
          const bool is_new = tried.insert(tag).second;
          for (const std::string& text : Mutations(lines, at, is_new ? values : std::vector<std::string>())) {
            const ReadResult result = ReadMessage(text);
            ++judged;
            accepted += result.ok();
            ASSERT_EQ(result.ok(), schema.Accepts(text))
                << file << ", line " << at + 1 << ": "
                << (result.ok() ? "" : result.findings[0].place + ": " + result.findings[0].text) << "\n"
                << text;
          }
        }
      }
    }
  }
  // Both verdicts must be well represented, or the test proves nothing.
  EXPECT_GT(judged, 10'000);
  EXPECT_GT(accepted, judged / 20);
  RecordProperty("judged", static_cast<int>(judged));
  RecordProperty("accepted", static_cast<int>(accepted));
}

}  // namespace
}  // namespace nmd::ingestion
