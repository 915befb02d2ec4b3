// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_SDMX_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_SDMX_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "services/publication/formats/dataset.h"

// A dataset as SDMX 3.0 (ISO 17369). Pure functions; REQUIRES a dataset with its publication.
namespace nmd::publication::formats {

// SDMX-CSV 2.0, labels=id: one line per value, with FREQ, REF_AREA, the dimensions in capitals, MEASURE and TIME_PERIOD;
// OBS_VALUE; and as attributes OBS_STATUS, CONF_STATUS, UNIT_MEASURE and how far the value can be trusted. A total is the code
// _T, what is not known _U. OBS_VALUE is NaN where there is no value, and OBS_STATUS says why:
//   A normal, P provisional; Q suppressed; L exists but nobody registers it; O not delivered or not known; B a break makes it
//   not comparable.
// CONF_STATUS is F (free) or, of what is suppressed, C (confidential): whether a cell is hidden for itself or for another is
// told to nobody.
std::string WriteSdmxCsv(const v1::Dataset& dataset);

// What that file is made of: dataflow, data structure, concepts and code lists, as an SDMX-JSON 2.0 structure message.
std::string WriteSdmxStructure(const v1::Dataset& dataset);

// Codes of CL_OBS_STATUS and CL_CONF_STATUS.
char ObsStatusOf(ValueState state, bool provisional);
char ConfStatusOf(ValueState state);

// A text as an SDMX identifier: what it may not hold becomes $ and two hexadecimal digits, so that different texts stay
// different. "totaal" is _T, an empty text _U.
std::string SdmxCode(absl::string_view text);

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_SDMX_H_
