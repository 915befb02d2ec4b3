// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/open_data.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/struct.pb.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"
#include "services/publication/formats/catalogue.h"
#include "services/publication/formats/csv.h"
#include "services/publication/formats/dataset.h"
#include "services/publication/formats/odata.h"
#include "services/publication/formats/sdmx.h"

namespace nmd::publication {
namespace {

using google::api::HttpBody;

constexpr absl::string_view kFiles = "/files/", kOData = "/odata/", kDatasets = "/datasets/";

// What the gateway sends as headers beside the bytes.
HttpBody BodyOf(absl::string_view media_type, std::string data,
                const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  HttpBody body;
  body.set_content_type(std::string(media_type));
  body.set_data(std::move(data));
  google::protobuf::Struct told;
  for (const auto& [name, value] : headers) (*told.mutable_fields())[name].set_string_value(value);
  if (!headers.empty()) body.add_extensions()->PackFrom(told);
  return body;
}

// An error of a format, whose text is "{option}: {what is wrong}".
absl::Status OptionError(const absl::Status& status, const std::string& name) {
  if (absl::IsNotFound(status)) return NotFound(name);
  absl::string_view text(status.message().data(), status.message().size());
  const std::string option(text.substr(0, text.find(':')));
  text.remove_prefix(std::min(text.size(), option.size() + 2));
  if (absl::IsUnimplemented(status)) {
    return Fail(absl::StatusCode::kUnimplemented, ErrorReason::QUERY_NOT_SUPPORTED, absl::StrCat("$", option, " ", text),
                {{"option", option}});
  }
  return BadFields({{option, std::string(text)}});
}

}  // namespace

OpenData::OpenData(std::string municipality, Source source, const internal::v1::OpenDataConfig* config)
    : municipality_(std::move(municipality)),
      source_(std::move(source)),
      has_catalogue_(config != nullptr),
      config_(config == nullptr ? internal::v1::OpenDataConfig() : *config) {}

absl::StatusOr<v1::Dataset> OpenData::Find(const std::string& name) const {
  NMD_ASSIGN_OR_RETURN(v1::Dataset dataset, source_.find(name));
  if (dataset.state() == v1::Dataset::WITHDRAWN) return dataset;
  for (const formats::FileKind& kind : formats::FileKinds()) {
    v1::DatasetFile* file = dataset.add_files();
    file->set_file(std::string(kind.file));
    file->set_title(std::string(kind.title));
    file->set_media_type(std::string(kind.media_type));
  }
  return dataset;
}

absl::StatusOr<v1::Dataset> OpenData::FindFigures(const std::string& name) const {
  NMD_ASSIGN_OR_RETURN(v1::Dataset dataset, Find(name));
  if (dataset.state() != v1::Dataset::WITHDRAWN) return dataset;
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PUBLICATION_WITHDRAWN,
              "the dataset was taken back; its reason is in the metadata", {{"reason", dataset.reason()}});
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

absl::StatusOr<HttpBody> OpenData::ReadDatasetFile(const Caller&, const v1::ReadDatasetFileRequest& request) const {
  const size_t at = absl::string_view(request.name()).rfind(kFiles);
  if (at == std::string::npos) return NotFound(request.name());
  const std::string file = request.name().substr(at + kFiles.size());
  NMD_ASSIGN_OR_RETURN(const v1::Dataset dataset, FindFigures(request.name().substr(0, at)));
  const std::vector<formats::FileKind>& kinds = formats::FileKinds();
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const formats::FileKind& one) { return one.file == file; });
  if (kind == kinds.end()) return NotFound(request.name());
  const auto saved_as = [&](absl::string_view suffix) {
    return std::make_pair(std::string("Content-Disposition"),
                          absl::StrCat("attachment; filename=\"", formats::IdOf(dataset), suffix, "\""));
  };
  if (file == "csv") {
    return BodyOf(kind->media_type, formats::WriteCsv(dataset),
                  {saved_as(".csv"), {"Link", "<csv-metadata>; rel=\"describedby\"; type=\"application/csvm+json\""}});
  }
  if (file == "csv-metadata") return BodyOf(kind->media_type, formats::WriteCsvMetadata(dataset, config_.license()));
  if (file == "gmsd") return BodyOf(kind->media_type, formats::WriteGmsd(dataset), {saved_as("-gmsd.csv")});
  if (file == "sdmx-csv") return BodyOf(kind->media_type, formats::WriteSdmxCsv(dataset), {saved_as("-sdmx.csv")});
  return BodyOf(kind->media_type, formats::WriteSdmxStructure(dataset));
}

