// SPDX-License-Identifier: EUPL-1.2
// What the region has for everybody: the tables it released to the public, of those of its members together. See region.h.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/counted_table.h"
#include "services/publication/region.h"
#include "services/publication/region_publication.h"

namespace nmd::publication {
namespace {

using v1::Dataset;

}  // namespace

std::vector<Dataset> Region::OpenDatasets() const {
  MutexLock lock(mutex_);
  std::vector<Dataset> datasets;
  for (const TableQuestion& question : PublicQuestions()) {
    const PublicState state = PublicStateOf(question);
    const v1::Release& release = state.release->release;
    Dataset dataset;
    dataset.set_title(release.title());
    dataset.set_name(absl::StrCat("municipalities/", options_.municipality, "/datasets/", question.table, "_",
                                  question.period.start_date(), "_", question.period.end_date()));
    dataset.set_table(question.table);
    *dataset.mutable_period() = question.period;
    dataset.set_coverage(release.coverage());
    *dataset.mutable_known_time() = release.known_time();
    *dataset.mutable_released_time() = release.decided_time();
    dataset.set_state(state.taken_back.empty() ? Dataset::CURRENT : Dataset::WITHDRAWN);
    if (state.taken_back.empty()) {
      *dataset.mutable_publication() = PublicationOfRegion(state.release->table);
      dataset.mutable_publication()->clear_cells();
      for (v1::PublishedDimension& dimension : *dataset.mutable_publication()->mutable_dimensions()) dimension.clear_codes();
    } else {
      dataset.set_reason(state.taken_back);
      if (state.taken_back_time.seconds() != 0) *dataset.mutable_withdrawn_time() = state.taken_back_time;
    }
    datasets.push_back(std::move(dataset));
  }
  std::stable_sort(datasets.begin(), datasets.end(), [](const Dataset& a, const Dataset& b) {
    return MicrosOf(a.released_time()) > MicrosOf(b.released_time());
  });
  return datasets;
}

absl::StatusOr<Dataset> Region::FindOpenDataset(const std::string& name) const {
  for (Dataset& dataset : OpenDatasets()) {
    if (dataset.name() != name) continue;
    dataset.clear_publication();
    if (dataset.state() == Dataset::WITHDRAWN) return std::move(dataset);
    NMD_ASSIGN_OR_RETURN(const v1::RegionalTable table,
                         ReadAsPublic({dataset.table(), dataset.period(), KnownAt(nullptr), /*is_public=*/true}));
    v1::Publication& publication = *dataset.mutable_publication() = PublicationOfRegion(table);
    publication.set_publication(name.substr(name.rfind('/') + 1));
    publication.set_table(dataset.table());
    *publication.mutable_known_time() = dataset.known_time();
    return std::move(dataset);
  }
  return NotFound(name);
}

}  // namespace nmd::publication
