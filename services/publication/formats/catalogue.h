// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_CATALOGUE_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_CATALOGUE_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "nmd/publication/v1/open_data.pb.h"

// All datasets of an instance for catalogues of open data. Pure functions.
namespace nmd::publication::formats {

// Who publishes; addresses are URIs.
struct Publisher {
  std::string parent;  // "municipalities/gm1730".
  std::string origin;  // "https://monitor.example.nl", without a slash behind it.
  std::string name, uri, contact_name, contact_email, license;
  std::vector<std::string> themes;  // Of the EU vocabulary data-theme.
};

// DCAT-AP-NL 3, as JSON-LD 1.1 or as Turtle: the same statements, and one data service (OData). A dataset that was taken back
// stays in it with status WITHDRAWN and the reason, without distributions. Of the datasets no publication is needed.
std::string WriteCatalogueJsonLd(const Publisher& publisher, absl::Span<const v1::Dataset> datasets);
std::string WriteCatalogueTurtle(const Publisher& publisher, absl::Span<const v1::Dataset> datasets);

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_CATALOGUE_H_
