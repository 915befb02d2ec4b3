// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/service.h"

#include "nmd/costs/v1/answers.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/costs/v1/rows.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

// A peer that waits needs time to answer after the wait.
absl::Duration TimeoutFor(int wait_seconds) { return absl::Seconds(wait_seconds + 15); }

}  // namespace

void BindMethods(Costs* costs, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.CostsService";
  router->Handle(kService, "ListMeasures", [costs](const Caller& caller, const v1::ListMeasuresRequest& request) {
    return costs->ListMeasures(caller, request);
  });
  router->Handle(kService, "ListDimensions", [costs](const Caller& caller, const v1::ListDimensionsRequest& request) {
    return costs->ListDimensions(caller, request);
  });
  router->Handle(kService, "QueryFigures", [costs](const Caller& caller, const v1::QueryFiguresRequest& request) {
    return costs->QueryFigures(caller, request);
  });
  router->Handle(kService, "DecomposeGrowth", [costs](const Caller& caller, const v1::DecomposeGrowthRequest& request) {
    return costs->DecomposeGrowth(caller, request);
  });
  router->Handle(kService, "CompareFigures", [costs](const Caller& caller, const v1::CompareFiguresRequest& request) {
    return costs->CompareFigures(caller, request);
  });
  router->Handle(kService, "BridgeAmounts", [costs](const Caller& caller, const v1::BridgeAmountsRequest& request) {
    return costs->BridgeAmounts(caller, request);
  });
  router->Handle(kService, "ExplainFigure", [costs](const Caller& caller, const v1::ExplainFigureRequest& request) {
    return costs->ExplainFigure(caller, request);
  });
  constexpr absl::string_view kAnswers = "nmd.costs.v1.AnswersService";
  router->Handle(kAnswers, "RegisterAnswer", [costs](const Caller& caller, const v1::RegisterAnswerRequest& request) {
    return costs->RegisterAnswer(caller, request);
  });
  router->Handle(kAnswers, "GetRegisteredAnswer", [costs](const Caller& caller, const v1::GetRegisteredAnswerRequest& request) {
    return costs->GetRegisteredAnswer(caller, request);
  });
  router->Handle(kAnswers, "ListRegisteredAnswers",
                 [costs](const Caller& caller, const v1::ListRegisteredAnswersRequest& request) {
                   return costs->ListRegisteredAnswers(caller, request);
                 });
  router->Handle(kAnswers, "CheckRegisteredAnswer",
                 [costs](const Caller& caller, const v1::CheckRegisteredAnswerRequest& request) {
                   return costs->CheckRegisteredAnswer(caller, request);
                 });
  router->Handle(kAnswers, "FreezeSnapshot", [costs](const Caller& caller, const v1::FreezeSnapshotRequest& request) {
    return costs->FreezeSnapshot(caller, request);
  });
  router->Handle(kAnswers, "ListFrozenSnapshots", [costs](const Caller& caller, const v1::ListFrozenSnapshotsRequest& request) {
    return costs->ListFrozenSnapshots(caller, request);
  });
  router->Handle(kAnswers, "AnnotateAnswer", [costs](const Caller& caller, const v1::AnnotateAnswerRequest& request) {
    return costs->AnnotateAnswer(caller, request);
  });
  constexpr absl::string_view kRows = "nmd.costs.v1.RowsService";
  router->Handle(kRows, "ListFigureRows", [costs](const Caller& caller, const v1::ListFigureRowsRequest& request) {
    return costs->ListFigureRows(caller, request);
  });
  router->Handle(kRows, "ListRowAccesses", [costs](const Caller& caller, const v1::ListRowAccessesRequest& request) {
    return costs->ListRowAccesses(caller, request);
  });
}

absl::Status PullFacts(const Peer& ingestion, const std::string& parent, int wait_seconds, Costs* costs) {
  ingestion::v1::ListFactsRequest request;
  request.set_parent(parent);
  request.set_after_sequence(costs->facts_cursor());
  request.set_wait_seconds(wait_seconds);
  NMD_ASSIGN_OR_RETURN(const auto response,
                       ingestion.Call<ingestion::v1::ListFactsResponse>("/nmd.ingestion.v1.IngestionService/ListFacts", request,
                                                                        TimeoutFor(wait_seconds)));
  NMD_RETURN_IF_ERROR(costs->AddFacts(response));
  if (response.next_sequence() >= response.last_sequence()) costs->Warm();
  return absl::OkStatus();
}

absl::Status PullLinks(const Peer& linking, const std::string& parent, int wait_seconds, Costs* costs) {
  linking::v1::ListLinksRequest request;
  request.set_parent(parent);
  request.set_after_sequence(costs->links_cursor());
  request.set_wait_seconds(wait_seconds);
  NMD_ASSIGN_OR_RETURN(const auto response, linking.Call<linking::v1::ListLinksResponse>(
                                                "/nmd.linking.v1.LinkingService/ListLinks", request, TimeoutFor(wait_seconds)));
  NMD_RETURN_IF_ERROR(costs->AddLinks(response));
  if (response.next_sequence() >= response.last_sequence()) costs->Warm();
  return absl::OkStatus();
}

absl::Status FollowJournal(const Journal& journal, absl::Duration wait, int64_t* sequence, Costs* costs) {
  const int64_t last = journal.WaitBeyond(*sequence, wait);
  if (last <= *sequence) return absl::OkStatus();
  NMD_RETURN_IF_ERROR(costs->Replay());
  *sequence = last;
  if (last == journal.LastSequence()) costs->Warm();
  return absl::OkStatus();
}

}  // namespace nmd::costs
