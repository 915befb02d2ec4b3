// SPDX-License-Identifier: EUPL-1.2
// T-29 (OP080, D2): any permutation of the same delivered files gives the same figures at the same known time, through
// ingestion, linking and costs together; what is decided or withdrawn changes figures from then on and none before. The
// services run in this process, on memory journals, over local peers.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/costs/costs.h"
#include "services/ingestion/ingestion.h"
#include "services/linking/linking.h"
#include "services/platform/config.h"
#include "services/platform/peer.h"
#include "services/platform/postgres_journal.h"
#include "services/platform/router.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

struct File {
  std::string source, name, received, content;
};

std::vector<File> DemoFiles() {
  const std::string dir = testing::ScratchDir("demo");
  std::filesystem::remove_all(dir);
  testing::MustRun(absl::StrCat(testing::Program("nmd_demo"), " --out ", dir,
                                " --municipality gm1699 --size-percent 8 --seed 29 >/dev/null"));
  std::vector<File> files;
  std::ifstream manifest(absl::StrCat(dir, "/gm1699/deliveries.csv"));
  std::string line;
  std::getline(manifest, line);
  while (std::getline(manifest, line)) {
    const std::vector<std::string> fields = absl::StrSplit(absl::StripAsciiWhitespace(line), ',');
    std::ifstream file(absl::StrCat(dir, "/gm1699/", fields.at(2)), std::ios::binary);
    files.push_back({fields[1], fields[2], fields[0], std::string(std::istreambuf_iterator<char>(file), {})});
  }
  std::filesystem::remove_all(dir);
  // The same bytes twice are one delivery, known since the first came in. Which of the two that is must not depend on the order
  // in which this test delivers them, so a copy tells the time of the original.
  std::map<std::string, std::string> first;
  for (const File& file : files) {
    std::string& received = first.emplace(file.content, file.received).first->second;
    received = std::min(received, file.received);
  }
  for (File& file : files) file.received = first.at(file.content);
  return files;
}

// Ingestion, linking and costs of one instance.
class Pipeline {
 public:
  // Where the journal of a service is kept.
  using Store = std::function<std::unique_ptr<Journal>(const std::string& service)>;

  explicit Pipeline(const Store& store = [](const std::string&) { return NewMemoryJournal(); })
      : ingestion_journal_(store("ingestion")), linking_journal_(store("linking")), costs_journal_(store("costs")) {
    std::vector<internal::v1::MappingFile> mappings;
    for (const auto& entry :
         std::filesystem::directory_iterator(absl::StrCat(testing::SourceDir(), "/deploy/config/mappings"))) {
      EXPECT_TRUE(ReadYamlFile(entry.path(), &mappings.emplace_back()).ok());
    }
    ingestion_ = *ingestion::Ingestion::Open(*ingestion_journal_, clock_, key_, "gm1699", mappings);
    const auto bind = [this](const char* method, auto function) {
      router_.Handle("nmd.ingestion.v1.IngestionService", method, std::move(function));
    };
    bind("ListFacts",
         [this](const Caller& c, const ingestion::v1::ListFactsRequest& r) { return ingestion_->ListFacts(c, r); });
    bind("ListPersonRecords", [this](const Caller& c, const ingestion::v1::ListPersonRecordsRequest& r) {
      return ingestion_->ListPersonRecords(c, r);
    });
    bind("ErasePersons",
         [this](const Caller& c, const ingestion::v1::ErasePersonsRequest& r) { return ingestion_->ErasePersons(c, r); });
    // Nothing waits in here: a feed without news answers at once.
    ingestion_journal_->Interrupt();
    linking_journal_->Interrupt();
    linking_ = std::make_unique<linking::Linking>(*linking_journal_, clock_, *peer_, key_,
                                                  linking::LinkingOptions{"gm1699", 12, true});
    EXPECT_TRUE(linking_->Load().ok());
    EXPECT_TRUE(costs_.Replay().ok());
  }

