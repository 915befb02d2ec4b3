// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/parts.h"

#include <algorithm>
#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/platform/proto_time.h"

namespace nmd::analyses {

void AddProvenance(const costs::Snapshot& snapshot, uint32_t kinds,
                   google::protobuf::RepeatedPtrField<type::Provenance>* lines) {
  for (const auto& [source, shares] : snapshot.shares) {
    int64_t deliveries = 0;
    costs::Moment newest = 0;
    for (const costs::SourceShare& share : shares) {
      if ((share.kinds & kinds) == 0 || share.deliveries == 0) continue;
      newest = deliveries == 0 ? share.newest : std::max(newest, share.newest);
      deliveries += share.deliveries;
    }
    if (deliveries == 0) continue;
    type::Provenance* line = lines->Add();
    line->set_source(source);
    line->set_delivery_count(deliveries);
    *line->mutable_newest_known_time() = TimestampOf(newest);
  }
}

std::vector<uint32_t> PickCourses(const costs::CareBook& book, const std::vector<costs::QuestionFilter>& filters) {
  std::vector<uint32_t> picked;
  for (uint32_t c = 0; c < book.courses.size(); ++c) {
    const bool keep = std::all_of(filters.begin(), filters.end(), [&](const costs::QuestionFilter& filter) {
      const std::string value = costs::ValueOf(book, book.courses[c], *filter.dimension);
      return std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
    });
    if (keep) picked.push_back(c);
  }
  return picked;
}

}  // namespace nmd::analyses
