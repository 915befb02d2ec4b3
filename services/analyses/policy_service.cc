// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/policy_service.h"

namespace nmd::analyses {

void BindScenarios(Scenarios* scenarios, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.ScenariosService";
  router->Handle(kService, "ListScenarioTables",
                 [scenarios](const Caller& caller, const costs::v1::ListScenarioTablesRequest& request) {
                   return scenarios->ListScenarioTables(caller, request);
                 });
  router->Handle(kService, "CalculateScenario",
                 [scenarios](const Caller& caller, const costs::v1::CalculateScenarioRequest& request) {
                   return scenarios->CalculateScenario(caller, request);
                 });
  router->Handle(kService, "StoreScenario", [scenarios](const Caller& caller, const costs::v1::StoreScenarioRequest& request) {
    return scenarios->StoreScenario(caller, request);
  });
  router->Handle(kService, "ListStoredScenarios",
                 [scenarios](const Caller& caller, const costs::v1::ListStoredScenariosRequest& request) {
                   return scenarios->ListStoredScenarios(caller, request);
                 });
}

void BindPolicies(Policies* policies, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.PoliciesService";
  router->Handle(kService, "ListGoals", [policies](const Caller& caller, const costs::v1::ListGoalsRequest& request) {
    return policies->ListGoals(caller, request);
  });
  router->Handle(kService, "GetGoal", [policies](const Caller& caller, const costs::v1::GetGoalRequest& request) {
    return policies->GetGoal(caller, request);
  });
  router->Handle(kService, "RegisterPolicyMeasure",
                 [policies](const Caller& caller, const costs::v1::RegisterPolicyMeasureRequest& request) {
                   return policies->RegisterPolicyMeasure(caller, request);
                 });
  router->Handle(kService, "ListPolicyMeasures",
                 [policies](const Caller& caller, const costs::v1::ListPolicyMeasuresRequest& request) {
                   return policies->ListPolicyMeasures(caller, request);
                 });
  router->Handle(kService, "ReportPolicyStatus",
                 [policies](const Caller& caller, const costs::v1::ReportPolicyStatusRequest& request) {
                   return policies->ReportPolicyStatus(caller, request);
                 });
  router->Handle(kService, "AssessPolicyMeasure",
                 [policies](const Caller& caller, const costs::v1::AssessPolicyMeasureRequest& request) {
                   return policies->AssessPolicyMeasure(caller, request);
                 });
  router->Handle(kService, "ListPilotProgrammes",
                 [policies](const Caller& caller, const costs::v1::ListPilotProgrammesRequest& request) {
                   return policies->ListPilotProgrammes(caller, request);
                 });
  router->Handle(kService, "ListPolicyEvents",
                 [policies](const Caller& caller, const costs::v1::ListPolicyEventsRequest& request) {
                   return policies->ListPolicyEvents(caller, request);
                 });
  router->Handle(kService, "AnalyseInterruption",
                 [policies](const Caller& caller, const costs::v1::AnalyseInterruptionRequest& request) {
                   return policies->AnalyseInterruption(caller, request);
                 });
  router->Handle(kService, "AddPolicyNote", [policies](const Caller& caller, const costs::v1::AddPolicyNoteRequest& request) {
    return policies->AddPolicyNote(caller, request);
  });
  router->Handle(kService, "ListPolicyNotes",
                 [policies](const Caller& caller, const costs::v1::ListPolicyNotesRequest& request) {
                   return policies->ListPolicyNotes(caller, request);
                 });
}

}  // namespace nmd::analyses