absl::StatusOr<HttpBody> OpenData::ReadCatalogue(const Caller&, const v1::ReadCatalogueRequest& request) const {
  const bool turtle = request.format() == "turtle";
  if (!turtle && !request.format().empty() && request.format() != "json-ld")
    return BadFields({{"format", "must be empty, json-ld or turtle"}});
  if (!has_catalogue_) return NotFound(absl::StrCat(request.parent(), "/catalogue"));
  formats::Publisher publisher;
  publisher.parent = absl::StrCat("municipalities/", municipality_);
  publisher.origin = std::string(absl::StripSuffix(config_.origin(), "/"));
  publisher.name = config_.publisher();
  publisher.uri = config_.publisher_uri();
  publisher.contact_name = config_.contact_name();
  publisher.contact_email = config_.contact_email();
  publisher.license = config_.license();
  publisher.themes = {config_.themes().begin(), config_.themes().end()};
  if (publisher.themes.empty()) {
    for (const char* theme : {"SOCI", "HEAL"})
      publisher.themes.push_back(absl::StrCat("http://publications.europa.eu/resource/authority/data-theme/", theme));
  }
  const std::vector<v1::Dataset> all = source_.list();
  if (turtle) return BodyOf("text/turtle; charset=utf-8", formats::WriteCatalogueTurtle(publisher, all));
  return BodyOf("application/ld+json", formats::WriteCatalogueJsonLd(publisher, all));
}

absl::StatusOr<HttpBody> OpenData::ReadOData(const Caller&, const v1::ReadODataRequest& request) const {
  const size_t at = absl::string_view(request.name()).find(kOData);
  if (at == std::string::npos) return NotFound(request.name());
  absl::string_view rest = absl::string_view(request.name()).substr(at + kOData.size());
  const absl::string_view id = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(rest.size(), id.size() + 1));
  NMD_ASSIGN_OR_RETURN(const v1::Dataset dataset, FindFigures(absl::StrCat(request.name().substr(0, at), kDatasets, id)));
  absl::StatusOr<formats::ODataAnswer> answer = formats::AnswerOData(dataset, rest, request);
  if (!answer.ok()) return OptionError(answer.status(), request.name());
  return BodyOf(answer->media_type, std::move(answer->body), {{"OData-Version", "4.0"}});
}

void BindOpenData(const OpenData& open_data, Router& router) {
  constexpr absl::string_view kService = "nmd.publication.v1.OpenDataService";
  router.Handle(kService, "ListDatasets", [&open_data](const Caller& caller, const v1::ListDatasetsRequest& request) {
    return open_data.ListDatasets(caller, request);
  });
  router.Handle(kService, "GetDataset", [&open_data](const Caller& caller, const v1::GetDatasetRequest& request) {
    return open_data.GetDataset(caller, request);
  });
  router.Handle(kService, "ReadDatasetFile", [&open_data](const Caller& caller, const v1::ReadDatasetFileRequest& request) {
    return open_data.ReadDatasetFile(caller, request);
  });
  router.Handle(kService, "ReadCatalogue", [&open_data](const Caller& caller, const v1::ReadCatalogueRequest& request) {
    return open_data.ReadCatalogue(caller, request);
  });
  router.Handle(kService, "ReadOData", [&open_data](const Caller& caller, const v1::ReadODataRequest& request) {
    return open_data.ReadOData(caller, request);
  });
}

}  // namespace nmd::publication
