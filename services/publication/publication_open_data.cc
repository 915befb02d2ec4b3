// SPDX-License-Identifier: EUPL-1.2
// What a municipality has for everybody: what it released to the public. See publication.h.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/publication/counted_table.h"
#include "services/publication/publication.h"

namespace nmd::publication {
namespace {

using v1::Dataset;
using v1::Release;

bool IsOpen(const StoredRelease& stored) {
  const Release::State state = stored.release.state();
  return stored.release.audience() == kPublic && (state == Release::RELEASED || state == Release::WITHDRAWN);
}

// Everything of a dataset but its publication and what took its place.
Dataset DatasetOf(const StoredRelease& stored, const std::string& name) {
  const Release& release = stored.release;
  Dataset dataset;
  dataset.set_name(name);
  dataset.set_title(release.title());
  dataset.set_state(Dataset::CURRENT);
  if (release.state() == Release::WITHDRAWN) {
    dataset.set_state(Dataset::WITHDRAWN);
    dataset.set_reason(release.reason());
    *dataset.mutable_withdrawn_time() = release.withdrawn_time();
  }
  dataset.set_table(release.table());
  *dataset.mutable_period() = release.period();
  *dataset.mutable_known_time() = release.known_time();
  *dataset.mutable_released_time() = release.decided_time();
  dataset.set_replaces(release.replaces());
  return dataset;
}

}  // namespace

std::vector<Dataset> Publication::OpenDatasets() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::string> replaced_by;
  std::vector<Dataset> datasets;
  for (auto stored = state_.releases.rbegin(); stored != state_.releases.rend(); ++stored) {
    if (!IsOpen(*stored)) continue;
    const std::string& number = stored->publication.publication();
    Dataset& dataset = datasets.emplace_back(DatasetOf(*stored, absl::StrCat(parent(), "/datasets/", number)));
    if (const auto later = replaced_by.find(number); later != replaced_by.end()) {
      dataset.set_replaced_by(later->second);
      if (dataset.state() == Dataset::CURRENT) dataset.set_state(Dataset::REPLACED);
    }
    if (!dataset.replaces().empty()) replaced_by.emplace(dataset.replaces(), number);
    v1::Publication* publication = dataset.mutable_publication();
    *publication->mutable_dimensions() = stored->publication.dimensions();
    *publication->mutable_measures() = stored->publication.measures();
  }
  return datasets;
}

absl::StatusOr<Dataset> Publication::FindOpenDataset(const std::string& name) const {
  // What took its place is known by looking at all of them.
  for (Dataset& dataset : OpenDatasets()) {
    if (dataset.name() != name) continue;
    dataset.clear_publication();
    if (dataset.state() == Dataset::WITHDRAWN) return std::move(dataset);
    MutexLock lock(mutex_);
    const auto found = state_.release_of.find(name.substr(name.rfind('/') + 1));
    *dataset.mutable_publication() = state_.releases[found->second].publication;
    return std::move(dataset);
  }
  return NotFound(name);
}

}  // namespace nmd::publication
