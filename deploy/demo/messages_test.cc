// SPDX-License-Identifier: EUPL-1.2
// Whether the messages are what the standard says: the official schemas, and the rules within a message (level 2).
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "deploy/demo/files.h"
#include "deploy/demo/model.h"
#include "deploy/demo/towns_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd::demo {
namespace {

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void Write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void Ignore(void*, const char*, ...) {}

struct SchemaFree {
  void operator()(xmlSchema* schema) const { xmlSchemaFree(schema); }
};
using Schema = std::unique_ptr<xmlSchema, SchemaFree>;

// The official schema of a message. Those of most iWmo returns and of the 325 are not in the folder: they are derived from
// those of the Jeugdwet, which differ in names, code, two enumerations and one element (domain-standards 1.7).
Schema Load(const std::string& root, const std::string& name) {
  std::string path = absl::StrCat(root, absl::StartsWith(name, "JW") ? "/ijw-3.2/xsd/" : "/iwmo-3.2/xsd/", name, ".xsd");
  if (!std::ifstream(path)) {
    static const auto& codes = *new std::map<std::string, std::pair<std::string, std::string>>{
        {"302", {"437", "415"}}, {"306", {"439", "419"}}, {"308", {"441", "421"}}, {"316", {"447", "445"}},
        {"318", {"487", "481"}}, {"320", {"489", "483"}}, {"325", {"491", "485"}}};
    const std::string number = name.substr(3), folder = ::testing::TempDir();
    const auto& [youth, wmo] = codes.at(number);
    path = absl::StrCat(folder, "/", name, ".xsd");
    Write(path, absl::StrReplaceAll(Read(absl::StrCat(root, "/ijw-3.2/xsd/JW", number, ".xsd")),
                                    {{"ijw", "iwmo"},
                                     {absl::StrCat("jw", number), absl::StrCat("wmo", number)},
                                     {absl::StrCat("\"", youth, "\""), absl::StrCat("\"", wmo, "\"")}}));
    Write(absl::StrCat(folder, "/basisschema.xsd"), Read(absl::StrCat(root, "/iwmo-3.2/xsd/basisschema.xsd")));
  }
  xmlSchemaParserCtxt* context = xmlSchemaNewParserCtxt(path.c_str());
  Schema schema(xmlSchemaParse(context));
  xmlSchemaFreeParserCtxt(context);
  return schema;
}

// Whether the bytes are well-formed and satisfy the schema.
bool Valid(xmlSchema* schema, const std::string& bytes) {
  xmlDoc* document =
      xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), "demo.xml", nullptr, XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == nullptr) return false;
  xmlSchemaValidCtxt* context = xmlSchemaNewValidCtxt(schema);
  xmlSchemaSetValidErrors(context, Ignore, Ignore, nullptr);
  const bool valid = xmlSchemaValidateDoc(context, document) == 0;
  xmlSchemaFreeValidCtxt(context);
  xmlFreeDoc(document);
  return valid;
}

std::string OfficialFolder() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return absl::StrCat(source == nullptr ? "." : source, "/../shared/istandaarden");
}

TEST(Schemas, EveryMessageSatisfiesTheOfficialOne) {
  const std::string root = OfficialFolder();
  if (!std::ifstream(root + "/ijw-3.2/xsd/JW301.xsd")) GTEST_SKIP() << "the official schemas are not here";
  std::map<std::string, Schema> schemas;
  std::map<std::string, int> checked;
  for (const Town& town : Towns()) {
    for (const File& file : town.files) {
      if (file.schema.empty()) continue;
      Schema& schema = schemas[file.schema];
      if (schema == nullptr) schema = Load(root, file.schema);
      ASSERT_NE(schema, nullptr) << file.schema;
      EXPECT_TRUE(Valid(schema.get(), file.bytes)) << town.model.profile.id << "/" << file.path;
      ++checked[file.schema];
    }
  }
  EXPECT_EQ(checked.size(), 28u) << "fourteen messages of two laws";
}

