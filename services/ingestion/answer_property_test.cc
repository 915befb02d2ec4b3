// SPDX-License-Identifier: EUPL-1.2
// Answers to any message with any findings, and to the official samples: valid, and saying exactly what was found.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/official_schema.h"
#include "services/ingestion/test_answer.h"

namespace nmd::ingestion {
namespace {

using testing::Answered;
using testing::AnswerType;
using testing::At;
using testing::BodyOf;
using testing::kAnswered;
using testing::kLaws;
using testing::ReadBack;
using testing::Render;
using testing::SoundMessage;
using testing::Stamp;

// What an answer must be, said once more: from the values of the message, not from its text.

// The codes of findings by the class they are on; as the kernel gets them, but places are given, not worked out.
using CodesByPlace = std::map<std::string, std::set<std::string>>;

std::vector<std::string> Listed(const std::set<std::string>& codes) { return {codes.begin(), codes.end()}; }

// The return of `m` by the table of domain-standards 3.1.
ParsedMessage ExpectedReturn(ParsedMessage m, const CodesByPlace& codes) {
  m = testing::ReturnOf(std::move(m));
  m.header.return_identification = Stamp().identification;
  m.header.return_dated_day = Stamp().dated_day;
  if (codes.empty()) {
    m.header.return_codes.clear();
    m.clients.clear();
    m.reply.reset();
    return m;
  }
  const bool client_refused = codes.count("Client") > 0;
  const auto mark = [&](std::vector<std::string>& into, const std::string& place) {
    const auto found = codes.find(place);
    into = found != codes.end() ? Listed(found->second) : std::vector<std::string>{client_refused ? "0233" : "0200"};
  };
  const auto mark_all = [&](auto& rows, const std::string& place) {
    for (size_t i = 0; i < rows.size(); ++i) mark(rows[i].return_codes, absl::StrCat(place, "[", i + 1, "]"));
  };
  for (Client& client : m.clients) {
    mark(client.return_codes, "Client");
    mark_all(client.addresses, "Client/Contactgegevens/Contact");
    mark_all(client.relations, "Client/Relaties/Relatie");
    for (size_t i = 0; i < client.relations.size(); ++i) {
      mark(client.relations[i].addresses[0].return_codes, absl::StrCat("Client/Relaties/Relatie[", i + 1, "]/Contact"));
    }
  }
  mark_all(m.allocations, "Client/ToegewezenProducten/ToegewezenProduct");
  mark_all(m.starts, "Client/StartProducten/StartProduct");
  mark_all(m.stops, "Client/StopProducten/StopProduct");
  mark_all(m.requests, "Client/AangevraagdeProducten/AangevraagdProduct");
  if (m.change_request.has_value()) {
    mark(m.change_request->return_codes, "Client/Verzoek");
    mark_all(m.change_request->unchanged, "Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct");
    mark_all(m.change_request->changed, "Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct");
    mark_all(m.change_request->added, "Client/Verzoek/NieuweProducten/NieuwProduct");
  }
  if (m.reply.has_value()) {
    mark(m.reply->return_codes, "Antwoord");
    if (!m.reply->municipality.empty()) mark(m.reply->municipality_return_codes, "Antwoord/Woonplaatsbeginsel");
  }
  return m;
}

// The 325 on the claim `m`; places are those of the claim.
ParsedMessage ExpectedClaimAnswer(const ParsedMessage& m, const CodesByPlace& codes) {
  ParsedMessage a = testing::Empty(m.law, MessageType::kClaimAnswer);
  a.header.sender = m.header.receiver;
  a.header.receiver = m.header.sender;
  a.header.identification = Stamp().identification;
  a.header.dated_day = Stamp().dated_day;
  a.header.claim_identification = m.header.identification;
  a.header.claim_dated_day = m.header.dated_day;
  a.header.return_codes = {"0200"};
  ClaimAnswer& answer = a.answer.emplace();
  answer.number = m.claim->number;
  answer.submitted = m.claim->total;
  answer.return_codes = {codes.empty() ? "8001" : "0200"};
  const auto total = [](Cents cents) { return Amount{.cents = std::abs(cents), .credit = cents < 0}; };
  Cents granted = 0;
  if (const auto whole = codes.find("Declaratie"); whole != codes.end()) {
    answer.return_codes = Listed(whole->second);
    answer.granted = total(0);
    return a;
  }
  int32_t last = -1;
  for (const ClaimLine& line : m.claim->lines) {
    const auto own = codes.find(LinePlace(MessageType::kClaim, line));
    const auto client = codes.find(absl::StrCat("Declaratie/Clienten/Client[", line.client + 1, "]"));
    if (own == codes.end() && client == codes.end()) {
      granted += line.amount.Signed();
      continue;
    }
    if (line.client != last) {
      last = line.client;
      a.clients.emplace_back().bsn = m.clients[static_cast<size_t>(line.client)].bsn;
      a.clients.back().return_codes = client == codes.end() ? std::vector<std::string>{"0200"} : Listed(client->second);
    }
    ClaimLine& refused = answer.lines.emplace_back(line);
    refused.client = static_cast<int32_t>(a.clients.size()) - 1;
    refused.return_codes = client == codes.end() ? Listed(own->second) : std::vector<std::string>{"0233"};
  }
  answer.granted = total(granted);
  return a;
}

ParsedMessage Expected(const ParsedMessage& m, const CodesByPlace& codes) {
  return m.type == MessageType::kClaim ? ExpectedClaimAnswer(m, codes) : ExpectedReturn(m, codes);
}

// The official schemas, each read once; none when they are not there.
class Official {
 public:
  Official() : there_(std::filesystem::exists(testing::OfficialFolder())) {}
  bool there() const { return there_; }
  bool Accepts(Law law, MessageType type, const std::string& text) {
    if (!there_) return true;
    std::unique_ptr<testing::OfficialSchema>& schema = schemas_[{law, type}];
    if (schema == nullptr) {
      schema = std::make_unique<testing::OfficialSchema>(testing::SchemaPath(testing::OfficialFolder(), law, type).string());
    }
    return schema->Accepts(text);
  }

