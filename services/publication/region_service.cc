// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_service.h"

#include "absl/strings/string_view.h"

namespace nmd::publication {

void BindRegion(Region& region, Router& router) {
  constexpr absl::string_view kService = "nmd.publication.v1.RegionService";
  router.Handle(kService, "ReceiveStatement", [&region](const Caller& caller, const v1::ReceiveStatementRequest& request) {
    return region.ReceiveStatement(caller, request);
  });
  router.Handle(kService, "ListMembers", [&region](const Caller& caller, const v1::ListMembersRequest& request) {
    return region.ListMembers(caller, request);
  });
  router.Handle(kService, "ListStatements", [&region](const Caller& caller, const v1::ListStatementsRequest& request) {
    return region.ListStatements(caller, request);
  });
  router.Handle(kService, "ListRegionalTables", [&region](const Caller& caller, const v1::ListRegionalTablesRequest& request) {
    return region.ListRegionalTables(caller, request);
  });
  router.Handle(kService, "GetRegionalTable", [&region](const Caller& caller, const v1::GetRegionalTableRequest& request) {
    return region.GetRegionalTable(caller, request);
  });
  router.Handle(kService, "CompareMembers", [&region](const Caller& caller, const v1::CompareMembersRequest& request) {
    return region.CompareMembers(caller, request);
  });
  router.Handle(kService, "AssessMarket", [&region](const Caller& caller, const v1::AssessMarketRequest& request) {
    return region.AssessMarket(caller, request);
  });
  router.Handle(kService, "ListRegionalCeilings",
                [&region](const Caller& caller, const v1::ListRegionalCeilingsRequest& request) {
                  return region.ListRegionalCeilings(caller, request);
                });
  constexpr absl::string_view kRelease = "nmd.publication.v1.ReleaseService";
  router.Handle(kRelease, "ProposeRelease", [&region](const Caller& caller, const v1::ProposeReleaseRequest& request) {
    return region.ProposeRelease(caller, request);
  });
  router.Handle(kRelease, "ApproveRelease", [&region](const Caller& caller, const v1::ApproveReleaseRequest& request) {
    return region.ApproveRelease(caller, request);
  });
  router.Handle(kRelease, "RefuseRelease", [&region](const Caller& caller, const v1::RefuseReleaseRequest& request) {
    return region.RefuseRelease(caller, request);
  });
  router.Handle(kRelease, "WithdrawRelease", [&region](const Caller& caller, const v1::WithdrawReleaseRequest& request) {
    return region.WithdrawRelease(caller, request);
  });
  router.Handle(kRelease, "GetRelease", [&region](const Caller& caller, const v1::GetReleaseRequest& request) {
    return region.GetRelease(caller, request);
  });
  router.Handle(kRelease, "ListReleases", [&region](const Caller& caller, const v1::ListReleasesRequest& request) {
    return region.ListReleases(caller, request);
  });
}

}  // namespace nmd::publication