TEST(Schemas, DamagedFilesDoNotSatisfyThem) {
  const std::string root = OfficialFolder();
  if (!std::ifstream(root + "/ijw-3.2/xsd/JW301.xsd")) GTEST_SKIP() << "the official schemas are not here";
  const Schema schema = Load(root, "JW301");
  ASSERT_NE(schema, nullptr);
  std::map<std::string, bool> valid;
  for (const File& file : Towns().front().files) {
    if (absl::StrContains(file.path, "kapot-")) valid[file.path] = Valid(schema.get(), file.bytes);
  }
  EXPECT_THAT(valid,
              testing::UnorderedElementsAre(
                  testing::Pair("overig/kapot-afgekapt.xml", false), testing::Pair("overig/kapot-schemafout.xml", false),
                  testing::Pair("overig/kapot-latin1.xml", false), testing::Pair("overig/kapot-entiteitenbom.xml", false),
                  testing::Pair("overig/kapot-bsn.xml", true)));  // nine digits: only the 11-test sees it
}

TEST(Claims, AddUpAndStayWithinTheirMonths) {  // TR358, TR342, TR346, TR137, TR319, CS337, CS003, CS325, CD060
  int minutes = 0, credits = 0, negative = 0;
  for (const Town& town : Towns()) {
    for (const Claim& claim : town.model.claims) {
      SCOPED_TRACE(claim.number);
      Cents debit = 0, credit = 0, refused = 0;
      ASSERT_FALSE(claim.lines.empty());
      EXPECT_GE(claim.dated, FirstDay(claim.month + 1));
      for (const ClaimLine& line : claim.lines) {
        (line.previous.empty() ? debit : credit) += line.amount;
        if (!line.reject_code.empty()) refused += line.Signed();
        EXPECT_EQ(MonthOf(line.period.start), MonthOf(line.period.end - 1));
        EXPECT_LE(MonthOf(line.period.start), claim.month);
        EXPECT_FALSE(line.period.Empty());
        EXPECT_GT(line.volume, 0);
        if (line.unit == "01") {
          ++minutes;
          const Provision& p = town.model.provisions[static_cast<size_t>(line.provision)];
          EXPECT_EQ(line.amount,
                    HourTariffForMinutes(town.model.TariffOf(p.product, p.provider, line.period.start), line.volume));
        } else {
          EXPECT_EQ(line.amount, line.volume * line.tariff);
        }
        credits += !line.previous.empty();
      }
      EXPECT_EQ(claim.Total(), debit - credit);
      EXPECT_EQ(claim.Granted(), claim.reject_code.empty() ? debit - credit - refused : 0);
      negative += claim.Total() < 0;
    }
  }
  EXPECT_GT(minutes, 100);
  EXPECT_GT(credits, 20);
  RecordProperty("negative_totals", negative);
}

TEST(Claims, LinesAndNumbersAreUnique) {  // TR101, TR314, TR333, TR315, TR316, TR416
  for (const Town& town : Towns()) {
    std::set<std::tuple<int, std::string>> numbers, references;
    for (const Claim& claim : town.model.claims) {
      EXPECT_TRUE(numbers.insert({claim.provider, claim.number}).second);
      std::set<std::string> debits, taken_back;
      std::set<std::tuple<int, Day>> declared;
      for (const ClaimLine& line : claim.lines) {
        EXPECT_TRUE(references.insert({claim.provider, line.reference}).second) << line.reference;
        if (line.previous.empty()) {
          debits.insert(line.reference);
          EXPECT_TRUE(declared.insert({line.number, line.period.start}).second) << claim.number << " " << line.number;
        } else {
          EXPECT_TRUE(taken_back.insert(line.previous).second);
        }
      }
      for (const std::string& reference : taken_back) EXPECT_EQ(debits.count(reference), 0u);
    }
  }
}