 private:
  const bool there_;
  std::map<std::pair<Law, MessageType>, std::unique_ptr<testing::OfficialSchema>> schemas_;
};

TEST(MakeAnswer, SaysNothingMoreOfAMessageThatIsInOrder) {  // 3.1, no error
  for (const Law law : kLaws) {
    for (const MessageType type : kAnswered) {
      const ParsedMessage m = SoundMessage(law, type);
      const Answer answer = Answered(Render(m), {});
      EXPECT_EQ(answer.type, AnswerType(type));
      EXPECT_EQ(answer.verdict, Answer::Verdict::kGranted);
      EXPECT_EQ(answer.refused_line_count, 0);
      EXPECT_EQ(Render(ReadBack(answer.xml)), Render(Expected(m, {})));
    }
  }
}

// ---- Any message with any findings --------------------------------------------------------------------------------------

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int Below(int count) { return static_cast<int>(engine_() % static_cast<uint32_t>(count)); }
  bool Once(int in) { return Below(in) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& values) {
    return values[static_cast<size_t>(Below(static_cast<int>(values.size())))];
  }
  std::mt19937& engine() { return engine_; }

 private:
  std::mt19937 engine_;
};

// Makes rows of `rows` more or fewer, at least one.
template <typename Rows>
void Resize(Random& random, Rows& rows) {
  if (rows.empty()) return;
  const auto first = rows.front();
  rows.resize(static_cast<size_t>(1 + random.Below(4)), first);
}

ParsedMessage RandomMessage(Random& random, Law law, MessageType type) {
  static const auto& texts =
      *new std::vector<std::string>{"Zoë & Zn", "a<b>c", "\"x\"", "'s-Graveland", "ĂȘ€", " twee  spaties "};
  ParsedMessage m = SoundMessage(law, type);
  m.header.identification = absl::StrCat(random.Below(1'000'000));
  Resize(random, m.allocations);
  Resize(random, m.starts);
  Resize(random, m.stops);
  Resize(random, m.requests);
  for (AllocatedProduct& row : m.allocations) {
    row.number = 10072 + (&row - m.allocations.data());
    if (random.Once(2)) row.reference = random.Of(texts);
    if (random.Once(3)) row.period.end = kOpenEnd;
    if (random.Once(3)) row.change_reason = "14";
    if (random.Once(2)) row.volume.reset();
    if (random.Once(2)) row.budget = random.Below(100'000);
  }
  for (RequestedProduct& row : m.requests) row.reference = random.Of(texts);
  if (type == MessageType::kAllocation) {
    Client& client = m.clients[0];
    Resize(random, client.addresses);
    Resize(random, client.relations);
    if (random.Once(3)) client.relations.clear();
    if (random.Once(2)) client.communication = "1";
    client.has_language = !client.communication.empty();
    client.addresses[0].has_phone = random.Once(2);
    client.addresses[0].street = random.Of(texts);
  }
  if (!m.clients.empty() && !m.clients[0].name.surname.empty()) m.clients[0].name.surname = random.Of(texts);
  if (m.change_request.has_value()) {
    Resize(random, m.change_request->unchanged);
    Resize(random, m.change_request->changed);
    Resize(random, m.change_request->added);
    if (random.Once(3)) m.change_request->changed.clear();
    if (random.Once(3)) m.change_request->unchanged.clear();
  }
  if (m.reply.has_value() && random.Once(2)) m.reply->municipality.clear();
  if (m.claim.has_value()) {
    m.clients.clear();
    m.claim->lines.clear();
    Cents sum = 0;
    for (int client = 0; client < 1 + random.Below(4); ++client) {
      m.clients.emplace_back().bsn = testing::TestBsn(client);
      const int lines = 1 + random.Below(5);
      for (int i = 0; i < lines; ++i) {
        ClaimLine& line = m.claim->lines.emplace_back(testing::TestLine(law, client, i, absl::StrCat("RN", client, "-", i)));
        line.amount.cents = random.Below(20'000);
        if (random.Once(3) && line.amount.cents > 0) {
          line.amount.credit = true;
          line.previous_reference = absl::StrCat("OUD", client, "-", i);
        }
        sum += line.amount.Signed();
      }
    }
    m.claim->total = {.cents = std::abs(sum), .credit = sum < 0};
  }
  return m;
}

// The places of all classes of a message but the header, as findings name them.
std::vector<std::string> PlacesOf(const ParsedMessage& m) {
  std::vector<std::string> places;
  const auto add = [&](const auto& rows, const std::string& place) {
    for (size_t i = 0; i < rows.size(); ++i) places.push_back(absl::StrCat(place, "[", i + 1, "]"));
  };
  if (m.claim.has_value()) {
    if (m.claim->lines.size() > 3) places.push_back("Declaratie");
    add(m.clients, "Declaratie/Clienten/Client");
    for (const ClaimLine& line : m.claim->lines) places.push_back(LinePlace(m.type, line));
    return places;
  }
  if (m.reply.has_value()) {
    places.push_back("Antwoord");
    if (!m.reply->municipality.empty()) places.push_back("Antwoord/Woonplaatsbeginsel");
    return places;
  }
  places.push_back("Client");
  add(m.clients[0].addresses, "Client/Contactgegevens/Contact");
  add(m.clients[0].relations, "Client/Relaties/Relatie");
  for (size_t i = 0; i < m.clients[0].relations.size(); ++i) {
    places.push_back(absl::StrCat("Client/Relaties/Relatie[", i + 1, "]/Contact"));
  }
  for (size_t i = 0; i < m.allocations.size(); ++i) places.push_back(AllocationPlace(i));
  for (size_t i = 0; i < m.starts.size(); ++i) places.push_back(StartPlace(i));
  for (size_t i = 0; i < m.stops.size(); ++i) places.push_back(StopPlace(i));
  for (size_t i = 0; i < m.requests.size(); ++i) places.push_back(RequestPlace(i));
  if (m.change_request.has_value()) {
    places.push_back("Client/Verzoek");
    add(m.change_request->unchanged, "Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct");
    add(m.change_request->changed, "Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct");
    for (size_t i = 0; i < m.change_request->added.size(); ++i) places.push_back(AddedPlace(i));
  }
  return places;
}

// Findings at some of the places, on the class itself or on something in it; some refuse nothing. `codes` is what must come
// of them.
std::vector<Finding> RandomFindings(Random& random, const ParsedMessage& m, CodesByPlace* codes) {
  static const auto& official = *new std::vector<std::string>{"0611", "8017", "8187", "9019", "9307", "9321", "9415", "S329"};
  static const auto& idle = *new std::vector<std::string>{"", "0200", "0233", "8001", "9998"};
  static const auto& below =
      *new std::vector<std::string>{"", "", "/Bsn", "/Einddatum", "/ProductReferentie/VorigReferentieNummer"};
  std::set<std::string> credits;
  if (m.claim.has_value()) {
    for (const ClaimLine& line : m.claim->lines) {
      if (line.amount.credit) credits.insert(LinePlace(m.type, line));
    }
  }
  const std::vector<std::string> places = PlacesOf(m);
  std::vector<Finding> findings;
  for (int left = random.Below(5); left > 0; --left) {
    const std::string& place = random.Of(places);
    const bool refuses = !random.Once(4);
    const bool technical = random.Once(2);
    Finding finding = At(place + random.Of(below), random.Of(refuses ? official : idle), 3 + random.Below(2));
    finding.rule = technical ? "TR323" : "TR321";
    if (refuses && (technical || credits.count(place) == 0)) (*codes)[place].insert(finding.return_code);
    findings.push_back(std::move(finding));
  }
  return findings;
}

TEST(MakeAnswer, GivesBackExactlyTheCodesItWasGiven) {  // 3.1 and TR342, for any message with any findings
  Official official;
  int whole = 0, part = 0;
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    Random random(seed);
    for (const Law law : kLaws) {
      for (const MessageType type : kAnswered) {
        const ParsedMessage m = RandomMessage(random, law, type);
        const std::string text = Render(m);
        CodesByPlace codes;
        std::vector<Finding> findings = RandomFindings(random, m, &codes);
        const Answer answer = Answered(text, findings);
        const ParsedMessage read = ReadBack(answer.xml);
        ASSERT_TRUE(official.Accepts(law, AnswerType(type), answer.xml)) << answer.xml;
        ASSERT_EQ(Render(read), Render(Expected(m, codes))) << "seed " << seed << "\n" << text;
        const bool refused = type != MessageType::kClaim && !codes.empty();
        if (refused) {
          ASSERT_EQ(BodyOf(answer.xml), BodyOf(text));  // all of it, unchanged
        }
        if (type == MessageType::kClaim) {
          Cents cents = 0;
          for (const ClaimLine& line : read.answer->lines) cents += line.amount.Signed();
          EXPECT_EQ(read.answer->submitted.Signed(), answer.submitted);
          EXPECT_EQ(read.answer->granted.Signed(), answer.granted);
          if (codes.count("Declaratie") == 0) {
            EXPECT_EQ(answer.granted, answer.submitted - cents);
            EXPECT_EQ(answer.refused_line_count, static_cast<int64_t>(read.answer->lines.size()));
          }
          for (const Finding& finding : CheckMessage(read)) EXPECT_EQ(finding.rule, "TR346") << finding.place;
        }
        EXPECT_EQ(answer.verdict == Answer::Verdict::kGranted, codes.empty());
        whole += answer.verdict == Answer::Verdict::kRefused;
        part += answer.verdict == Answer::Verdict::kGrantedInPart;
        std::shuffle(findings.begin(), findings.end(), random.engine());
        ASSERT_EQ(Answered(text, findings).xml, answer.xml);  // in whatever order findings come
      }
    }
  }
  EXPECT_GT(whole, 500);
  EXPECT_GT(part, 100);
  RecordProperty("official_schemas", official.there());
}

// ---- Official samples ---------------------------------------------------------------------------------------------------

// A sample as it might be written otherwise: without an element that may be absent, with one more of what may repeat, with
// comments, CDATA, references and no white space. Some are no messages.
std::vector<std::string> VariantsOf(const std::string& text) {
  std::vector<std::string> lines, variants = {text};
  for (const absl::string_view line : absl::StrSplit(text, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    lines.emplace_back(absl::StripAsciiWhitespace(line));
  }
  variants.push_back(absl::StrJoin(lines, ""));
  variants.push_back(absl::StrJoin(lines, "\n<!-- < & -->\n"));
  std::string cdata, escaped;
  for (const std::string& line : lines) {
    const size_t open = line.find('>'), close = line.rfind("</");
    const bool leaf = close != std::string::npos && close > open;
    const std::string value = leaf ? line.substr(open + 1, close - open - 1) : "";
    const auto with = [&](const std::string& other) {
      return leaf ? absl::StrCat(line.substr(0, open + 1), other, line.substr(close)) : line;
    };
    absl::StrAppend(&cdata, with(absl::StrCat("<![CDATA[", value, "]]>")), "\n");
    std::string references;
    for (const char c : value) {
      absl::StrAppend(&references,
                      absl::ascii_isascii(static_cast<unsigned char>(c)) ? absl::StrCat("&#", int{c}, ";") : std::string(1, c));
    }
    absl::StrAppend(&escaped, with(references), "\n");
  }
  variants.push_back(std::move(cdata));
  variants.push_back(std::move(escaped));
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> copy = lines;
    copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(i));
    variants.push_back(absl::StrJoin(copy, "\n"));
    // From an element on several lines up to its end.
    if (!absl::StartsWith(lines[i], "</") && !absl::StrContains(lines[i], "</")) {
      const std::string end = absl::StrReplaceAll(lines[i], {{"<", "</"}});
      const auto last = std::find(lines.begin() + static_cast<std::ptrdiff_t>(i), lines.end(), end);
      if (last == lines.end()) continue;
      copy = lines;
      copy.insert(copy.begin() + (last - lines.begin()) + 1, lines.begin() + static_cast<std::ptrdiff_t>(i), last + 1);
      variants.push_back(absl::StrJoin(copy, "\n"));
      copy = lines;
      copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(i), copy.begin() + (last - lines.begin()) + 1);
      variants.push_back(absl::StrJoin(copy, "\n"));
    }
  }
  return variants;
}

