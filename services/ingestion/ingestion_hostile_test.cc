// SPDX-License-Identifier: EUPL-1.2
// What hostile and broken files get: a delivery that is kept and refused, with a finding somebody can act on; never a crash, an
// error of the call, or a value of the file in the finding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_ingestion.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using testing::AllocationMessage;
using testing::ClaimMessage;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Render;
using ::testing::SizeIs;
using testing::StartMessage;
using ::testing::StartsWith;
using testing::ZipOf;

std::string Repeated(absl::string_view text, int count) {
  std::string all;
  all.reserve(text.size() * static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) absl::StrAppend(&all, text);
  return all;
}

// ASCII text as UTF-16 or UTF-32: so many zeros before and after each character.
std::string Wide(absl::string_view text, int before, int after) {
  std::string wide;
  for (const char c : text) {
    wide.append(static_cast<size_t>(before), '\0');
    wide += c;
    wide.append(static_cast<size_t>(after), '\0');
  }
  return wide;
}

std::string WithDoctype(absl::string_view doctype, absl::string_view value) {
  return absl::StrReplaceAll(Render(StartMessage(Law::kYouth)), {{"<m:Bericht", absl::StrCat(doctype, "\n<m:Bericht")},
                                                                 {"<b:Achternaam>", absl::StrCat("<b:Achternaam>", value)}});
}

struct Hostile {
  const char* what;
  std::string bytes;
  const char* rule;
  const char* says;  // The finding, or a part of it.
};

