// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_TEST_CONTAINER_H_
#define NMD_SERVICES_INGESTION_TEST_CONTAINER_H_

#include <zip.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Envelopes and zips of what a test puts in them. For tests and benchmarks only.
namespace nmd::ingestion::testing {

// A sound Di01 envelope (domain-standards 1.9) with these lines as the contents of `bericht`.
inline std::string EnvelopeWith(absl::string_view file) {
  return absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<g:envelopHeenbericht-ggk_Di01 xmlns:s=\"http://www.egem.nl/StUF/StUF0301\" "
      "xmlns:g=\"http://www.stufstandaarden.nl/koppelvlak/ggk0210\">\n"
      "<g:stuurgegevens>\n<s:berichtcode>Di01</s:berichtcode>\n"
      "<s:zender>\n<s:organisatie>1730</s:organisatie>\n<s:applicatie>Zorgregistratie</s:applicatie>\n"
      "<s:administratie>A</s:administratie>\n<s:gebruiker>G</s:gebruiker>\n</s:zender>\n"
      "<s:ontvanger>\n<s:organisatie>01023456</s:organisatie>\n<s:applicatie>GGk</s:applicatie>\n</s:ontvanger>\n"
      "<s:referentienummer>0f8fad5b-d9cb-469f-a165-70867728950e</s:referentienummer>\n"
      "<s:tijdstipBericht>20260430134500</s:tijdstipBericht>\n<s:functie>JW301</s:functie>\n</g:stuurgegevens>\n"
      "<g:parameters>\n<g:applicatieVersie>0004</g:applicatieVersie>\n<g:applicatieSubversie>0003</g:applicatieSubversie>\n"
      "<g:functieVersie>0003</g:functieVersie>\n<g:functieSubversie>0002</g:functieSubversie>\n<g:bericht>\n",
      file, "\n</g:bericht>\n</g:parameters>\n</g:envelopHeenbericht-ggk_Di01>\n");
}

inline std::string EnvelopeOf(absl::string_view message) {
  return EnvelopeWith(absl::StrCat("<g:xmlBestand>", absl::Base64Escape(message), "</g:xmlBestand>"));
}

// A Fo01 from this organisation.
inline std::string FaultOf(absl::string_view code, absl::string_view organisation = "IB") {
  return absl::StrCat(
      "<s:Fo01Bericht xmlns:s=\"http://www.egem.nl/StUF/StUF0301\">\n<s:stuurgegevens>\n<s:berichtcode>Fo01</s:berichtcode>\n"
      "<s:zender>\n<s:organisatie>",
      organisation,
      "</s:organisatie>\n<s:applicatie>GGK</s:applicatie>\n</s:zender>\n"
      "<s:ontvanger>\n<s:organisatie>1730</s:organisatie>\n<s:applicatie>Zorgregistratie</s:applicatie>\n</s:ontvanger>\n"
      "<s:referentienummer>r</s:referentienummer>\n<s:tijdstipBericht>20260430134500</s:tijdstipBericht>\n"
      "<s:crossRefnummer>0f8fad5b-d9cb-469f-a165-70867728950e</s:crossRefnummer>\n</s:stuurgegevens>\n<s:body>\n<s:code>",
      code,
      "</s:code>\n<s:plek>client</s:plek>\n<s:omschrijving>Jansen is onbekend</s:omschrijving>\n<s:details>d</s:details>\n"
      "<s:detailsXML>\n<fout>\n<x y=\"z\"/>\n</fout>\n</s:detailsXML>\n</s:body>\n</s:Fo01Bericht>\n");
}

// A zip of files with these names and contents; a name that ends in "/" is a folder. `method` is a ZIP_CM_ of libzip.
inline std::string ZipOf(const std::vector<std::pair<std::string, std::string>>& files, int method = ZIP_CM_DEFLATE) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : files) {
    if (!name.empty() && name.back() == '/') {
      zip_dir_add(zip, name.c_str(), ZIP_FL_ENC_UTF_8);
      continue;
    }
    zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), method, 0);
    zip_file_set_mtime(zip, static_cast<zip_uint64_t>(index), 1'767'225'600, 0);  // The same bytes every time.
  }
  zip_close(zip);
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(static_cast<size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  zip_error_fini(&error);
  return bytes;
}

// Changes a field of every entry, in the directory and before its bytes. Offsets as in the local header: 6 flags, 8 method.
inline std::string Patched(std::string zip, size_t local_offset, char value) {
  for (size_t at = zip.find("PK\3\4"); at != std::string::npos; at = zip.find("PK\3\4", at + 4)) zip[at + local_offset] = value;
  for (size_t at = zip.find("PK\1\2"); at != std::string::npos; at = zip.find("PK\1\2", at + 4)) {
    zip[at + local_offset + 2] = value;
  }
  return zip;
}

}  // namespace nmd::ingestion::testing

#endif  // NMD_SERVICES_INGESTION_TEST_CONTAINER_H_