  ingestion::v1::Delivery Deliver(const File& file) {
    ingestion::v1::DeliverFileRequest request;
    request.set_parent("municipalities/gm1699");
    request.set_source(file.source);
    request.set_file_name(file.name);
    request.set_content(file.content);
    EXPECT_TRUE(google::protobuf::util::TimeUtil::FromString(file.received, request.mutable_received_time()));
    const auto delivery = ingestion_->DeliverFile(ServiceCaller("test", "gm1699"), request);
    EXPECT_TRUE(delivery.ok()) << file.name << ": " << delivery.status();
    return delivery.ok() ? *delivery : ingestion::v1::Delivery();
  }

  void Withdraw(const std::string& name, const std::string& known) {
    ingestion::v1::WithdrawDeliveryRequest request;
    request.set_name(name);
    request.set_reason("verkeerd bestand");
    ASSERT_TRUE(google::protobuf::util::TimeUtil::FromString(known, request.mutable_known_time()));
    const auto delivery = ingestion_->WithdrawDelivery(ServiceCaller("test", "gm1699"), request);
    ASSERT_TRUE(delivery.ok()) << delivery.status();
  }

  // Lets linking and costs read everything there is.
  void Settle() {
    const Caller costs = ServiceCaller("costs", "gm1699");
    for (int64_t before = -1; before != linking_journal_->LastSequence();) {
      before = linking_journal_->LastSequence();
      ASSERT_TRUE(linking_->Follow().ok());
    }
    for (int64_t before = -1; before != costs_.facts_cursor();) {
      before = costs_.facts_cursor();
      ingestion::v1::ListFactsRequest request;
      request.set_parent("municipalities/gm1699");
      request.set_after_sequence(before);
      const auto facts = ingestion_->ListFacts(costs, request);
      ASSERT_TRUE(facts.ok() && costs_.AddFacts(*facts).ok());
    }
    for (int64_t before = -1; before != costs_.links_cursor();) {
      before = costs_.links_cursor();
      linking::v1::ListLinksRequest request;
      request.set_parent("municipalities/gm1699");
      request.set_after_sequence(before);
      const auto links = linking_->ListLinks(costs, request);
      ASSERT_TRUE(links.ok() && costs_.AddLinks(*links).ok());
    }
  }

  // Everything that could differ, as text: figures by several dimensions at a known time. `timeless`: without that time.
  std::string Answers(absl::string_view known, bool timeless = false) {
    std::string all;
    const std::vector<std::vector<std::string>> questions = {{"month", "law"},       {"month", "product", "ivn"},
                                                             {"month", "provider"},  {"month", "wijk", "sex"},
                                                             {"month", "household"}, {"quarter", "age_band", "referrer"}};
    for (const auto& dimensions : questions) {
      costs::v1::QueryFiguresRequest request;
      request.set_parent("municipalities/gm1699");
      for (const char* measure : {"clients", "provisions", "indicated", "declared", "approved"}) request.add_measures(measure);
      for (const std::string& dimension : dimensions) request.add_dimensions(dimension);
      request.mutable_period()->set_start_date("2017-01-01");
      request.mutable_period()->set_end_date("2019-01-01");
      EXPECT_TRUE(google::protobuf::util::TimeUtil::FromString(std::string(known), request.mutable_known_time()));
      const auto answer = costs_.QueryFigures(ServiceCaller("test", "gm1699"), request);
      EXPECT_TRUE(answer.ok()) << answer.status();
      if (!answer.ok()) continue;
      costs::v1::QueryFiguresResponse figures = *answer;
      // Positions in the feeds are about arrival, and nothing else in an answer is.
      figures.clear_fact_sequence();
      figures.clear_person_sequence();
      if (timeless) {
        figures.mutable_effective()->clear_known_time();
        for (auto* rows : {figures.mutable_figures(), figures.mutable_totals()}) {
          for (type::Figure& figure : *rows) {
            figure.clear_known_time();
            // How old the newest delivery is says when one asks.
            std::string& statement = *figure.mutable_reliability()->mutable_statement();
            const size_t old = statement.rfind(" dagen oud");
            if (old != std::string::npos) statement.erase(statement.rfind(", ", old));
          }
        }
      }
      absl::StrAppend(&all, figures.DebugString());
    }
    return all;
  }

