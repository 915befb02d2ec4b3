// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_CSV_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_CSV_H_

#include <string>

#include "nmd/publication/v1/open_data.pb.h"

// A dataset as CSV. Pure functions; REQUIRES a dataset with its publication.
namespace nmd::publication::formats {

// One line per value: RFC 4180, UTF-8 without BOM, comma, CRLF. `toestand` says of every value whether there is one, and
// `reden` why not; `waarde` is empty then and only then. A text that a spreadsheet would take for a formula has an apostrophe
// in front.
std::string WriteCsv(const v1::Dataset& dataset);

// What the columns of that file are, for machines: "CSV on the Web" (W3C, csvw). `license` is a URI; empty: none is named. The
// file is named by the relative address "csv".
std::string WriteCsvMetadata(const v1::Dataset& dataset, const std::string& license);

// One line per cell in the notation of Statistics Netherlands, as in tables of the Gemeentelijke Monitor Sociaal Domein:
// semicolon, decimal comma, codes of periods and areas as CBS has them, a column per measure, and a dot for every value that is
// hidden or not known. Aggregates only: what municipalities deliver to CBS for that monitor is records with a BSN, which no
// instance gives out.
std::string WriteGmsd(const v1::Dataset& dataset);

// What a table for machines may not hold: a text that begins with one of = + - @ tab or return gets an apostrophe in front.
std::string Defused(const std::string& text);
// One field as RFC 4180 writes it, for this separator.
std::string CsvField(const std::string& text, char separator = ',');

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_CSV_H_
