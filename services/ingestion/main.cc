// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "nmd/internal/v1/config.pb.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/ingestion/code_lists.h"
#include "services/ingestion/ingestion.h"
#include "services/platform/config.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"

namespace {

using nmd::Caller;
using nmd::ingestion::Ingestion;

// All *.yaml of the folder, in order of name. None when the folder is not configured.
absl::StatusOr<std::vector<nmd::internal::v1::MappingFile>> ReadMappings(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  if (!folder.empty()) {
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      if (it->path().extension() == ".yaml") paths.push_back(it->path());
    }
  }
  if (error) {
    return nmd::Fail(absl::StatusCode::kFailedPrecondition, nmd::ErrorReason::FIELDS_INVALID,
                     "mapping_dir cannot be read: " + error.message());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<nmd::internal::v1::MappingFile> mappings(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) NMD_RETURN_IF_ERROR(nmd::ReadYamlFile(paths[i], &mappings[i]));
  return mappings;
}

struct State {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<Ingestion> ingestion;  // After the journal it writes to: goes first.
};

void Bind(nmd::Router& router, Ingestion& ingestion) {
  const char* service = "nmd.ingestion.v1.IngestionService";
  const auto bind = [&](const char* method, auto function) { router.Handle(service, method, std::move(function)); };
  namespace v1 = nmd::ingestion::v1;
  bind("ListSources", [&](const Caller& c, const v1::ListSourcesRequest& r) { return ingestion.ListSources(c, r); });
  bind("GetSourceAnalysis",
       [&](const Caller& c, const v1::GetSourceAnalysisRequest& r) { return ingestion.GetSourceAnalysis(c, r); });
  bind("ListSourceAnalyses",
       [&](const Caller& c, const v1::ListSourceAnalysesRequest& r) { return ingestion.ListSourceAnalyses(c, r); });
  bind("DeliverFile", [&](const Caller& c, const v1::DeliverFileRequest& r) { return ingestion.DeliverFile(c, r); });
  bind("CreateUpload", [&](const Caller& c, const v1::CreateUploadRequest& r) { return ingestion.CreateUpload(c, r); });
  bind("AppendUpload", [&](const Caller& c, const v1::AppendUploadRequest& r) { return ingestion.AppendUpload(c, r); });
  bind("GetUpload", [&](const Caller& c, const v1::GetUploadRequest& r) { return ingestion.GetUpload(c, r); });
  bind("CompleteUpload", [&](const Caller& c, const v1::CompleteUploadRequest& r) { return ingestion.CompleteUpload(c, r); });
  bind("GetDelivery", [&](const Caller& c, const v1::GetDeliveryRequest& r) { return ingestion.GetDelivery(c, r); });
  bind("GetDeliveryContent",
       [&](const Caller& c, const v1::GetDeliveryContentRequest& r) { return ingestion.GetDeliveryContent(c, r); });
  bind("WithdrawDelivery",
       [&](const Caller& c, const v1::WithdrawDeliveryRequest& r) { return ingestion.WithdrawDelivery(c, r); });
  bind("RestoreDelivery",
       [&](const Caller& c, const v1::RestoreDeliveryRequest& r) { return ingestion.RestoreDelivery(c, r); });
  bind("ListDeliveries", [&](const Caller& c, const v1::ListDeliveriesRequest& r) { return ingestion.ListDeliveries(c, r); });
  bind("ListFindings", [&](const Caller& c, const v1::ListFindingsRequest& r) { return ingestion.ListFindings(c, r); });
  bind("GetAnswer", [&](const Caller& c, const v1::GetAnswerRequest& r) { return ingestion.GetAnswer(c, r); });
  bind("ListRules", [&](const Caller& c, const v1::ListRulesRequest& r) { return ingestion.ListRules(c, r); });
  bind("ListFacts", [&](const Caller& c, const v1::ListFactsRequest& r) { return ingestion.ListFacts(c, r); });
  bind("ListPersonRecords",
       [&](const Caller& c, const v1::ListPersonRecordsRequest& r) { return ingestion.ListPersonRecords(c, r); });
  bind("ErasePersons", [&](const Caller& c, const v1::ErasePersonsRequest& r) { return ingestion.ErasePersons(c, r); });
  namespace lro = google::longrunning;
  router.Handle("google.longrunning.Operations", "GetOperation",
                [&](const Caller& c, const lro::GetOperationRequest& r) { return ingestion.GetOperation(c, r); });
  router.Handle("google.longrunning.Operations", "WaitOperation",
                [&](const Caller& c, const lro::WaitOperationRequest& r) { return ingestion.WaitOperation(c, r); });
}

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::IngestionConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
        NMD_ASSIGN_OR_RETURN(const nmd::Key key, nmd::Key::FromFile(config.key_file()));
        NMD_ASSIGN_OR_RETURN(const auto mappings, ReadMappings(config.mapping_dir()));
        nmd::ingestion::CodeLists code_lists;
        if (!config.code_list_dir().empty()) {
          NMD_ASSIGN_OR_RETURN(code_lists, nmd::ingestion::CodeLists::Read(config.code_list_dir()));
        }
        for (const std::string& rule : code_lists.NotJudged()) {
          nmd::Log(nmd::LogLevel::kInfo, "a rule is not judged for want of a code list", {{"detail", rule}});
        }
        auto state = std::make_shared<State>();
        NMD_ASSIGN_OR_RETURN(state->journal, process.OpenJournal());
        NMD_ASSIGN_OR_RETURN(state->ingestion,
                             Ingestion::Open(*state->journal, process.clock(), key, config.server().municipality(), mappings,
                                             std::move(code_lists)));
        Bind(process.router(), *state->ingestion);
        // Ends the feeds that wait, so that the drain does not have to.
        process.AtStop([journal = state->journal.get()] { journal->Interrupt(); });
        return nmd::ServiceState(state);
      });
}
