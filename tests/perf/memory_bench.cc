// SPDX-License-Identifier: EUPL-1.2
// Memory for the largest message the chain takes: a claim (323) of 25 MB (OP179). Each line is a process of its own, which
// prints how far its resident memory rose above what it was before the file came, at the highest. Target: 64 MiB. The peer is
// what libxml2 needs to validate the same file as a document, by the official schema when that lies in ../shared.
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"
#include "services/platform/crypto.h"
#include "services/platform/router.h"

namespace nmd::ingestion {
namespace {

// Of this process, from the kernel. Example of a key: "VmRSS:".
double MebibytesOf(absl::string_view key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (absl::StartsWith(line, key)) return std::atof(line.c_str() + key.size()) / 1024;
  }
  return 0;
}

// As many lines as fit in 25 MB, without indentation: the most a message can hold.
std::string LargestClaim() {
  ParsedMessage m = testing::Empty(Law::kYouth, MessageType::kClaim);
  Claim& claim = m.claim.emplace();
  claim.number = "DN001";
  claim.period = testing::Days("2026-04-01", "2026-04-30");
  claim.dated_day = testing::D("2026-05-06");
  const std::string bsn = testing::TestBsn(0);
  const auto text = [&](int32_t clients) {
    m.clients.clear();
    claim.lines.clear();
    for (int32_t client = 0; client < clients; ++client) {
      m.clients.emplace_back().bsn = bsn;
      for (int32_t i = 0; i < 4; ++i) {
        claim.lines.push_back(testing::TestLine(m.law, client, i, absl::StrCat("RN", client * 10 + i)));
      }
    }
    claim.total.cents = static_cast<Cents>(claim.lines.size()) * 5000;
    return testing::Render(m);
  };
  auto clients = static_cast<int32_t>(kMaxMessageBytes / (text(100).size() / 100));
  std::string largest = text(clients);
  while (largest.size() > kMaxMessageBytes) {
    clients -= clients / 1000 + 1;
    largest = text(clients);
  }
  return largest;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::filesystem::file_size(path), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

struct Meter {
  double idle = 0, peak = 0;
  // Called when all is ready for the file.
  void Start() {
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";
    idle = MebibytesOf("VmRSS:");
  }
  // Called when the file was dealt with: what a stop takes is not of the file.
  void Stop() { peak = MebibytesOf("VmHWM:"); }
};

// Runs in a process of its own, so that no measurement sees what another left.
void Measure(const char* what, const std::function<bool(Meter&)>& work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    Meter meter;
    const bool good = work(meter);
    if (what[0] != '\0') {
      std::printf("%-58s %7.1f MiB above %.1f MiB%s\n", what, meter.peak - meter.idle, meter.idle, good ? "" : "  FAILED");
    }
    std::fflush(stdout);
    _exit(good ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

bool ReadAndJudge(const std::string& path, Meter& meter) {
  // What is made once for all messages is not counted.
  if (!CheckMessage(ReadMessage(testing::Render(testing::ClaimMessage(Law::kYouth))).message).empty()) return false;
  meter.Start();
  const std::string bytes = ReadFile(path);
  const ReadResult result = ReadMessage(bytes);
  const bool good = result.ok() && CheckMessage(result.message).empty();
  meter.Stop();
  return good;
}

bool Ingest(const std::string& path, Meter& meter) {
  const SystemClock clock;
  const Caller caller = ServiceCaller("bench", "gm1730");
  auto journal = *OpenSqliteJournal(path + ".db");
  auto ingestion = *Ingestion::Open(*journal, clock, Key::Random(), "gm1730", {});
  v1::DeliverFileRequest small;
  small.set_parent("municipalities/gm1730");
  small.set_content(testing::Render(testing::AllocationMessage(Law::kYouth)));
  if (!ingestion->DeliverFile(caller, small).ok()) return false;
  meter.Start();
  v1::CreateUploadRequest create;
  create.set_parent("municipalities/gm1730");
  create.mutable_upload()->set_source("auto");
  const auto upload = ingestion->CreateUpload(caller, create);
  if (!upload.ok()) return false;
  std::ifstream in(path, std::ios::binary);
  int64_t offset = 0;
  while (in) {
    v1::AppendUploadRequest append;
    append.set_name(upload->name());
    append.set_write_offset(offset);
    std::string chunk(kMaxCallBytes, '\0');
    in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    chunk.resize(static_cast<size_t>(in.gcount()));
    if (chunk.empty()) break;
    offset += in.gcount();
    append.set_data(std::move(chunk));
    if (!ingestion->AppendUpload(caller, append).ok()) return false;
  }
  v1::CompleteUploadRequest complete;
  complete.set_name(upload->name());
  const auto operation = ingestion->CompleteUpload(caller, complete);
  if (!operation.ok()) return false;
  google::longrunning::WaitOperationRequest wait;
  wait.set_name(operation->name());
  const auto done = ingestion->WaitOperation(caller, wait);
  meter.Stop();
  v1::Delivery delivery;
  return done.ok() && done->done() && done->response().UnpackTo(&delivery) && delivery.state() == v1::Delivery::ACCEPTED;
}

std::string SchemaPath() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return (std::filesystem::path(source == nullptr ? "." : source) / "../shared/istandaarden/ijw-3.2/xsd/JW323.xsd").string();
}

bool ValidateDocument(const std::string& path, bool with_schema, Meter& meter) {
  xmlSchemaValidCtxtPtr valid = nullptr;
  if (with_schema) {
    const xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(SchemaPath().c_str());
    valid = xmlSchemaNewValidCtxt(xmlSchemaParse(parser));
    xmlSchemaFreeParserCtxt(parser);
  }
  meter.Start();
  const xmlDocPtr document = xmlReadFile(path.c_str(), nullptr, XML_PARSE_NONET);
  const bool good = document != nullptr && (valid == nullptr || xmlSchemaValidateDoc(valid, document) == 0);
  meter.Stop();
  return good;
}

}  // namespace
}  // namespace nmd::ingestion

int main() {
  using namespace nmd::ingestion;  // NOLINT
  const auto folder = std::filesystem::temp_directory_path() / absl::StrCat("nmd-memory-bench-", nmd::RandomHex(8));
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "claim.xml").string();
  Measure("", [&](Meter&) { return static_cast<bool>(std::ofstream(path, std::ios::binary) << LargestClaim()); });
  std::printf("claim of %.1f MB\n", static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  Measure("read + level 1 + level 2, the file itself included", [&](Meter& meter) { return ReadAndJudge(path, meter); });
  Measure("uploaded, judged and stored by ingestion", [&](Meter& meter) { return Ingest(path, meter); });
  const bool has_schema = std::filesystem::exists(SchemaPath());
  Measure(has_schema ? "peer: libxml2 document + schema validation" : "peer: libxml2 document, not validated",
          [&](Meter& meter) { return ValidateDocument(path, has_schema, meter); });
  std::filesystem::remove_all(folder);
  return 0;
}
