// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_SUPPORT_REGION_H_
#define NMD_TESTS_SUPPORT_REGION_H_

#include <cstdint>
#include <functional>

#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/linking/v1/linking.pb.h"

namespace nmd::testing {

// The facts of a region over some years, as its messages would bring them: per provider and month a delivery of allocations,
// a claim with a line for each provision, and its answer; registers, tariffs and links beside it. Invented; equal specs give
// equal facts. The default is ten years of the whole region: 60,000 clients and about 2,000,000 provision-months.
struct RegionSpec {
  int clients = 60'000;
  int providers = 300;
  int products = 60;
  int first_year = 2009;
  int years = 10;
  uint32_t seed = 2018;
};

// Deliveries in order of known time: those of a month are known in the month after it.
void EachDelivery(const RegionSpec& spec, const std::function<void(ingestion::v1::FactBatch)>& visit);

// One link per person, known since the first month, nine of ten on a BSN; and a household per two clients.
void EachLink(const RegionSpec& spec, const std::function<void(linking::v1::Link, linking::v1::HouseholdStay)>& visit);

}  // namespace nmd::testing

#endif  // NMD_TESTS_SUPPORT_REGION_H_
