// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/open_data.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::publication {

OpenData::OpenData(std::string municipality, Source source, const internal::v1::OpenDataConfig* config)
    : municipality_(std::move(municipality)),
      source_(std::move(source)),
      has_catalogue_(config != nullptr),
      config_(config == nullptr ? internal::v1::OpenDataConfig() : *config) {}

absl::StatusOr<v1::Dataset> OpenData::Find(const std::string& name) const {
  NMD_ASSIGN_OR_RETURN(v1::Dataset dataset, source_.find(name));
  return dataset;
}

absl::StatusOr<v1::ListDatasetsResponse> OpenData::ListDatasets(const Caller&, const v1::ListDatasetsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  std::vector<v1::Dataset> all = source_.list();
  const auto total = static_cast<int64_t>(all.size());
  v1::ListDatasetsResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    v1::Dataset& dataset = *response.add_datasets() = std::move(all[static_cast<size_t>(i)]);
    dataset.mutable_publication()->clear_cells();
    for (v1::PublishedDimension& dimension : *dataset.mutable_publication()->mutable_dimensions()) dimension.clear_codes();
    if (dataset.state() == v1::Dataset::WITHDRAWN) dataset.clear_publication();
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::Dataset> OpenData::GetDataset(const Caller&, const v1::GetDatasetRequest& request) const {
  return Find(request.name());
}

void BindOpenData(const OpenData& open_data, Router& router) {
  constexpr absl::string_view kService = "nmd.publication.v1.OpenDataService";
  router.Handle(kService, "ListDatasets", [&open_data](const Caller& caller, const v1::ListDatasetsRequest& request) {
    return open_data.ListDatasets(caller, request);
  });
  router.Handle(kService, "GetDataset", [&open_data](const Caller& caller, const v1::GetDatasetRequest& request) {
    return open_data.GetDataset(caller, request);
  });
}

}  // namespace nmd::publication