std::vector<Hostile> Files() {
  const std::string start = Render(StartMessage(Law::kYouth)), claim = Render(ClaimMessage(Law::kYouth));
  const auto edited = [](const std::string& text, absl::string_view from, absl::string_view to) {
    std::string changed = absl::StrReplaceAll(text, {{from, to}});
    EXPECT_NE(changed, text) << from;
    return changed;
  };
  const auto valued = [&](const std::string& text, const std::string& element, const std::string& value) {
    const size_t open = text.find("<" + element + ">") + element.size() + 2;
    EXPECT_NE(text.find("<" + element + ">"), std::string::npos) << element;
    return text.substr(0, open) + value + text.substr(text.find('<', open));
  };
  std::string laughs = "<!DOCTYPE a [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 12; ++i)
    absl::StrAppend(&laughs, "<!ENTITY a", i, " \"", Repeated(absl::StrCat("&a", i - 1, ";"), 10), "\">");
  laughs += "]>";
  const std::string zeros(24'000'000, ' ');
  return {
      // Size and depth.
      {"10^6 nested elements in a message", edited(start, "<m:Client>", "<m:Client>" + Repeated("<a>", 1'000'000)), "XML",
       "geen geldige XML"},
      {"10^6 nested elements and nothing else", Repeated("<a>", 1'000'000), "BERICHT", "geen iJw- of iWmo-bericht"},
      {"more elements than a message has", edited(start, "<m:Client>", "<m:Client><x>" + Repeated("<a/>", 1'000'001)), "XML",
       "te veel elementen"},
      {"a heap of attributes", edited(start, "<m:Client>", absl::StrCat("<m:Client ", Repeated("a=\"\" ", 20'000), ">")), "XML",
       "te veel attributen"},
      {"an attribute", edited(start, "<m:Client>", "<m:Client id=\"1\">"), "XSD", "Berichten hebben geen attributen"},
      {"a type from the schema",
       edited(start, "<m:Client>", "<m:Client xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"x\">"), "XSD",
       "geen attributen"},
      {"a name of a megabyte", edited(start, "<m:Client>", absl::StrCat("<m:Client><", Repeated("a", 1'000'000), "/>")), "XML",
       "geen geldige XML"},
      {"half a file", start.substr(0, start.size() / 2), "XML", "breekt hier af"},
      {"bytes after the end", start + "<a/>", "XML", "geen geldige XML"},
      {"one character", "<", "XML", ""},
      // Entities and inclusion.
      {"an internal entity", WithDoctype("<!DOCTYPE a [<!ENTITY x \"y\">]>", "&x;"), "XML", "DOCTYPE"},
      {"an external entity", WithDoctype("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>", "&x;"), "XML", "DOCTYPE"},
      {"an external parameter entity", WithDoctype("<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1/x\"> %x;]>", ""), "XML",
       "DOCTYPE"},
      {"an external DTD", WithDoctype("<!DOCTYPE a SYSTEM \"http://127.0.0.1/x.dtd\">", ""), "XML", "DOCTYPE"},
      {"billion laughs", WithDoctype(laughs, "&a11;"), "XML", "DOCTYPE"},
      {"an entity nobody declared", WithDoctype("", "&naam;"), "XML", "geen geldige XML"},
      {"an inclusion",
       edited(start, "<m:Client>",
              "<m:Client><xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>"),
       "XSD", "hier niet hoort"},
      // Encodings (RS031).
      {"a byte order mark", "\xEF\xBB\xBF" + start, "XML", "byte order mark"},
      {"Latin-1 by declaration", edited(start, "UTF-8", "ISO-8859-1"), "XML", "een andere tekenset dan UTF-8"},
      {"UTF-7 by declaration", edited(start, "UTF-8", "UTF-7"), "XML", "een andere tekenset dan UTF-8"},
      {"UTF-16 with a mark, little endian", "\xFF\xFE" + Wide(start, 0, 1), "XML", "UTF-16"},
      {"UTF-16 with a mark, big endian", "\xFE\xFF" + Wide(start, 1, 0), "XML", "UTF-16"},
      {"UTF-16 without a mark, little endian", Wide(start, 0, 1), "XML", "UTF-16"},
      {"UTF-16 without a mark, big endian", Wide(start, 1, 0), "XML", "UTF-16"},
      {"UTF-32", Wide(start, 3, 0), "XML", "UTF-16 of UTF-32"},
      {"Latin-1 that says it is UTF-8", valued(start, "b:Achternaam", "Andr\xE9"), "XML", "geen UTF-8"},
      {"an overlong form", valued(start, "b:Achternaam", "a\xC0\xAF"), "XML", "geen UTF-8"},
      {"half a surrogate pair", valued(start, "b:Achternaam", "a\xED\xA0\x80"), "XML", "geen UTF-8"},
      {"a zero byte", valued(start, "b:Achternaam", std::string("a\0b", 3)), "XML", "NUL-teken"},
      {"a zero byte behind the end", start + std::string("\n\0", 2), "XML", "NUL-teken"},
      {"a control character", valued(start, "b:Achternaam", "a&#1;"), "XML", ""},
      // Values.
      {"a day that does not exist", valued(start, "m:Begindatum", "2027-06-31"), "XSD", "een bestaande datum"},
      {"29 February of another year", valued(start, "m:Begindatum", "2026-02-29"), "XSD", "een bestaande datum"},
      {"the year 10000", valued(start, "m:Begindatum", "10000-01-01"), "XSD", "een bestaande datum"},
      {"the year 0", valued(start, "m:Begindatum", "0000-01-01"), "XSD", "een bestaande datum"},
      {"a day with a time zone", valued(start, "m:Begindatum", "2026-01-01Z"), "XSD", "een bestaande datum"},
      {"BSN 000000000", valued(start, "m:Bsn", "000000000"), "CS002", ""},
      {"BSN 999999999", valued(start, "m:Bsn", "999999999"), "CS002", ""},
      {"a BSN that fails the 11-test", valued(start, "m:Bsn", "999900007"), "CS002", ""},
      {"a BSN of eight digits", valued(start, "m:Bsn", "99990000"), "XSD", "precies 9 cijfers"},
      {"an amount beyond 64 bits", valued(claim, "m:ProductTarief", "99999999999999999999"), "XSD", "een heel getal"},
      {"a total beyond 64 bits", valued(claim, "b:TotaalBedrag", "18446744073709551617"), "XSD", "een heel getal"},
      {"a negative amount", valued(claim, "m:ProductTarief", "-1"), "XSD", "een heel getal"},
      {"an amount with decimals", valued(claim, "m:ProductTarief", "12.50"), "XSD", "een heel getal"},
      {"an amount in words", valued(claim, "m:ProductTarief", "NaN"), "XSD", "een heel getal"},
      {"an empty value", valued(claim, "m:DeclaratieNummer", ""), "XSD", "De waarde ontbreekt"},
      // Containers.
      {"a zip bomb", ZipOf({{"a.xml", zeros}}), "ZIP", "verdacht veel groter"},
      {"a zip in a zip", ZipOf({{"a.zip", ZipOf({{"a.xml", start}})}}), "ZIP", "container in een container"},
      {"a damaged zip", ZipOf({{"a.xml", start}}).substr(0, 100), "ZIP", "beschadigd"},
      {"an empty envelope", testing::EnvelopeWith("<g:xmlBestand/>"), "ENVELOP", "De envelop is leeg"},
      {"an envelope of no base64", testing::EnvelopeWith("<g:xmlBestand>%%%</g:xmlBestand>"), "ENVELOP", "base64"},
      {"an entity in an envelope",
       absl::StrReplaceAll(testing::EnvelopeOf(start), {{"<g:env", "<!DOCTYPE a [<!ENTITY x \"y\">]><g:env"}}), "ENVELOP",
       "DOCTYPE"},
  };
}

TEST(Hostile, FileIsKeptRefusedAndExplained) {
  Instance instance;
  for (const Hostile& file : Files()) {
    SCOPED_TRACE(file.what);
    const absl::StatusOr<v1::Delivery> delivery = instance.TryUpload(file.bytes);
    ASSERT_TRUE(delivery.ok()) << delivery.status();
    EXPECT_EQ(delivery->state(), v1::Delivery::REJECTED);
    EXPECT_EQ(delivery->fact_count(), 0);
    const std::vector<std::string> findings = instance.Findings(delivery->name());
    EXPECT_THAT(findings, Contains(AllOf(StartsWith(absl::StrCat(file.rule, " @ ")), HasSubstr(file.says))));
    EXPECT_EQ(*instance.Content(delivery->name(), 1 << 20), file.bytes) << "kept as it came";
  }
  EXPECT_THAT(instance.Feed(), SizeIs(instance.List().size())) << "each counts for the quality of its source";
}

TEST(Hostile, OneIdentificationWithOtherContentIsRefused_TR056_9056) {
  Instance instance;
  ParsedMessage first = StartMessage(Law::kYouth), second = first;
  second.starts[0].start_day += 1;
  instance.Deliver(Render(first), "2026-05-01");
  const v1::Delivery delivery = instance.Deliver(Render(second), "2026-05-02");
  EXPECT_EQ(delivery.state(), v1::Delivery::REJECTED);
  v1::ListFindingsRequest request;
  request.set_parent(testing::kParent);
  request.set_delivery(delivery.name());
  request.set_rule("TR056");
  const auto findings = instance.ingestion->ListFindings(instance.caller, request);
  ASSERT_TRUE(findings.ok());
  ASSERT_EQ(findings->findings_size(), 1);
  EXPECT_EQ(findings->findings(0).return_code(), "9056");
  EXPECT_TRUE(findings->findings(0).fatal());
}

TEST(Hostile, ValuesAreNotInFindings) {
  const std::string secret = "Geheimnaam<b>";
  const std::string start = Render(StartMessage(Law::kYouth));
  Instance instance;
  int shown = 0;
  // Every value of a message in turn.
  for (size_t open = start.find('>', start.find("<m:Header>")); open != std::string::npos; open = start.find('>', open + 1)) {
    const size_t close = start.find('<', open);
    if (close == std::string::npos || close - open < 2 || start[open + 1] == '\n') continue;
    const std::string text =
        start.substr(0, open + 1) + absl::StrReplaceAll(secret, {{"<", "&lt;"}, {">", "&gt;"}}) + start.substr(close);
    const v1::Delivery delivery = instance.Deliver(text);
    for (const std::string& finding : instance.Findings(delivery.name())) {
      EXPECT_THAT(finding, Not(HasSubstr("Geheim")));
      ++shown;
    }
  }
  EXPECT_GT(shown, 10);
}

}  // namespace
}  // namespace nmd::ingestion
