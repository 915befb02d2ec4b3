// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_OFFICIAL_SCHEMA_H_
#define NMD_SERVICES_INGESTION_OFFICIAL_SCHEMA_H_

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "services/ingestion/message.h"
#include "services/ingestion/test_message.h"

// The official schemas, where a developer has them beside the project. For tests only: a test skips when they are not there.
namespace nmd::ingestion::testing {

// Where they would be: check that it exists.
inline std::filesystem::path OfficialFolder() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return std::filesystem::path(source == nullptr ? "." : source) / "../shared/istandaarden";
}

// An official schema, as libxml2 judges by it.
class OfficialSchema {
 public:
  explicit OfficialSchema(const std::string& path) {
    const std::unique_ptr<xmlSchemaParserCtxt, void (*)(xmlSchemaParserCtxtPtr)> parser(xmlSchemaNewParserCtxt(path.c_str()),
                                                                                        xmlSchemaFreeParserCtxt);
    schema_ = xmlSchemaParse(parser.get());
    valid_ = xmlSchemaNewValidCtxt(schema_);
    xmlSchemaSetValidStructuredErrors(
        valid_, [](void*, xmlErrorPtr) {}, nullptr);
  }
  OfficialSchema(const OfficialSchema&) = delete;
  OfficialSchema& operator=(const OfficialSchema&) = delete;
  ~OfficialSchema() {
    xmlSchemaFreeValidCtxt(valid_);
    xmlSchemaFree(schema_);
  }

  bool Accepts(const std::string& text) const {
    const std::unique_ptr<xmlDoc, void (*)(xmlDocPtr)> document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), "message.xml", nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
        xmlFreeDoc);
    return document != nullptr && xmlSchemaValidateDoc(valid_, document.get()) == 0;
  }

 private:
  xmlSchemaPtr schema_ = nullptr;
  xmlSchemaValidCtxtPtr valid_ = nullptr;
};

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The official schema of a message. Those of most iWmo returns and of the 325 are not in the folder; they are made of the
// iJw ones, which differ in names, codes and two elements (domain-standards 1.7).
inline std::filesystem::path SchemaPath(const std::filesystem::path& root, Law law, MessageType type) {
  const int number = static_cast<int>(type);
  const std::filesystem::path youth = root / "ijw-3.2" / "xsd" / absl::StrCat("JW", number, ".xsd");
  if (law == Law::kYouth) return youth;
  const std::filesystem::path wmo = root / "iwmo-3.2" / "xsd";
  const std::string file = absl::StrCat("WMO", number, ".xsd");
  if (std::filesystem::exists(wmo / file)) return wmo / file;
  std::string text = ReadFile(youth);
  for (const absl::string_view name : {"GezagsdragerBekend", "Woonplaatsbeginsel"}) {
    const size_t at = text.find(absl::StrCat("<xs:element name=\"", name, "\""));
    if (at == std::string::npos) continue;
    const absl::string_view close = "</xs:element>";
    text.erase(at, text.find(close.data(), at) + close.size() - at);
  }
  const std::string youth_code = CodeOf(Law::kYouth, type), wmo_code = CodeOf(Law::kWmo, type);
  text = absl::StrReplaceAll(text, {{"ijw", "iwmo"},
                                    {absl::StrCat("jw", number), absl::StrCat("wmo", number)},
                                    {absl::StrCat("\"", youth_code, "\""), absl::StrCat("\"", wmo_code, "\"")}});
  // Of this process only: another build may run these tests at the same time.
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / absl::StrCat("nmd-schemas-", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / file, std::ios::binary) << text;
  std::ofstream(folder / "basisschema.xsd", std::ios::binary) << ReadFile(wmo / "basisschema.xsd");
  return folder / file;
}

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_OFFICIAL_SCHEMA_H_
