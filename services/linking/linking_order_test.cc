// SPDX-License-Identifier: EUPL-1.2
//
// The law of linking: at every known time K the answer is a function of the records known by K. It is worked out here a
// second time, straight from the definitions, and compared for random deliveries in random order and grouping.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "google/protobuf/util/time_util.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/household.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using ingestion::v1::PersonBatch;
using ingestion::v1::PersonRecord;

constexpr int kInstitutionSize = 2;
constexpr int kDays = 14;
constexpr int kTimes = 5;

// What a consumer believes at a known time.
struct Belief {
  std::map<std::string, std::pair<std::string, v1::LinkReason>> links;  // By person_key.
  std::map<std::pair<std::string, Day>, std::string> households;        // By client and day; none where not known.
  friend bool operator==(const Belief&, const Belief&) = default;
};

// Reads a feed by the rules in linking.proto, and by nothing else.
Belief Read(const v1::ListLinksResponse& feed, int64_t known_micros) {
  Belief belief;
  std::map<std::string, std::pair<int64_t, int64_t>> best_link;
  for (const v1::Link& link : feed.links()) {
    const int64_t time = TimeUtil::TimestampToMicroseconds(link.known_time());
    if (time > known_micros) continue;
    auto& best = best_link[link.person_key()];
    if (std::make_pair(time, link.sequence()) < best) continue;
    best = {time, link.sequence()};
    belief.links[link.person_key()] = {link.client(), link.reason()};
  }
  // Somebody whose records were all withdrawn is nobody.
  for (auto link = belief.links.begin(); link != belief.links.end();) {
    link = link->second.first.empty() ? belief.links.erase(link) : std::next(link);
  }
  std::map<std::string, std::pair<int64_t, int64_t>> best_revision;
  for (const v1::HouseholdStay& stay : feed.stays()) {
    const int64_t time = TimeUtil::TimestampToMicroseconds(stay.known_time());
    if (time > known_micros) continue;
    auto& best = best_revision[stay.client()];
    best = std::max(best, std::make_pair(time, stay.revision()));
  }
  for (const v1::HouseholdStay& stay : feed.stays()) {
    if (best_revision[stay.client()] != std::make_pair(TimeUtil::TimestampToMicroseconds(stay.known_time()), stay.revision())) {
      continue;
    }
    const Period period{stay.start_day(), stay.end_day() == 0 ? kOpenEnd : stay.end_day()};
    for (Day day = 0; day < kDays; ++day) {
      if (!period.Contains(day) || stay.household().empty()) continue;
      EXPECT_TRUE(belief.households.emplace(std::make_pair(stay.client(), day), stay.household()).second)
          << "two stays on one day";
    }
  }
  return belief;
}

// What becomes of the deliveries, as the last row about each says; none for most.
struct Corrections {
  std::map<std::string, KnownPeriods> counted;
  std::set<std::string> superseded;
};

// Some deliveries are withdrawn, some of those are restored, some never count.
Corrections RandomCorrections(const std::vector<PersonBatch>& batches, std::mt19937& random) {
  Corrections corrections;
  for (const PersonBatch& batch : batches) {
    if (random() % 8 == 0) corrections.superseded.insert(batch.delivery());
    if (random() % 2 == 0) continue;
    KnownPeriods& counted = corrections.counted[batch.delivery()];
    int64_t from = TimeUtil::TimestampToMicroseconds(batch.known_time());
    const int64_t until = from + static_cast<int64_t>(random() % 3);
    counted.Append({from, until});
    if (random() % 2 == 0) counted.Append({until + 1, KnownPeriods::kOpen});
  }
  return corrections;
}

// The rows of the feed in a random order; of the rows about one delivery the right one comes last.
std::vector<PersonBatch> RandomFeed(const std::vector<PersonBatch>& batches, const Corrections& corrections,
                                    std::mt19937& random) {
  std::vector<PersonBatch> rows = batches;
  for (const std::string& delivery : corrections.superseded) rows.emplace_back().set_supersedes(delivery);
  for (const auto& [delivery, counted] : corrections.counted) rows.push_back(CorrectionOf(delivery, counted));
  std::shuffle(rows.begin(), rows.end(), random);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].corrects().empty() || random() % 2 == 0) continue;
    // It said something else before.
    const size_t before = random() % (i + 1);
    const PersonBatch other = CorrectionOf(rows[i].corrects(), random() % 2 == 0 ? KnownPeriods() : KnownPeriods::Since(3));
    rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(before), other);
    ++i;
  }
  return rows;
}

struct Known {
  int64_t time;
  const PersonRecord* record;
};

