// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contracts_methods.h"

namespace nmd::contracts {

using namespace v1;  // NOLINT: requests of one package.

void Handle(Contracts& contracts, Router& router) {
  constexpr absl::string_view kService = "nmd.contracts.v1.ContractsService";
  router.Handle(kService, "AcknowledgeSignal", [&contracts](const Caller& caller, const AcknowledgeSignalRequest& request) {
    return contracts.AcknowledgeSignal(caller, request);
  });
  router.Handle(kService, "GetContract", [&contracts](const Caller& caller, const GetContractRequest& request) {
    return contracts.GetContract(caller, request);
  });
  router.Handle(kService, "ListContracts", [&contracts](const Caller& caller, const ListContractsRequest& request) {
    return contracts.ListContracts(caller, request);
  });
  router.Handle(kService, "ListPositions", [&contracts](const Caller& caller, const ListPositionsRequest& request) {
    return contracts.ListPositions(caller, request);
  });
  router.Handle(kService, "ListSignals", [&contracts](const Caller& caller, const ListSignalsRequest& request) {
    return contracts.ListSignals(caller, request);
  });
  router.Handle(kService, "ListSignalRules", [&contracts](const Caller& caller, const ListSignalRulesRequest& request) {
    return contracts.ListSignalRules(caller, request);
  });
  constexpr absl::string_view kAccounts = "nmd.contracts.v1.ReconciliationService";
  router.Handle(kAccounts, "GetProviderAccount", [&contracts](const Caller& caller, const GetProviderAccountRequest& request) {
    return contracts.GetProviderAccount(caller, request);
  });
  router.Handle(kAccounts, "ListReconciliationItems",
                [&contracts](const Caller& caller, const ListReconciliationItemsRequest& request) {
                  return contracts.ListReconciliationItems(caller, request);
                });
  constexpr absl::string_view kProviders = "nmd.contracts.v1.ProviderService";
  router.HandleFeed(kProviders, "ListItemChanges", contracts.parking(),
                    [&contracts](const Caller& caller, const ListItemChangesRequest& request, bool last) {
                      return contracts.ListItemChanges(caller, request, last);
                    });
  router.Handle(kProviders, "RespondToItem", [&contracts](const Caller& caller, const RespondToItemRequest& request) {
    return contracts.RespondToItem(caller, request);
  });
  router.Handle(kProviders, "ListItemResponses", [&contracts](const Caller& caller, const ListItemResponsesRequest& request) {
    return contracts.ListItemResponses(caller, request);
  });
  router.Handle(kProviders, "SubmitStatement", [&contracts](const Caller& caller, const SubmitStatementRequest& request) {
    return contracts.SubmitStatement(caller, request);
  });
  router.Handle(kProviders, "GetStatement", [&contracts](const Caller& caller, const GetStatementRequest& request) {
    return contracts.GetStatement(caller, request);
  });
  router.Handle(kProviders, "ListStatements", [&contracts](const Caller& caller, const ListStatementsRequest& request) {
    return contracts.ListStatements(caller, request);
  });
  router.Handle(kProviders, "GetStatementDraft", [&contracts](const Caller& caller, const GetStatementDraftRequest& request) {
    return contracts.GetStatementDraft(caller, request);
  });
  router.Handle(kProviders, "ConfirmStatementDraft",
                [&contracts](const Caller& caller, const ConfirmStatementDraftRequest& request) {
                  return contracts.ConfirmStatementDraft(caller, request);
                });
  router.HandleFeed(kService, "ListSignalChanges", contracts.parking(),
                    [&contracts](const Caller& caller, const ListSignalChangesRequest& request, bool last) {
                      return contracts.ListSignalChanges(caller, request, last);
                    });
  router.Handle(kService, "ListCombinationRules",
                [&contracts](const Caller& caller, const ListCombinationRulesRequest& request) {
                  return contracts.ListCombinationRules(caller, request);
                });
  constexpr absl::string_view kProposals = "nmd.contracts.v1.ProposalsService";
  router.Handle(kProposals, "ProposeChange", [&contracts](const Caller& caller, const ProposeChangeRequest& request) {
    return contracts.ProposeChange(caller, request);
  });
  router.Handle(kProposals, "GetProposal", [&contracts](const Caller& caller, const GetProposalRequest& request) {
    return contracts.GetProposal(caller, request);
  });
  router.Handle(kProposals, "ListProposals", [&contracts](const Caller& caller, const ListProposalsRequest& request) {
    return contracts.ListProposals(caller, request);
  });
  router.Handle(kProposals, "ApproveProposal", [&contracts](const Caller& caller, const ApproveProposalRequest& request) {
    return contracts.ApproveProposal(caller, request);
  });
  router.Handle(kProposals, "RejectProposal", [&contracts](const Caller& caller, const RejectProposalRequest& request) {
    return contracts.RejectProposal(caller, request);
  });
  router.Handle(kProposals, "WithdrawProposal", [&contracts](const Caller& caller, const WithdrawProposalRequest& request) {
    return contracts.WithdrawProposal(caller, request);
  });
  constexpr absl::string_view kDossiers = "nmd.contracts.v1.DossiersService";
  router.Handle(kDossiers, "GetProviderDossier", [&contracts](const Caller& caller, const GetProviderDossierRequest& request) {
    return contracts.GetProviderDossier(caller, request);
  });
  router.Handle(kDossiers, "GetProductGroup", [&contracts](const Caller& caller, const GetProductGroupRequest& request) {
    return contracts.GetProductGroup(caller, request);
  });
}

}  // namespace nmd::contracts