TEST(MakeAnswer, AnswersTheOfficialSamplesHoweverTheyAreWritten) {
  Official official;
  if (!official.there()) GTEST_SKIP() << "no official schemas at ../shared/istandaarden";
  int answered = 0;
  for (const Law law : kLaws) {
    const std::filesystem::path folder = testing::OfficialFolder() / (law == Law::kYouth ? "ijw-3.2" : "iwmo-3.2") / "samples";
    for (const MessageType type : kAnswered) {
      const std::string name = absl::StrCat(law == Law::kYouth ? "JW" : "WMO", static_cast<int>(type), ".xml");
      const std::string text = absl::StrReplaceAll(testing::ReadFile(folder / name), {{"2027-06-31", "2027-06-30"}});
      int messages = 0;
      for (const std::string& variant : VariantsOf(text)) {
        const ReadResult read = ReadMessage(variant);
        if (!read.ok()) continue;
        ++messages;
        std::vector<std::vector<Finding>> cases = {{}, {At("Header", "9056")}, {At("Header", "0001", 2)}};
        for (const std::string& place : PlacesOf(read.message)) cases.push_back({At(place, "9319", 3, "TR323")});
        for (const std::vector<Finding>& findings : cases) {
          const Answer answer = Answered(variant, findings);
          ASSERT_TRUE(official.Accepts(law, AnswerType(type), answer.xml)) << name << "\n" << variant << "\n" << answer.xml;
          const bool body = !findings.empty() && findings[0].place != "Header";
          if (body && type != MessageType::kClaim) {
            ASSERT_EQ(BodyOf(answer.xml), BodyOf(variant)) << name;
          }
          EXPECT_EQ(absl::StrContains(answer.xml, "9319"), body) << name;
          ++answered;
        }
      }
      EXPECT_GT(messages, 5) << name;
    }
  }
  EXPECT_GT(answered, 1000);
}

}  // namespace
}  // namespace nmd::ingestion
