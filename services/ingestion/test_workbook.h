// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_TEST_WORKBOOK_H_
#define NMD_SERVICES_INGESTION_TEST_WORKBOOK_H_

#include <zip.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Excel workbooks for tests, built part by part, so that each part can be wrong.
namespace nmd::ingestion::testing {

// Part name -> XML.
using Parts = std::map<std::string, std::string>;

inline constexpr absl::string_view kMainNamespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
inline constexpr absl::string_view kRelations = "http://schemas.openxmlformats.org/package/2006/relationships";
inline constexpr absl::string_view kOffice = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

// The parts of a workbook with these sheets (name and contents of sheetData) and shared strings (contents of sst).
inline Parts WorkbookParts(const std::vector<std::pair<std::string, std::string>>& sheets, const std::string& strings = "",
                           bool calendar_1904 = false) {
  Parts parts;
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  parts["_rels/.rels"] = absl::StrCat(head, "<Relationships xmlns=\"", kRelations, "\"><Relationship Id=\"rId1\" Type=\"",
                                      kOffice, "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
  std::string names, relations;
  for (size_t i = 0; i < sheets.size(); ++i) {
    absl::StrAppend(&names, "<sheet name=\"", sheets[i].first, "\" sheetId=\"", i + 1, "\" r:id=\"rId", i + 1, "\"/>");
    absl::StrAppend(&relations, "<Relationship Id=\"rId", i + 1, "\" Type=\"", kOffice,
                    "/worksheet\" Target=\"worksheets/sheet", i + 1, ".xml\"/>");
    parts[absl::StrCat("xl/worksheets/sheet", i + 1, ".xml")] = absl::StrCat(
        head, "<worksheet xmlns=\"", kMainNamespace, "\"><sheetData>", sheets[i].second, "</sheetData></worksheet>");
  }
  absl::StrAppend(&relations, "<Relationship Id=\"rId99\" Type=\"", kOffice,
                  "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>");
  parts["xl/workbook.xml"] =
      absl::StrCat(head, "<workbook xmlns=\"", kMainNamespace, "\" xmlns:r=\"", kOffice, "\"><workbookPr",
                   calendar_1904 ? " date1904=\"1\"" : "", "/><sheets>", names, "</sheets></workbook>");
  parts["xl/_rels/workbook.xml.rels"] =
      absl::StrCat(head, "<Relationships xmlns=\"", kRelations, "\">", relations, "</Relationships>");
  parts["xl/sharedStrings.xml"] = absl::StrCat(head, "<sst xmlns=\"", kMainNamespace, "\">", strings, "</sst>");
  return parts;
}

// The parts as a zip file.
inline std::string Zipped(const Parts& parts) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, text] : parts) {
    zip_file_add(zip, name.c_str(), zip_source_buffer(zip, text.data(), text.size(), 0), ZIP_FL_ENC_UTF_8);
  }
  zip_close(zip);
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(static_cast<size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_TEST_WORKBOOK_H_
