// SPDX-License-Identifier: EUPL-1.2
// What the region has for everybody: the tables that its members released to the public, together. See region.h.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/counted_table.h"
#include "services/publication/region.h"
#include "services/publication/region_publication.h"

namespace nmd::publication {
namespace {

using v1::Dataset;
using v1::TableMember;

}  // namespace

std::vector<Dataset> Region::OpenDatasets() const {
  MutexLock lock(mutex_);
  // Title by table, begin and end.
  std::map<std::tuple<std::string, std::string, std::string>, std::string> known;
  for (const Member& member : members_) {
    for (const KnownPublication& one : member.publications) {
      const v1::Publication& publication = *one.publication;
      if (publication.audience() != kPublic) continue;
      known.emplace(
          std::make_tuple(publication.table(), publication.period().start_date(), publication.period().end_date()),
          publication.title());
    }
  }
  std::vector<Dataset> datasets;
  for (const auto& [key, title] : known) {
    const auto& [table, start, end] = key;
    Dataset dataset;
    dataset.set_title(title);
    dataset.set_name(absl::StrCat("municipalities/", options_.municipality, "/datasets/", table, "_", start, "_", end));
    dataset.set_table(table);
    dataset.mutable_period()->set_start_date(start);
    dataset.mutable_period()->set_end_date(end);
    const TableQuestion question{table, dataset.period(), KnownAt(nullptr), true};
    int64_t newest = 0;
    int count = 0;
    std::vector<std::string> reasons;
    for (const Member& member : members_) {
      const Choice choice = Choose(member, question);
      if (choice.member.has_received_time()) newest = std::max(newest, MicrosOf(choice.member.received_time()));
      if (choice.publication == nullptr) {
        if (choice.member.state() != TableMember::NOT_DELIVERED && choice.member.has_received_time())
          reasons.push_back(absl::StrCat(choice.member.title(), ": ", choice.member.reason()));
        continue;
      }
      if (++count > 1) continue;
      *dataset.mutable_publication()->mutable_dimensions() = choice.publication->dimensions();
      *dataset.mutable_publication()->mutable_measures() = choice.publication->measures();
    }
    dataset.set_state(count > 0 ? Dataset::CURRENT : Dataset::WITHDRAWN);
    if (count == 0) dataset.set_reason(absl::StrJoin(reasons, "; "));
    dataset.set_coverage(absl::StrCat(count, " van ", members_.size(), " gemeenten"));
    // What is known then is known now: nothing came since. So the same table is the same bytes.
    *dataset.mutable_known_time() = *dataset.mutable_released_time() = TimestampOf(newest);
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
                         Together({dataset.table(), dataset.period(), KnownAt(nullptr), /*is_public=*/true}));
    v1::Publication& publication = *dataset.mutable_publication() = PublicationOfRegion(table);
    publication.set_publication(name.substr(name.rfind('/') + 1));
    publication.set_table(dataset.table());
    *publication.mutable_known_time() = dataset.known_time();
    dataset.set_coverage(table.coverage());
    return std::move(dataset);
  }
  return NotFound(name);
}

}  // namespace nmd::publication