// The records that count at a known time, by person.
std::map<std::string, std::vector<Known>> RecordsAt(const std::vector<PersonBatch>& batches, const Corrections& corrections,
                                                    int64_t known_micros) {
  std::map<std::string, std::vector<Known>> by_person;
  for (const PersonBatch& batch : batches) {
    const int64_t time = TimeUtil::TimestampToMicroseconds(batch.known_time());
    const auto corrected = corrections.counted.find(batch.delivery());
    const bool counts =
        corrected == corrections.counted.end() ? time <= known_micros : corrected->second.Contains(known_micros);
    if (!counts || corrections.superseded.count(batch.delivery()) > 0) continue;
    for (const PersonRecord& record : batch.records()) by_person[record.person_key()].push_back({time, &record});
  }
  return by_person;
}

// The client id of the BSN that counts for a person; empty when none does.
std::string BsnClient(const std::vector<Known>& records) {
  const Key client_key = TestKey().Derive("client");
  std::string client;
  int64_t client_time = -1;
  for (const Known& known : records) {
    if (!IsValidBsn(known.record->bsn())) continue;
    const std::string id = "c" + client_key.MacHex("bsn/" + known.record->bsn(), 20);
    if (known.time > client_time || (known.time == client_time && id < client)) {
      client = id;
      client_time = known.time;
    }
  }
  return client;
}

// The definitions, word for word. Counts the days of clients in institutions. The persons here say nothing that the
// probabilistic stage could link (timeline_test.cc has that).
Belief Define(const std::vector<PersonBatch>& batches, const Corrections& corrections, int64_t known_micros,
              int& institution_days) {
  const Key client_key = TestKey().Derive("client"), household_key = TestKey().Derive("household");
  // Since when there is a name: of a BSN since it counts for somebody, of a person since it counts without one.
  std::map<std::string, std::pair<int64_t, int>> names;
  std::map<std::string, std::string> alone_id;
  for (int64_t time = 0; time <= known_micros; ++time) {
    for (const auto& [person, records] : RecordsAt(batches, corrections, time)) {
      const std::string bsn = BsnClient(records);
      alone_id[person] = "c" + client_key.MacHex("key/" + person, 20);
      names.try_emplace(bsn.empty() ? person : bsn, time, bsn.empty() ? 1 : 0);
    }
  }
  Belief belief;
  std::map<std::string, std::vector<Known>> by_client;
  const std::map<std::string, std::vector<Known>> by_person = RecordsAt(batches, corrections, known_micros);
  for (const auto& [person, records] : by_person) {
    const std::string bsn = BsnClient(records);
    // The oldest name of all persons with the BSN.
    std::tuple<int64_t, int, std::string> oldest = {INT64_MAX, 0, ""};
    for (const auto& [other, their_records] : by_person) {
      if (bsn.empty() ? other != person : BsnClient(their_records) != bsn) continue;
      for (const std::string& name : {other, bsn}) {
        const auto known = names.find(name);
        if (known != names.end()) oldest = std::min(oldest, {known->second.first, known->second.second, name});
      }
    }
    const std::string client = std::get<1>(oldest) == 0 ? std::get<2>(oldest) : alone_id[std::get<2>(oldest)];
    belief.links[person] = {client, bsn.empty() ? v1::ALONE : v1::EXACT_BSN};
    by_client[client].insert(by_client[client].end(), records.begin(), records.end());
  }
  std::map<std::pair<std::string, Day>, std::string> lives_at;
  std::map<std::pair<std::string, Day>, int> crowd;
  for (const auto& [client, records] : by_client) {
    std::vector<std::string> ids(records.size());
    std::vector<AddressRecord> said;
    for (size_t i = 0; i < records.size(); ++i) {
      const PersonRecord& r = *records[i].record;
      if (r.postcode().empty() && r.house_number() == 0) continue;
      const std::string address = AddressText(r.postcode(), r.house_number(), r.house_letter(), r.house_addition());
      if (!address.empty()) ids[i] = "h" + household_key.MacHex(address, 20);
      said.push_back(
          {ids[i], {r.address_start_day(), r.address_end_day() == 0 ? kOpenEnd : r.address_end_day()}, records[i].time});
    }
    for (const Stay& stay : HistoryOf(said)) {
      for (Day day = 0; day < kDays; ++day) {
        if (!stay.period.Contains(day) || stay.address.empty()) continue;
        lives_at[{client, day}] = std::string(stay.address);
        ++crowd[{std::string(stay.address), day}];
      }
    }
  }
  for (const auto& [client_day, household] : lives_at) {
    if (crowd[{household, client_day.second}] <= kInstitutionSize) {
      belief.households[client_day] = household;
    } else {
      ++institution_days;
    }
  }
  return belief;
}