TEST(Claims, CreditsEqualAnApprovedDebitAndTakeItBackOnce) {  // TR323, TR389, TR390, IV085, OP366
  for (const Town& town : Towns()) {
    // By provider and in order of declaration, as the model holds them.
    std::map<std::tuple<int, std::string>, ClaimLine> approved;
    std::map<std::tuple<int, int, Day>, int> open;  // granted debits not taken back, by provider, allocation and period
    for (const Claim& claim : town.model.claims) {
      if (!claim.reject_code.empty()) continue;
      for (const ClaimLine& line : claim.lines) {
        if (!line.reject_code.empty()) continue;
        int& balance = open[{claim.provider, line.number, line.period.start}];
        if (line.previous.empty()) {
          EXPECT_EQ(balance, 0) << claim.number << " declares allocation " << line.number << " again";
          approved[{claim.provider, line.reference}] = line;
          ++balance;
          continue;
        }
        const auto debit = approved.find({claim.provider, line.previous});
        ASSERT_NE(debit, approved.end()) << line.previous;
        EXPECT_EQ(debit->second.amount, line.amount);
        EXPECT_EQ(debit->second.volume, line.volume);
        EXPECT_EQ(debit->second.period, line.period);
        --balance;
        approved.erase(debit);
      }
    }
  }
}

TEST(Claims, StayWithinTheAllocation) {  // TR307, TR308, TR387, TR388, TR384
  for (const Town& town : Towns()) {
    for (const Claim& claim : town.model.claims) {
      for (const ClaimLine& line : claim.lines) {
        const Provision& p = town.model.provisions[static_cast<size_t>(line.provision)];
        ASSERT_FALSE(p.withdrawn);
        const auto a = std::find_if(p.allocations.begin(), p.allocations.end(),
                                    [&](const Allocation& one) { return one.number == line.number; });
        ASSERT_NE(a, p.allocations.end());
        const Period valid = {a->Current().start, a->Current().end};
        EXPECT_EQ(line.period, Intersect(valid, MonthPeriod(MonthOf(line.period.start)))) << line.number;
      }
    }
  }
}

TEST(Allocations, AreNumberedOncePerLawAndKeepTheirFields) {  // TR332, OP033x1, CS003, CS335, CD076
  for (const Town& town : Towns()) {
    std::set<std::pair<Law, int>> numbers;
    for (const Provision& p : town.model.provisions) {
      const Product& product = town.model.products[static_cast<size_t>(p.product)];
      for (const Allocation& a : p.allocations) {
        EXPECT_TRUE(numbers.insert({p.law, a.number}).second);
        EXPECT_GT(a.volume, 0);
        for (size_t i = 0; i < a.versions.size(); ++i) {
          const Version& v = a.versions[i];
          EXPECT_GT(v.end, v.start);
          EXPECT_EQ(v.start, a.versions[0].start);
          EXPECT_TRUE(i == 0 || v.assigned > a.versions[i - 1].assigned) << a.number;
          EXPECT_EQ(v.reason.empty(), i == 0);
          EXPECT_TRUE(v.reason != "13" || v.end == v.start + 1) << a.number;
          EXPECT_TRUE(product.frequency != "2" || v.end != kOpenEnd) << a.number;
        }
      }
    }
  }
}

TEST(Allocations, AMessageRepeatsWhatIsCurrentAndStacksNothing) {  // OP087, TR101, TR302
  int repeated = 0;
  for (const Town& town : Towns()) {
    for (const AllocationMessage& message : AllocationMessages(town.model)) {
      std::set<std::pair<int, int>> keys;
      std::map<int, std::vector<Period>> by_product;
      ASSERT_GT(message.changes, 0);
      repeated += static_cast<int>(message.items.size()) - message.changes;
      for (const AllocationMessage::Item& item : message.items) {
        const Provision& p = town.model.provisions[static_cast<size_t>(item.provision)];
        const Version& v = p.allocations[static_cast<size_t>(item.allocation)].versions[static_cast<size_t>(item.version)];
        EXPECT_TRUE(keys.insert({item.provision, item.allocation}).second);
        EXPECT_EQ(p.person, message.person);
        EXPECT_EQ(p.provider, message.provider);
        if (v.reason == "13") continue;
        for (const Period& other : by_product[p.product]) {
          EXPECT_FALSE(other.Overlaps({v.start, v.end})) << town.model.profile.id << " " << item.provision;
        }
        by_product[p.product].push_back({v.start, v.end});
      }
    }
  }
  EXPECT_GT(repeated, 200);
}

