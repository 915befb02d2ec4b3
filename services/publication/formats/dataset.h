// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_DATASET_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_DATASET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/publication/v1/open_data.pb.h"

// A dataset as the formats read it: what each of its values is, where and when it is about, and what it is called elsewhere.
// Pure functions. A value that is hidden never gets out of here, whatever the message holds.
namespace nmd::publication::formats {

// Whether there is a value, and why not; the states of nmd.type.Figure.
enum class ValueState { kAnswered, kSuppressed, kNotRegistered, kNotAvailable, kNotComparable };

// Of a measure (a position) in a cell. A hidden cell has hidden values, whatever it holds; a value that is not there is not
// available.
ValueState StateOf(const v1::PublishedCell& cell, int measure);
// The word for it in the files of this system: "beantwoord", "onderdrukt", "niet_geregistreerd", "niet_beschikbaar",
// "niet_vergelijkbaar".
absl::string_view WordOf(ValueState state);
// The code of the reason (nmd.type.ErrorReason); empty when there is a value.
std::string ReasonOf(const v1::PublishedCell& cell, int measure);
// The number with a dot: "1234", euros as "1234.50", a quotient with as many digits as make it the same number again. Empty
// unless there is a value.
std::string NumberOf(const v1::PublishedCell& cell, int measure);
// How far the true value may be from the one told, in the unit of NumberOf; empty when values are told as they are.
std::string UncertaintyOf(const v1::PublishedMeasure& measure);
// "Cliënten", or "Cliënten (afgerond, ± 4)".
std::string TitleOf(const v1::PublishedMeasure& measure);
// How far it can be trusted, as the cell says; empty when it does not, and of a hidden cell.
std::string SourceQualityOf(const v1::PublishedCell& cell);
std::string CompletenessOf(const v1::PublishedCell& cell);
std::string LinkQualityOf(const v1::PublishedCell& cell);
bool IsProvisional(const v1::PublishedCell& cell);
// Euros, or numbers without a unit: "EUR", "PN" (numbers of persons or things) or "PURE_NUMB" (quotients).
absl::string_view UnitOf(const v1::PublishedMeasure& measure);

// Dates as in nmd.type.Period: half-open.
struct Span {
  std::string start, end;
};
// The period of a cell: that of the dataset, or of the code of its dimension month, quarter or year.
Span SpanOf(const v1::Dataset& dataset, const v1::PublishedCell& cell);
// Position of that dimension; -1: there is none.
int TimeDimension(const v1::Publication& publication);
// Position of the dimension that says whose value it is (the region's "municipality"); -1: there is none.
int AreaDimension(const v1::Publication& publication);
// "GM1730" or "NMD": whose dataset it is.
std::string OwnerOf(const v1::Dataset& dataset);
// The municipality of the cell, or the owner of the dataset; of a total over municipalities that is the region.
std::string AreaOf(const v1::Dataset& dataset, const v1::PublishedCell& cell);

// SDMX (ISO 17369): "2018", "2018-S1", "2018-Q1", "2018-01", else begin and length ("2018-01-01/P5M"); and the code of CL_FREQ.
std::string SdmxPeriod(const Span& span);
absl::string_view SdmxFrequency(const Span& span);
// As Statistics Netherlands writes periods: "2018JJ00", "2018HJ01", "2018KW01", "2018MM01"; others as an interval of dates.
std::string CbsPeriod(const Span& span);

// Last part of the dataset's name.
std::string IdOf(const v1::Dataset& dataset);
// The permanent number of the figure in the cell at a position: "gm1730-2018-0007.12".
std::string FigureId(const v1::Dataset& dataset, int cell);
// "leeftijd_groep" -> "LeeftijdGroep".
std::string PascalCase(absl::string_view id);

// A file a dataset can be read as.
struct FileKind {
  absl::string_view file, title, media_type;
};
const std::vector<FileKind>& FileKinds();

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_DATASET_H_