  // Findings of all deliveries, in an order of their own.
  std::vector<std::string> Findings() {
    std::vector<std::string> all;
    ingestion::v1::ListFindingsRequest request;
    request.set_parent("municipalities/gm1699");
    request.set_page_size(1000);
    while (true) {
      const auto page = ingestion_->ListFindings(ServiceCaller("test", "gm1699"), request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const auto& finding : page->findings()) all.push_back(finding.ShortDebugString());
      if (page->next_page_token().empty()) break;
      request.set_page_token(page->next_page_token());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  // Persons by client, as known now.
  std::map<std::string, std::set<std::string>> Persons() {
    std::map<std::string, linking::v1::Link> links;
    linking::v1::ListLinksRequest request;
    request.set_parent("municipalities/gm1699");
    for (int64_t before = -1; before != request.after_sequence();) {
      before = request.after_sequence();
      const auto page = linking_->ListLinks(ServiceCaller("costs", "gm1699"), request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const linking::v1::Link& link : page->links()) {
        linking::v1::Link& last = links[link.person_key()];
        if (link.known_time() >= last.known_time()) last = link;
      }
      request.set_after_sequence(page->next_sequence());
    }
    std::map<std::string, std::set<std::string>> persons;
    for (const auto& [person, link] : links) persons[link.client()].insert(person);
    return persons;
  }

  linking::Linking& linking() { return *linking_; }
  FakeClock& clock() { return clock_; }

  // Of every person there is a record of.
  std::map<std::string, std::string> Bsns() {
    std::map<std::string, std::string> bsns;
    ingestion::v1::ListPersonRecordsRequest request;
    request.set_parent("municipalities/gm1699");
    while (true) {
      const auto page = ingestion_->ListPersonRecords(ServiceCaller("test", "gm1699"), request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok() || page->batches().empty()) return bsns;
      for (const auto& batch : page->batches()) {
        for (const auto& record : batch.records()) bsns[record.person_key()] = record.bsn();
      }
      request.set_after_sequence(page->next_sequence());
    }
  }
  std::vector<std::string> Find(const std::string& bsn) {
    linking::v1::FindSubjectsRequest request;
    request.set_bsn(bsn);
    request.set_purpose("verzoek 1");
    const auto found = linking_->FindSubjects(ServiceCaller("test", "gm1699"), request);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> clients;
    for (const auto& subject : found->subjects()) clients.push_back(subject.client());
    return clients;
  }
  linking::v1::SubjectErasure Erase(const std::string& client) {
    linking::v1::EraseSubjectRequest request;
    request.set_client(client);
    request.set_confirm(client);
    request.set_purpose("verzoek 1");
    request.set_reason("recht op vergetelheid");
    const auto erasure = linking_->EraseSubject(ServiceCaller("test", "gm1699"), request);
    EXPECT_TRUE(erasure.ok()) << erasure.status();
    return erasure.ok() ? *erasure : linking::v1::SubjectErasure();
  }
  // What is kept of a delivery; empty when nothing is.
  std::string Content(const std::string& name) {
    ingestion::v1::GetDeliveryContentRequest request;
    request.set_name(name);
    const auto content = ingestion_->GetDeliveryContent(ServiceCaller("test", "gm1699"), request);
    EXPECT_TRUE(content.ok() || content.status().code() == absl::StatusCode::kFailedPrecondition) << content.status();
    return content.ok() ? content->data() : "";
  }

 private:
  FakeClock clock_{absl::FromUnixSeconds(1'764'000'000)};
  const Key key_ = Key::FromBytes({7});
  const std::unique_ptr<Journal> ingestion_journal_, linking_journal_, costs_journal_;
  Router router_{"gm1699", clock_};
  std::unique_ptr<Peer> peer_ = NewLocalPeer(router_, "linking");
  std::unique_ptr<ingestion::Ingestion> ingestion_;
  std::unique_ptr<linking::Linking> linking_;
  costs::Costs costs_{*costs_journal_, clock_, "gm1699", {}};
};

// Issue 11: the store makes no difference to any answer, and is opened again with what it held.
TEST(Order, AnInstanceOnPostgresqlAnswersAsOneInMemoryAlsoWhenItBeginsAnew) {
  const char* connection = std::getenv("NMD_TEST_POSTGRES");
  if (connection == nullptr) GTEST_SKIP() << "no PostgreSQL: run by tests/with_postgres.sh, with Debian's postgresql";
  const std::string municipality = absl::StrCat("order", getpid());
  const Pipeline::Store store = [&](const std::string& service) -> std::unique_ptr<Journal> {
    absl::StatusOr<std::unique_ptr<Journal>> journal =
        OpenPostgresJournal({connection, service, municipality, absl::Seconds(10)});
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : NewMemoryJournal();
  };
  const std::string known = "2026-03-01T12:00:00Z";
  Pipeline in_memory;
  {
    Pipeline on_postgres(store);
    for (const File& file : DemoFiles()) {
      in_memory.Deliver(file);
      on_postgres.Deliver(file);
    }
    in_memory.Settle();
    on_postgres.Settle();
    EXPECT_TRUE(on_postgres.Answers(known) == in_memory.Answers(known));
  }
  Pipeline again(store);
  again.Settle();
  EXPECT_TRUE(again.Answers(known) == in_memory.Answers(known));
  EXPECT_EQ(again.Findings(), in_memory.Findings());
}

TEST(Order, T29AnyPermutationGivesTheSameFiguresAndFindings) {
  std::vector<File> files = DemoFiles();
  ASSERT_GT(files.size(), 100u);
  const std::vector<std::string> moments = {"2017-06-30T22:00:00Z", "2018-03-31T22:00:00Z", "2025-01-01T00:00:00Z"};

  const auto run = [&](int settle_every) {
    Pipeline pipeline;
    int count = 0;
    for (const File& file : files) {
      pipeline.Deliver(file);
      if (settle_every > 0 && ++count % settle_every == 0) pipeline.Settle();
    }
    pipeline.Settle();
    std::vector<std::string> outcome;
    for (const std::string& moment : moments) outcome.push_back(pipeline.Answers(moment));
    for (const std::string& finding : pipeline.Findings()) outcome.push_back(finding);
    return outcome;
  };

  const std::vector<std::string> expected = run(0);
  ASSERT_NE(expected[0], expected[1]) << "the known times tell apart";
  ASSERT_NE(expected[2].find("state: ANSWERED"), std::string::npos) << "there is something to compare";
  std::mt19937 random(29);
  for (const int settle_every : {0, 37, 5}) {
    std::shuffle(files.begin(), files.end(), random);
    const std::vector<std::string> outcome = run(settle_every);
    ASSERT_EQ(outcome.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_TRUE(outcome[i] == expected[i]) << "answer " << i << " differs, settling every " << settle_every << ":\n"
                                             << expected[i].substr(0, 400) << "\n---\n"
                                             << outcome[i].substr(0, 400);
    }
  }
}

// Issue 3, part 7: through all services, an answer at a known time before a withdrawal stays what it was, byte for byte, and
// one after it is that of an instance that never got the delivery.
TEST(Order, AWithdrawnDeliveryIsAsIfItNeverCameFromThenOn) {
  std::vector<File> files = DemoFiles();
  const std::string before = "2018-03-31T22:00:00Z", withdrawn = "2018-06-01T00:00:00Z", after = "2025-01-01T00:00:00Z";
  std::mt19937 random(307);
  std::shuffle(files.begin(), files.end(), random);
  Pipeline pipeline;
  std::vector<std::pair<const File*, ingestion::v1::Delivery>> deliveries;
  std::map<std::string, int> keys;
  for (const File& file : files) {
    deliveries.emplace_back(&file, pipeline.Deliver(file));
    ++keys[deliveries.back().second.message_key()];
  }
  pipeline.Settle();
  const std::string early = pipeline.Answers(before), late = pipeline.Answers(after);
  std::set<const File*> gone;
  for (const auto& [file, delivery] : deliveries) {
    // A message that won from another one with its identification does not make place for that (TR056).
    const bool alone = delivery.message_key().empty() || keys[delivery.message_key()] == 1;
    if (!alone || delivery.state() != ingestion::v1::Delivery::ACCEPTED || file->received >= withdrawn) continue;
    if (random() % 4 == 0) gone.insert(file);
  }
  ASSERT_GT(gone.size(), 10u);
  for (const auto& [file, delivery] : deliveries) {
    if (gone.count(file) > 0) pipeline.Withdraw(delivery.name(), withdrawn);
    if (random() % 20 == 0) pipeline.Settle();
  }
  pipeline.Settle();
  EXPECT_TRUE(pipeline.Answers(before) == early) << "an answer of before the withdrawal changed";
  const std::string now = pipeline.Answers(after);
  EXPECT_FALSE(now == late) << "there is something to see";
  Pipeline without;
  for (const auto& [file, delivery] : deliveries) {
    if (gone.count(file) == 0) without.Deliver(*file);
  }
  without.Settle();
  EXPECT_TRUE(without.Answers(after) == now) << "what was withdrawn left a trace";
}

// Issue 4: a merge that is decided today changes the figures known today and not those known yesterday; its undo gives the
// figures of before back, and what was known in between stays.
TEST(Order, R1AMergeDecidedTodayChangesWhatIsKnownTodayAndNotWhatWasKnownYesterday) {
  Pipeline pipeline;
  for (const File& file : DemoFiles()) pipeline.Deliver(file);
  pipeline.Settle();
  const Caller steward = ServiceCaller("koppelbeheerder", "gm1699");
  const std::string last_week = "2026-02-24T12:00:00Z", yesterday = "2026-03-02T12:00:00Z", today = "2026-03-03T12:00:00Z",
                    tomorrow = "2026-03-04T12:00:00Z";
  const auto at = [&](const std::string& time) {
    absl::Time now;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, time, &now, nullptr));
    pipeline.clock().Set(now);
  };
  at("2026-03-01T09:00:00Z");
  const std::string before = pipeline.Answers(last_week), whole = pipeline.Answers(last_week, true);

  // Two sources share a number. Somebody says it is of two persons: the care is no longer of the one whose wijk is known.
  std::vector<std::string> halves;
  for (const auto& [client, persons] : pipeline.Persons()) {
    if (client.empty() || persons.size() < 2) continue;
    linking::v1::SplitClientRequest request;
    request.set_client(client);
    request.add_persons(*persons.begin());
    request.set_reason("moeder en dochter onder één nummer");
    const auto decision = pipeline.linking().SplitClient(steward, request);
    ASSERT_TRUE(decision.ok()) << decision.status();
    pipeline.Settle();
    halves.clear();
    for (const auto& [now, of] : pipeline.Persons()) {
      if (std::any_of(persons.begin(), persons.end(), [&](const std::string& person) { return of.count(person) > 0; })) {
        halves.push_back(now);
      }
    }
    if (pipeline.Answers(yesterday, true) != whole) break;
  }
  ASSERT_EQ(halves.size(), 2u);
  at("2026-03-02T18:00:00Z");
  const std::string split = pipeline.Answers(yesterday);
  ASSERT_NE(pipeline.Answers(yesterday, true), whole) << "there is something to see";
  EXPECT_TRUE(pipeline.Answers(last_week) == before);

  at("2026-03-03T09:00:00Z");
  linking::v1::MergeClientsRequest merge;
  for (const std::string& half : halves) merge.add_clients(half);
  merge.set_reason("navraag: het is één persoon");
  const auto decision = pipeline.linking().MergeClients(steward, merge);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_TRUE(decision->followed());
  pipeline.Settle();
  at("2026-03-03T18:00:00Z");
  const std::string merged = pipeline.Answers(today);
  EXPECT_TRUE(pipeline.Answers(today, true) == whole) << "the figures of before the split";
  EXPECT_TRUE(pipeline.Answers(yesterday) == split) << "what was known yesterday changed";
  EXPECT_TRUE(pipeline.Answers(last_week) == before);

  at("2026-03-04T09:00:00Z");
  linking::v1::UndoLinkDecisionRequest undo;
  undo.set_name(decision->name());
  undo.set_reason("toch twee personen");
  ASSERT_TRUE(pipeline.linking().UndoLinkDecision(steward, undo).ok());
  pipeline.Settle();
  at("2026-03-04T18:00:00Z");
  EXPECT_TRUE(pipeline.Answers(tomorrow, true) == pipeline.Answers(yesterday, true)) << "an undo restores exactly";
  EXPECT_TRUE(pipeline.Answers(today) == merged) << "what was known with the merge changed";
  EXPECT_TRUE(pipeline.Answers(yesterday) == split);
}

// Issue 4, part 7: nobody finds the person any more, in no file and no record; every figure, of whatever known time, stays.
TEST(Order, ErasingAPersonLeavesNoNumberAndChangesNoFigure) {
  Pipeline pipeline;
  std::map<std::string, std::string> deliveries;  // Contents by name.
  for (const File& file : DemoFiles()) deliveries[pipeline.Deliver(file).name()] = file.content;
  pipeline.Settle();
  const std::vector<std::string> moments = {"2017-06-30T22:00:00Z", "2018-03-31T22:00:00Z", "2025-01-01T00:00:00Z"};
  std::vector<std::string> before;
  for (const std::string& moment : moments) before.push_back(pipeline.Answers(moment));
  // Those whom most files name, so that all kinds of files are among them.
  std::map<std::string, int> files_of;
  for (const auto& [person, bsn] : pipeline.Bsns()) files_of.emplace(bsn, 0);
  files_of.erase("");
  for (auto& [bsn, files] : files_of) {
    for (const auto& [name, content] : deliveries) files += content.find(bsn) != std::string::npos ? 1 : 0;
  }
  std::vector<std::string> most;
  for (const auto& [bsn, files] : files_of) most.push_back(bsn);
  std::sort(most.begin(), most.end(), [&](const std::string& a, const std::string& b) {
    return std::make_pair(-files_of[a], a) < std::make_pair(-files_of[b], b);
  });
  ASSERT_GT(most.size(), 3u);
  most.resize(3);
  ASSERT_GT(files_of[most[0]], 3);
  for (const std::string& bsn : most) {
    const std::vector<std::string> clients = pipeline.Find(bsn);
    ASSERT_EQ(clients.size(), 1u);
    const linking::v1::SubjectErasure erasure = pipeline.Erase(clients[0]);
    EXPECT_GT(erasure.record_count(), 0);
    EXPECT_GT(erasure.delivery_count(), 0);
    EXPECT_TRUE(pipeline.Find(bsn).empty());
    const std::map<std::string, std::string> left = pipeline.Bsns();
    EXPECT_TRUE(std::none_of(left.begin(), left.end(), [&](const auto& person) { return person.second == bsn; }));
    for (const auto& [name, content] : deliveries) {
      EXPECT_EQ(pipeline.Content(name).find(bsn), std::string::npos) << name;
    }
  }
  for (const auto& [name, content] : deliveries) {
    const bool told =
        std::any_of(most.begin(), most.end(), [&](const std::string& bsn) { return content.find(bsn) != std::string::npos; });
    EXPECT_TRUE(told || pipeline.Content(name) == content.substr(0, 1 << 20)) << name << " is about others and changed";
  }
  pipeline.Settle();
  for (size_t i = 0; i < moments.size(); ++i) EXPECT_TRUE(pipeline.Answers(moments[i]) == before[i]) << moments[i];
}

}  // namespace
}  // namespace nmd
