// SPDX-License-Identifier: EUPL-1.2
// Reading and checking (levels 1 and 2) of a claim (323) of about 20 MB, the largest kind of message, beside what libxml2
// needs for the same bytes: validation by the official schema when that lies in ../shared, and parsing alone. Bytes per
// second of processor time on one core. The last lines print the ratios of the run.
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>

#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

// Indented as software of providers writes it: one level is one tab.
std::string Indented(const std::string& text) {
  std::string out;
  size_t depth = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    const absl::string_view line = absl::string_view(text).substr(at, end - at);
    const bool closes = line[1] == '/', opens = !closes && line[1] != '?' && line.find("</") == absl::string_view::npos;
    if (closes) --depth;
    out.append(depth, '\t');
    absl::StrAppend(&out, line, "\n");
    if (opens) ++depth;
    at = end + 1;
  }
  return out;
}

const std::string& BigClaim() {
  static const std::string& text = *new std::string([] {
    ParsedMessage m = testing::Empty(Law::kYouth, MessageType::kClaim);
    Claim& claim = m.claim.emplace();
    claim.number = "DN001";
    claim.period = testing::Days("2026-04-01", "2026-04-30");
    claim.dated_day = testing::D("2026-05-06");
    const std::string bsn = testing::TestBsn(0);
    for (int32_t client = 0; client < 6000; ++client) {
      m.clients.emplace_back().bsn = bsn;
      for (int32_t i = 0; i < 4; ++i) {
        claim.lines.push_back(testing::TestLine(m.law, client, i, absl::StrCat("RN", client * 10 + i)));
      }
    }
    claim.total.cents = static_cast<Cents>(claim.lines.size()) * 5000;
    return Indented(testing::Render(m));
  }());
  return text;
}

std::string SchemaPath() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return (std::filesystem::path(source == nullptr ? "." : source) / "../shared/istandaarden/ijw-3.2/xsd/JW323.xsd").string();
}

bool ReadAndCheck() {
  const ReadResult result = ReadMessage(BigClaim());
  return result.ok() && CheckMessage(result.message).empty();
}

bool ReadOnly() { return ReadMessage(BigClaim()).ok(); }

bool PlainSax() {
  xmlSAXHandler handler = {};
  handler.initialized = XML_SAX2_MAGIC;
  const std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxtPtr)> parser(
      xmlCreateMemoryParserCtxt(BigClaim().data(), static_cast<int>(BigClaim().size())), xmlFreeParserCtxt);
  *parser->sax = handler;
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET);
  return xmlParseDocument(parser.get()) == 0;
}

// Streaming validation, the faster of the two ways libxml2 has.
bool Validate() {
  static const xmlSchemaPtr schema = [] {
    const xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(SchemaPath().c_str());
    const xmlSchemaPtr parsed = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    return parsed;
  }();
  const std::unique_ptr<xmlSchemaValidCtxt, void (*)(xmlSchemaValidCtxtPtr)> context(xmlSchemaNewValidCtxt(schema),
                                                                                     xmlSchemaFreeValidCtxt);
  const xmlParserInputBufferPtr input =
      xmlParserInputBufferCreateMem(BigClaim().data(), static_cast<int>(BigClaim().size()), XML_CHAR_ENCODING_UTF8);
  return xmlSchemaValidateStream(context.get(), input, XML_CHAR_ENCODING_UTF8, nullptr, nullptr) == 0;
}

void Measure(benchmark::State& state, bool (*work)()) {
  BigClaim();
  for (auto _ : state) {
    if (!work()) state.SkipWithError("the message was refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(BigClaim().size()));
}

double SecondsOf(bool (*work)()) {
  const std::clock_t begin = std::clock();
  benchmark::DoNotOptimize(work());
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Best of five, ours and the peer in turn, so that a busy moment of the machine meets both.
void PrintRatio(const char* peer_name, bool (*peer)()) {
  double ours = 1e9, theirs = 1e9;
  for (int round = 0; round < 5; ++round) {
    ours = std::min(ours, SecondsOf(ReadAndCheck));
    theirs = std::min(theirs, SecondsOf(peer));
  }
  const double megabytes = static_cast<double>(BigClaim().size()) / 1e6;
  std::printf("%.1f MB: read + level 1 + level 2 %.0f MB/s, %s %.0f MB/s, ratio %.2f\n", megabytes, megabytes / ours, peer_name,
              megabytes / theirs, theirs / ours);
}

}  // namespace
}  // namespace nmd::ingestion

int main(int argc, char** argv) {
  using namespace nmd::ingestion;  // NOLINT
  benchmark::Initialize(&argc, argv);
  xmlInitParser();
  const bool has_schema = std::filesystem::exists(SchemaPath());
  benchmark::RegisterBenchmark("ReadAndCheck", [](benchmark::State& s) { Measure(s, ReadAndCheck); });
  benchmark::RegisterBenchmark("ReadOnly", [](benchmark::State& s) { Measure(s, ReadOnly); });
  benchmark::RegisterBenchmark("PeerLibxml2Sax", [](benchmark::State& s) { Measure(s, PlainSax); });
  if (has_schema) benchmark::RegisterBenchmark("PeerLibxml2Schema", [](benchmark::State& s) { Measure(s, Validate); });
  benchmark::RunSpecifiedBenchmarks();
  PrintRatio("libxml2 parsing alone", PlainSax);
  if (has_schema) {
    PrintRatio("libxml2 schema validation", Validate);
  } else {
    std::printf("no official schema at %s: not compared with validation\n", SchemaPath().c_str());
  }
  benchmark::Shutdown();
  return 0;
}