PersonRecord RandomRecord(std::mt19937& random) {
  PersonRecord record;
  record.set_person_key(absl::StrCat("p", random() % 6));
  const int bsn = static_cast<int>(random() % 6);
  record.set_bsn(bsn < 3 ? TestBsn(bsn) : bsn == 3 ? "999999999" : "");
  const int address = static_cast<int>(random() % 6);
  if (address < 4) {
    record.set_postcode("9471AB");
    record.set_house_number(address);  // Number 0 is half an address.
    record.set_address_start_day(1 + static_cast<Day>(random() % 8));
    if (random() % 3 == 0) record.set_address_end_day(record.address_start_day() + static_cast<Day>(random() % 5) + 1);
  }
  return record;
}

// What random deliveries come to: compared at every known time, for random orders and groupings. `corrected`: some are
// withdrawn, restored or superseded. Counts the rounds in which a link changes over known time, and days in institutions.
void Compare(bool corrected, int rounds, int& moved, int& institution_days) {
  std::mt19937 random(corrected ? 307 : 1730);
  const FakeClock clock(absl::FromUnixSeconds(1'520'000'000));
  constexpr int64_t kLast = kTimes + 4;
  for (int round = 0; round < rounds; ++round) {
    std::vector<PersonBatch> batches(1 + random() % 8);
    for (size_t i = 0; i < batches.size(); ++i) {
      PersonBatch& batch = batches[i];
      batch.set_delivery(absl::StrCat("d", i));
      *batch.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(1 + static_cast<int64_t>(random() % kTimes));
      batch.set_source(random() % 2 == 0 ? "jw301" : "wmo301");
      for (size_t records = 1 + random() % 3; records > 0; --records) *batch.add_records() = RandomRecord(random);
    }
    const Corrections corrections = corrected ? RandomCorrections(batches, random) : Corrections();
    std::vector<Belief> defined;
    for (int64_t known = 0; known <= kLast; ++known) defined.push_back(Define(batches, corrections, known, institution_days));
    std::set<std::string> summaries;
    for (int order = 0; order < 4; ++order) {
      FakeIngestion ingestion(1 + static_cast<int>(random() % 4));
      for (const PersonBatch& batch : RandomFeed(batches, corrections, random)) ingestion.AddBatch(batch);
      const std::unique_ptr<Journal> journal = NewMemoryJournal();
      const auto start = [&] {
        return std::make_unique<Linking>(*journal, clock, ingestion, TestKey(),
                                         LinkingOptions{"gm1730", kInstitutionSize, true});
      };
      std::unique_ptr<Linking> linking = start();
      FollowAll(*linking, ingestion);
      if (order == 1) {
        // Replayed, then from its checkpoint: the next rows fall on the same state.
        linking = start();
        ASSERT_TRUE(linking->Load().ok() && linking->SaveCheckpoint().ok());
        linking = start();
        ingestion.AddBatch(CorrectionOf("d0", KnownPeriods()));
        ingestion.AddBatch(
            corrections.counted.count("d0") > 0
                ? CorrectionOf("d0", corrections.counted.at("d0"))
                : CorrectionOf("d0", KnownPeriods::Since(TimeUtil::TimestampToMicroseconds(batches[0].known_time()))));
        FollowAll(*linking, ingestion);
      }
      const v1::ListLinksResponse feed = WholeFeed(*linking);
      for (int64_t known = 0; known <= kLast; ++known) {
        const Belief read = Read(feed, known);
        ASSERT_EQ(read.links, defined[static_cast<size_t>(known)].links) << "round " << round << " known " << known;
        ASSERT_EQ(read.households, defined[static_cast<size_t>(known)].households) << "round " << round << " known " << known;
      }
      v1::LinkSummary summary = *linking->GetLinkSummary({}, {});
      EXPECT_EQ(static_cast<size_t>(summary.client_count()), [&] {
        std::set<std::string> clients;
        for (const auto& [person, link] : defined.back().links) clients.insert(link.first);
        return clients.size();
      }());
      summary.clear_person_sequence();
      summaries.insert(summary.SerializeAsString());
    }
    EXPECT_EQ(summaries.size(), 1u) << "the summary depends on the order, round " << round;
    if (defined.back().links != defined[1].links) ++moved;
  }
}

TEST(LinkingOrder, AtEveryKnownTimeTheFeedSaysWhatTheRecordsKnownByThenSay) {
  int moved = 0, institution_days = 0;
  Compare(/*corrected=*/false, 120, moved, institution_days);
  // The rounds are worth something: links change over known time, and there are institutions.
  EXPECT_GT(moved, 60);
  EXPECT_GT(institution_days, 200);
}

TEST(LinkingOrder, AtEveryKnownTimeTheFeedSaysWhatTheRecordsThatCountThenSay) {
  int moved = 0, institution_days = 0;
  Compare(/*corrected=*/true, 200, moved, institution_days);
  EXPECT_GT(moved, 100);
  EXPECT_GT(institution_days, 200);
}

}  // namespace
}  // namespace nmd::linking
