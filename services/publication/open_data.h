// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_OPEN_DATA_H_
#define NMD_SERVICES_PUBLICATION_OPEN_DATA_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nmd/internal/v1/config.pb.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "services/platform/caller.h"
#include "services/platform/router.h"

namespace google::api {
class HttpBody;
}

namespace nmd::publication {

// Open data in the formats of others, of a municipality or the region. Has no state and no say in what is public: it asks its
// source, which tells of nothing else. Thread-safe when the source is.
class OpenData {
 public:
  struct Source {
    // All that was ever public, newest first. Of the publication no cells are needed.
    std::function<std::vector<v1::Dataset>()> list;
    // One of them with its cells, unless it was taken back. Errors: NOT_FOUND for what never was public.
    std::function<absl::StatusOr<v1::Dataset>(const std::string& name)> find;
  };
  // Without `config` (a copy is kept) there is no catalogue.
  OpenData(std::string municipality, Source source, const internal::v1::OpenDataConfig* config);

  // OpenDataService, all but ExportIv3 (iv3_export.h). Errors: as open_data.proto says per method.
  absl::StatusOr<v1::ListDatasetsResponse> ListDatasets(const Caller& caller, const v1::ListDatasetsRequest& request) const;
  absl::StatusOr<v1::Dataset> GetDataset(const Caller& caller, const v1::GetDatasetRequest& request) const;
  absl::StatusOr<google::api::HttpBody> ReadDatasetFile(const Caller& caller, const v1::ReadDatasetFileRequest& request) const;
  absl::StatusOr<google::api::HttpBody> ReadCatalogue(const Caller& caller, const v1::ReadCatalogueRequest& request) const;
  absl::StatusOr<google::api::HttpBody> ReadOData(const Caller& caller, const v1::ReadODataRequest& request) const;

 private:
  // With what there is of files to read.
  absl::StatusOr<v1::Dataset> Find(const std::string& name) const;
  // The same, of which figures are asked: PUBLICATION_WITHDRAWN when it was taken back.
  absl::StatusOr<v1::Dataset> FindFigures(const std::string& name) const;

  const std::string municipality_;
  const Source source_;
  const bool has_catalogue_;
  const internal::v1::OpenDataConfig config_;
};

// Binds these methods. `open_data` must outlive the router's last call.
void BindOpenData(const OpenData& open_data, Router& router);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_OPEN_DATA_H_