TEST(Care, StartsAndStopsFollowEachOther) {  // TR326, TR382, TR413, TR018, TR063
  int removed = 0, paused = 0;
  for (const Town& town : Towns()) {
    std::map<std::tuple<Law, int>, std::vector<std::string>> state;
    for (const CareMessage& message : town.model.care) {
      EXPECT_GE(message.received / 86400, message.dated);
      for (const CareLine& line : message.lines) {
        std::vector<std::string>& running = state[{message.law, line.number}];
        const std::string begin = FormatDay(line.begin);
        EXPECT_LE(line.begin, message.dated);
        EXPECT_GE(line.begin, line.allocated_from);
        if (line.status == '3') {
          ASSERT_THAT(running, testing::ElementsAre(begin));
          running.clear();
          ++removed;
        } else if (!message.stop) {
          ASSERT_THAT(running, testing::IsEmpty()) << line.number;
          running.push_back(begin);
        } else {
          ASSERT_THAT(running, testing::ElementsAre(begin)) << line.number;
          EXPECT_GT(line.end, line.begin);
          running.clear();
          paused += line.stop_reason == "20";
        }
      }
    }
  }
  EXPECT_GT(removed, 5);
  EXPECT_GT(paused, 5);
}

TEST(Messages, CarryAnIdentificationOnceExceptTheContradiction) {  // TR056
  for (const Town& town : Towns()) {
    std::map<std::tuple<std::string, std::string, std::string>, std::set<std::string>> contents;
    const auto value = [](const std::string& xml, absl::string_view name) {
      const std::string tag = absl::StrCat(":", name, ">");
      const size_t at = xml.find(tag) + tag.size();
      return xml.substr(at, xml.find('<', at) - at);
    };
    for (const File& file : town.files) {
      if (file.schema.empty()) continue;
      contents[{file.schema, value(file.bytes, "Afzender"), value(file.bytes, "Identificatie")}].insert(file.bytes);
    }
    const auto twice = std::count_if(contents.begin(), contents.end(), [](const auto& c) { return c.second.size() > 1; });
    EXPECT_EQ(twice, 1) << town.model.profile.id;

    const auto contradiction = std::find_if(town.files.begin(), town.files.end(),
                                            [](const File& f) { return absl::StrContains(f.path, "tegenspraak"); });
    ASSERT_NE(contradiction, town.files.end());
    const auto good = std::find_if(town.files.begin(), town.files.end(), [&](const File& f) {
      return f.schema == "JW301" && f.path != contradiction->path &&
             value(f.bytes, "Identificatie") == value(contradiction->bytes, "Identificatie");
    });
    ASSERT_NE(good, town.files.end());
    EXPECT_LT(good->received, contradiction->received) << "the later received one must lose";
    EXPECT_GT(good->arrival, contradiction->arrival) << "and reaches the instance first";
    EXPECT_THAT(contradiction->bytes, testing::HasSubstr("ToewijzingNummer>390001<"));
  }
}

// What stands in the first element of that name.
std::string ValueIn(const std::string& xml, absl::string_view name) {
  const std::string tag = absl::StrCat(":", name, ">");
  const size_t at = xml.find(tag);
  if (at == std::string::npos) return "";
  return xml.substr(at + tag.size(), xml.find('<', at) - at - tag.size());
}

TEST(Messages, AreOfEveryKindInEveryMunicipality) {  // issue 3: the demo delivers all message types
  for (const Town& town : Towns()) {
    std::map<std::string, int> kinds;
    for (const File& file : town.files) {
      if (!file.schema.empty()) ++kinds[file.schema];
    }
    EXPECT_EQ(kinds.size(), 28u) << town.model.profile.id;
  }
}

