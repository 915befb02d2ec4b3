// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_SUPPORT_FIXTURE_F1_H_
#define NMD_TESTS_SUPPORT_FIXTURE_F1_H_

#include <vector>

#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/linking/v1/linking.pb.h"

namespace nmd::testing {

// Fixture F1 (requirements section 7): invented persons that reproduce the published counts and amounts of January 2017
// and January 2018 at once. It is one choice of thousands that do, not the truth.
//
//   IVN      provisions 2017 / 2018   price per month 2017 / 2018
//   4             70 /  56                 200 /   205
//   5            183 / 276                 400 /   435
//   6            178 / 238                 652 /   707
//   7            152 / 189                 961 / 1.050
//   8             18 /  27               3.704 / 3.704
//   total        601 / 786             416.000 / 598.264      clients 484 / 598
//
// Every provision of 2017 is valid the whole year 2017, every one of 2018 the whole year 2018. Some clients have two or
// three, each at a provider of its own. Known on 1-2-2018. Every client has an exact link, a birth date, a sex and a wijk.
std::vector<ingestion::v1::FactBatch> FixtureF1();

// The links of those persons, known on 1-2-2018.
std::vector<linking::v1::Link> FixtureF1Links();

}  // namespace nmd::testing

#endif  // NMD_TESTS_SUPPORT_FIXTURE_F1_H_