TEST(Messages, EveryReturnIsOfOneMessageThatWasReceivedBefore) {  // domain-standards 1.4, 3.1: one return for a message
  for (const Town& town : Towns()) {
    using Key = std::tuple<std::string, std::string, std::string>;
    const auto key = [](const File& file, const std::string& schema) {
      return Key(schema, ValueIn(file.bytes, "Afzender"), ValueIn(file.bytes, "Identificatie"));
    };
    std::map<Key, int64_t> received;
    for (const File& file : town.files) {
      int64_t& first = received.emplace(key(file, file.schema), file.received).first->second;
      first = std::min(first, file.received);
    }
    std::set<Key> returned;
    for (const File& file : town.files) {
      if (file.schema.empty() || (file.schema.back() - '0') % 2 != 0) continue;
      std::string answered = file.schema;
      answered.back() = static_cast<char>(answered.back() == '0' ? '9' : answered.back() - 1);
      if (answered.back() == '9') --answered[answered.size() - 2];
      const Key of = key(file, answered);
      ASSERT_EQ(received.count(of), 1u) << file.path;
      EXPECT_LT(received[of], file.received) << file.path;
      EXPECT_TRUE(returned.insert(of).second) << file.path;
    }
    EXPECT_GT(returned.size(), 40u);
  }
}

TEST(Messages, EveryRequestIsRefusedInTheEnd) {  // TR355, TR360, TR365, OP274: answered within a week, "in onderzoek" once
  for (const Town& town : Towns()) {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> answers;  // by law and reference
    std::set<std::pair<std::string, std::string>> asked;
    for (const File& file : town.files) {
      const std::string law = file.schema.substr(0, file.schema.find_first_of("0123456789"));
      const std::string reference = ValueIn(file.bytes, "ReferentieAanbieder");
      if (absl::EndsWith(file.schema, "315") || absl::EndsWith(file.schema, "317")) {
        EXPECT_TRUE(asked.insert({law, ValueIn(file.bytes, "Afzender") + reference}).second) << file.path;  // TR347
      } else if (absl::EndsWith(file.schema, "319")) {
        std::vector<std::string>& of = answers[{law, ValueIn(file.bytes, "Ontvanger") + reference}];
        of.push_back(absl::StrCat(ValueIn(file.bytes, "Dagtekening"), " ", ValueIn(file.bytes, "VerzoekAntwoord")));
      }
    }
    EXPECT_EQ(asked.size(), answers.size());
    for (auto& [reference, of] : answers) {
      EXPECT_EQ(asked.count(reference), 1u) << reference.second;
      std::sort(of.begin(), of.end());  // by day: they arrive in any order
      EXPECT_EQ(of.back().back(), '1');
      EXPECT_LE(of.size(), 2u);
      if (of.size() == 2) {
        EXPECT_EQ(of.front().back(), '2');
      }
    }
  }
}

TEST(Messages, RequestsAskForWhatBeginsAfterAllTheClientHas) {  // so that no figure depends on them
  int checked = 0;
  for (const Town& town : Towns()) {
    std::map<std::string, Day> last;
    for (const Provision& p : town.model.provisions) {
      Day& start = last[town.model.persons[static_cast<size_t>(p.person)].bsn];
      for (const Allocation& a : p.allocations) start = std::max(start, a.Current().start);
    }
    for (const File& file : town.files) {
      if (!absl::EndsWith(file.schema, "315")) continue;
      EXPECT_LT(last.at(ValueIn(file.bytes, "Bsn")), *ParseDay(ValueIn(file.bytes, "ToewijzingIngangsdatum"))) << file.path;
      ++checked;
    }
  }
  EXPECT_GT(checked, 20);
}

TEST(Messages, SomeFilesComeTwiceUnderAnotherName) {
  for (const Town& town : Towns()) {
    std::map<std::string, std::vector<const File*>> by_bytes;
    for (const File& file : town.files) by_bytes[file.bytes].push_back(&file);
    int doubles = 0;
    for (const auto& [bytes, same] : by_bytes) {
      for (size_t i = 1; i < same.size(); ++i) {
        ++doubles;
        EXPECT_GE(same[i]->received, same[0]->received);
        EXPECT_NE(same[i]->path, same[0]->path);
      }
    }
    EXPECT_EQ(doubles, town.model.profile.full_mess ? 30 : 4);
  }
}

}  // namespace
}  // namespace nmd::demo
