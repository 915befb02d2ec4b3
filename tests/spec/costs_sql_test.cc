// SPDX-License-Identifier: EUPL-1.2
// The same questions to the service and to SQL over the same facts: a thousand, drawn at random, equal to the cent. The SQL
// below is a second, independent reading of requirements section 6: versions, links, chains of allocations, daily values,
// credits, answers. SQLite always; PostgreSQL too when NMD_TEST_POSTGRES holds a connection string for psql (it gets tables of
// its own schema).
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/costs/catalogue.h"
#include "tests/support/costs_scene.h"
#include "tests/support/region.h"

namespace nmd::testing {
namespace {

using ingestion::v1::FactBatch;

constexpr int kQuestions = 1'000;
constexpr Day kOpen = 99'999'999;
const RegionSpec kTown = {.clients = 150, .providers = 12, .products = 10, .first_year = 2015, .years = 3, .seed = 7};

using Row = std::vector<std::string>;

// A database that is told a script and answers every query in it.
class Database {
 public:
  virtual ~Database() = default;
  virtual std::vector<std::vector<Row>> Run(const std::vector<std::string>& statements,
                                            const std::vector<std::string>& queries) = 0;
};

class Sqlite : public Database {
 public:
  Sqlite() { sqlite3_open(":memory:", &db_); }
  ~Sqlite() override { sqlite3_close(db_); }
  std::vector<std::vector<Row>> Run(const std::vector<std::string>& statements,
                                    const std::vector<std::string>& queries) override {
    for (const std::string& statement : statements) {
      EXPECT_EQ(sqlite3_exec(db_, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db_) << "\n"
                                                                                            << statement.substr(0, 500);
    }
    std::vector<std::vector<Row>> answers;
    for (const std::string& query : queries) {
      sqlite3_stmt* select = nullptr;
      EXPECT_EQ(sqlite3_prepare_v2(db_, query.c_str(), -1, &select, nullptr), SQLITE_OK) << sqlite3_errmsg(db_) << "\n"
                                                                                         << query;
      std::vector<Row>& rows = answers.emplace_back();
      while (sqlite3_step(select) == SQLITE_ROW) {
        Row& row = rows.emplace_back();
        for (int i = 0; i < sqlite3_column_count(select); ++i) {
          const unsigned char* text = sqlite3_column_text(select, i);
          row.emplace_back(text == nullptr ? "" : reinterpret_cast<const char*>(text));
        }
      }
      sqlite3_finalize(select);
    }
    return answers;
  }

 private:
  sqlite3* db_ = nullptr;
};

// psql with a script in a file, so that the tests need no client library.
class Postgres : public Database {
 public:
  explicit Postgres(std::string connection) : connection_(std::move(connection)) {}
  std::vector<std::vector<Row>> Run(const std::vector<std::string>& statements,
                                    const std::vector<std::string>& queries) override {
    const std::string path = absl::StrCat(::testing::TempDir(), "/costs_sql_test.", getpid(), ".sql");
    {
      std::ofstream script(path);
      script << "\\set ON_ERROR_STOP on\nSET client_min_messages = error;\nDROP SCHEMA IF EXISTS nmd_test CASCADE;\n"
                "CREATE SCHEMA nmd_test;\nSET search_path = nmd_test;\n";
      for (const std::string& statement : statements) script << statement << ";\n";
      for (const std::string& query : queries) script << "\\echo @\n" << query << ";\n";
      script << "DROP SCHEMA nmd_test CASCADE;\n";
    }
    const std::string command = absl::StrCat("psql -X -q -A -t -F '|' -f '", path, "' '", connection_, "'");
    FILE* psql = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer;
    while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), psql)) output.append(buffer.data(), count);
    EXPECT_EQ(pclose(psql), 0);
    std::remove(path.c_str());
    std::vector<std::vector<Row>> answers;
    for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
      if (line == "@") {
        answers.emplace_back();
      } else {
        answers.back().push_back(absl::StrSplit(line, '|'));
      }
    }
    return answers;
  }

 private:
  const std::string connection_;
};

int64_t MicrosOf(const google::protobuf::Timestamp& time) { return time.seconds() * 1'000'000; }

// Facts as the service gets them and, statement for statement, as the database does.
class World {
 public:
  World() : random_(2018) {
    for (const char* table :
         {"allocation(known BIGINT, source TEXT, person TEXT, number BIGINT, provider TEXT, category TEXT, product TEXT, "
          "start_day INT, "
          "end_day INT, "
          "assigned BIGINT, volume BIGINT)",
          "line(known BIGINT, provider TEXT, claim TEXT, ref TEXT, prev TEXT, number BIGINT, amount BIGINT, day INT)",
          "answer(known BIGINT, provider TEXT, claim TEXT)", "refusal(known BIGINT, provider TEXT, claim TEXT, ref TEXT)",
          "link(known BIGINT, seq BIGINT, person TEXT, client TEXT)",
          "person(person TEXT, birth INT, birth_year INT, birth_month INT, birth_date INT, sex TEXT, home_start INT, wijk "
          "TEXT, "
          "buurt TEXT, ref_start INT, referrer TEXT)",
          "contract(provider TEXT, contract TEXT, start_day INT, end_day INT)",
          "member(provider TEXT, organisation TEXT, concern TEXT, start_day INT, end_day INT)",
          "taakveld(category TEXT, product TEXT, provider TEXT, taakveld TEXT, start_day INT, end_day INT, rank INT)",
          "stay(known BIGINT, client TEXT, household TEXT, start_day INT, end_day INT, revision INT)",
          "tariff(product TEXT, start_day INT, cents BIGINT)", "level(product TEXT, ivn TEXT)",
          "month(m INT, first_day INT, next_day INT, days INT, y INT, mo INT, month TEXT, quarter TEXT, year TEXT)"}) {
      statements_.push_back(absl::StrCat("CREATE TABLE ", table));
    }
    std::vector<FactBatch> batches;
    EachDelivery(kTown, [&](FactBatch batch) { batches.push_back(std::move(batch)); });
    AddVersions(&batches);
    batches.push_back(Surroundings());
    for (FactBatch& batch : batches) {
      batch.set_sequence(++sequence_);
      Tell(batch);
    }
    scene_.Feed(batches);
    std::vector<linking::v1::Link> links;
    std::vector<linking::v1::HouseholdStay> stays;
    EachLink(kTown, [&](linking::v1::Link link, linking::v1::HouseholdStay stay) {
      links.push_back(std::move(link));
      stays.push_back(std::move(stay));
    });
    AddStays(&stays);
    // Some persons turn out to be somebody else, later.
    const size_t count = links.size();
    for (size_t i = 0; i < count; i += 9) {
      linking::v1::Link merge = links[i];
      merge.set_sequence(static_cast<int64_t>(100'000 + i));
      merge.set_client(links[(i + 40) % count].client());
      merge.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2016-03-01") + absl::Hours(24) * static_cast<int>(i)));
      links.push_back(std::move(merge));
    }
    for (const auto& link : links) {
      Insert("link", {absl::StrCat(MicrosOf(link.known_time())), absl::StrCat(link.sequence()), Text(link.person_key()),
                      Text(link.client())});
    }
    for (const auto& stay : stays) {
      Insert("stay", {absl::StrCat(MicrosOf(stay.known_time())), Text(stay.client()), Text(stay.household()),
                      absl::StrCat(stay.start_day()), absl::StrCat(stay.end_day() == 0 ? kOpen : stay.end_day()),
                      absl::StrCat(stay.revision())});
    }
    scene_.Feed(links, stays);
    for (Month month = MonthOf(2014, 1); month < MonthOf(2020, 1); ++month) {
      Insert("month", {absl::StrCat(month), absl::StrCat(FirstDay(month)), absl::StrCat(FirstDay(month + 1)),
                       absl::StrCat(DaysInMonth(month)), absl::StrCat(YearOf(month)), absl::StrCat(MonthInYear(month)),
                       Text(FormatMonth(month)), Text(absl::StrCat(YearOf(month), "-Q", (MonthInYear(month) + 2) / 3)),
                       Text(absl::StrCat(YearOf(month)))});
    }
    for (const std::string& known : kKnown) MakeRows(known);
  }

  CostsScene& scene() { return scene_; }
  // The tables, and for every known time the table fact_<i>: a row per provision and month.
  std::vector<std::string> Statements() {
    std::vector<std::string> all = {};
    const size_t schema = 13;
    all.assign(statements_.begin(), statements_.begin() + schema);
    for (const auto& [table, rows] : rows_) {
      for (size_t at = 0; at < rows.size(); at += 400) {
        const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(at + 400, rows.size()));
        all.push_back(absl::StrCat("INSERT INTO ", table, " VALUES ",
                                   absl::StrJoin(rows.begin() + static_cast<std::ptrdiff_t>(at), end, ",")));
      }
    }
    all.insert(all.end(), statements_.begin() + schema, statements_.end());
    return all;
  }

  static inline const std::vector<std::string> kKnown = {"2016-02-05", "2016-09-15", "2017-04-12", "2018-01-31", "2018-12-31"};

 private:
  static std::string Text(absl::string_view text) { return absl::StrCat("'", text, "'"); }
  void Insert(const std::string& table, const Row& values) {
    rows_[table].push_back(absl::StrCat("(", absl::StrJoin(values, ","), ")"));
  }

  // Later versions of allocations, and claims that are sent twice (TR314).
  void AddVersions(std::vector<FactBatch>* batches) {
    const size_t count = batches->size();
    for (size_t i = 0; i < count; ++i) {
      if (i % 3 == 0) (*batches)[i].set_source("export");
      if (random_() % 6 != 0) continue;
      FactBatch again = (*batches)[i];
      again.set_delivery(absl::StrCat("again ", i));
      again.set_source("later");
      again.mutable_known_time()->set_seconds(again.known_time().seconds() + 86'400 * static_cast<int64_t>(random_() % 200));
      for (auto& fact : *again.mutable_facts()) {
        if (!fact.has_allocation()) continue;
        auto* allocation = fact.mutable_allocation();
        allocation->set_assigned_second(allocation->assigned_second() + (random_() % 2 == 0 ? 3'600 : -3'600));
        allocation->set_volume(1 + static_cast<int64_t>(random_() % 20));
      }
      if (again.facts_size() > 0 && (again.facts(0).has_allocation() || again.facts(0).has_claim())) batches->push_back(again);
    }
  }

  // What is agreed with providers, and where care is booked.
  FactBatch Surroundings() {
    FactBatch batch = BatchOf(0, At("2014-12-01"), {}, "register");
    const auto until = [](Day end) { return absl::StrCat(end == 0 ? kOpen : end); };
    for (int i = 0; i < kTown.providers; ++i) {
      const std::string provider = absl::StrFormat("99%06d", i);
      for (int c = 0; c < i % 4; ++c) {
        auto* contract = batch.add_facts()->mutable_contract();
        contract->set_contract(absl::StrFormat("c%d-%d", i, c));
        contract->set_law(ingestion::v1::YOUTH);
        contract->set_provider(provider);
        contract->set_start_day(DayOf(2014 + c, 1 + 3 * c, 1 + 7 * c));
        if (c == 1) contract->set_end_day(DayOf(2016, 11, 20));
        Insert("contract",
               {Text(provider), Text(contract->contract()), absl::StrCat(contract->start_day()), until(contract->end_day())});
      }
      if (i % 5 == 0) continue;
      auto* group = batch.add_facts()->mutable_provider_group();
      group->set_provider(provider);
      group->set_organisation(absl::StrCat("o", i % 4));
      if (i % 3 != 0) group->set_concern(absl::StrCat("k", i % 2));
      group->set_start_day(DayOf(2015, 1 + i, 5));
      if (i % 2 == 0) group->set_end_day(DayOf(2017, 6, 17));
      Insert("member", {Text(provider), Text(group->organisation()),
                        Text(group->concern().empty() ? group->organisation() : group->concern()),
                        absl::StrCat(group->start_day()), until(group->end_day())});
    }
    for (int i = 0; i < 40; ++i) {
      auto* rule = batch.add_facts()->mutable_product_taakveld();
      rule->set_law(ingestion::v1::YOUTH);
      const bool product = i % 2 == 0, provider = i % 4 > 1;
      if (product) rule->set_product(absl::StrFormat("%02dA%02d", 41 + i / 4, i / 4));
      if (!product) rule->set_category(absl::StrCat(41 + i / 4));
      if (provider) rule->set_provider(absl::StrFormat("99%06d", i / 4));
      rule->set_taakveld(absl::StrCat("6.", i % 7));
      rule->set_start_day(DayOf(2015, 1 + i % 12, 1 + i % 28));
      if (i % 5 == 0) rule->set_end_day(DayOf(2017, 1 + i % 12, 10));
      Insert("taakveld",
             {Text(rule->category()), Text(rule->product()), Text(rule->provider()), Text(rule->taakveld()),
              absl::StrCat(rule->start_day()), until(rule->end_day()), absl::StrCat((provider ? 0 : 2) + (product ? 0 : 1))});
    }
    return batch;
  }

  // Some move out, as is known later; some live with persons without care.
  void AddStays(std::vector<linking::v1::HouseholdStay>* stays) {
    const size_t count = stays->size();
    for (size_t i = 0; i < count; ++i) {
      linking::v1::HouseholdStay stay = (*stays)[i];
      const auto add = [&](int64_t revision) {
        stay.set_revision(revision);
        stay.set_sequence(static_cast<int64_t>(200'000 + stays->size()));
        stays->push_back(stay);
      };
      if (i % 7 == 0) {
        stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2016-06-01")));
        stay.set_end_day(DayOf(2016, 3, 16));
        add(2);
        stay.set_household(absl::StrCat("alone", i % 3));
        stay.set_start_day(stay.end_day());
        stay.clear_end_day();
        add(2);
      } else if (i % 11 == 0) {
        for (size_t other = 0; other < i / 11 % 5; ++other) {
          stay.set_client(absl::StrCat("without care ", i, " ", other));
          stay.set_start_day(DayOf(2015, 6, 15));
          add(1);
        }
      }
    }
  }

  void Tell(const FactBatch& batch) {
    const std::string known = absl::StrCat(MicrosOf(batch.known_time()));
    std::map<std::string, Row> persons;
    for (const auto& fact : batch.facts()) {
      if (fact.has_allocation()) {
        const auto& a = fact.allocation();
        Insert("allocation", {known, Text(batch.source()), Text(a.person_key()), absl::StrCat(a.number()), Text(a.provider()),
                              Text(a.category()), Text(a.product()), absl::StrCat(a.start_day()),
                              absl::StrCat(a.end_day() == 0 ? kOpen : a.end_day()), absl::StrCat(a.assigned_second()),
                              absl::StrCat(a.volume())});
      } else if (fact.has_claim()) {
        for (const auto& l : fact.claim().lines()) {
          Insert("line", {known, Text(fact.claim().provider()), Text(fact.claim().number()), Text(l.reference()),
                          Text(l.previous_reference()), absl::StrCat(l.allocation()), absl::StrCat(l.amount_cents()),
                          absl::StrCat(l.start_day())});
        }
      } else if (fact.has_claim_answer()) {
        const auto& a = fact.claim_answer();
        Insert("answer", {known, Text(a.provider()), Text(a.number())});
        for (const std::string& reference : a.rejected_references()) {
          Insert("refusal", {known, Text(a.provider()), Text(a.number()), Text(reference)});
        }
      } else if (fact.has_tariff()) {
        Insert("tariff", {Text(fact.tariff().product()), absl::StrCat(fact.tariff().start_day()),
                          absl::StrCat(fact.tariff().tariff_cents())});
      } else if (fact.has_product_level()) {
        Insert("level", {Text(fact.product_level().product()), Text(fact.product_level().ivn())});
      } else if (fact.has_person()) {
        const Civil birth = CivilOf(fact.person().birth_day());
        persons[fact.person().person_key()] = {Text(fact.person().person_key()), absl::StrCat(fact.person().birth_day()),
                                               absl::StrCat(birth.year),         absl::StrCat(birth.month),
                                               absl::StrCat(birth.day),          Text(fact.person().sex())};
      } else if (fact.has_residence()) {
        Row& row = persons[fact.residence().person_key()];
        row.insert(row.end(),
                   {absl::StrCat(fact.residence().start_day()), Text(fact.residence().wijk()), Text(fact.residence().buurt())});
      } else if (fact.has_referral()) {
        Row& row = persons[fact.referral().person_key()];
        row.insert(row.end(), {absl::StrCat(fact.referral().start_day()), Text(fact.referral().referrer())});
      }
    }
    for (const auto& [person, row] : persons) Insert("person", row);
  }

  void MakeRows(const std::string& known) {
    const size_t index = made_++;
    const Month month = MonthOf(On(known));
    statements_.push_back(absl::StrReplaceAll(
        R"sql(CREATE TABLE fact_INDEX AS
WITH cur AS (SELECT * FROM (SELECT a.*, row_number() OVER (PARTITION BY number ORDER BY assigned DESC) AS rn
                            FROM allocation a WHERE known <= KNOWN) x WHERE rn = 1),
lnk AS (SELECT person, client FROM (SELECT l.*, row_number() OVER (PARTITION BY person ORDER BY known DESC, seq DESC) AS rn
                                    FROM link l WHERE known <= KNOWN) x WHERE rn = 1),
who AS (SELECT l.client, p.* FROM lnk l JOIN person p ON p.person = l.person),
about AS (SELECT client, max(birth) AS birth, max(sex) AS sex FROM who GROUP BY client),
home AS (SELECT client, wijk, buurt FROM (SELECT w.*, row_number() OVER (PARTITION BY client ORDER BY home_start DESC, wijk DESC,
                                          buurt DESC) AS rn FROM who w) x WHERE rn = 1),
mine AS (SELECT c.*, l.client FROM cur c JOIN lnk l ON l.person = c.person WHERE c.end_day > c.start_day),
gaps AS (SELECT m.*, CASE WHEN start_day > max(end_day) OVER (PARTITION BY client, product, provider ORDER BY start_day, number
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 1 ELSE 0 END AS fresh FROM mine m),
chained AS (SELECT g.*, sum(fresh) OVER (PARTITION BY client, product, provider ORDER BY start_day, number
                        ROWS UNBOUNDED PRECEDING) AS chain FROM gaps g),
provision AS (SELECT client, product, provider, chain, min(category) AS category, min(start_day) AS first_day, max(end_day) AS end_day
              FROM chained GROUP BY client, product, provider, chain),
spread AS (SELECT c.client, c.product, c.provider, c.chain, m.m,
             sum((2 * c.volume * t.cents * ((CASE WHEN c.end_day < m.next_day THEN c.end_day ELSE m.next_day END)
                                          - (CASE WHEN c.start_day > m.first_day THEN c.start_day ELSE m.first_day END)) + m.days)
                 / (2 * m.days)) AS indicated
           FROM chained c JOIN month m ON m.first_day < c.end_day AND m.next_day > c.start_day
           JOIN tariff t ON t.product = c.product AND t.start_day =
             (SELECT max(u.start_day) FROM tariff u WHERE u.product = c.product AND u.start_day <= m.first_day)
           GROUP BY c.client, c.product, c.provider, c.chain, m.m),
said AS (SELECT DISTINCT provider, claim, ref, prev, number, amount, day FROM line WHERE known <= KNOWN),
homes AS (SELECT s.* FROM stay s WHERE s.known <= KNOWN AND NOT EXISTS
            (SELECT 1 FROM stay t WHERE t.client = s.client AND t.known <= KNOWN AND (t.known > s.known OR (t.known = s.known AND
             t.revision > s.revision)))),
judged AS (SELECT s.*, CASE WHEN EXISTS (SELECT 1 FROM answer a WHERE a.known <= KNOWN AND a.provider = s.provider AND a.claim = s.claim)
                        AND NOT EXISTS (SELECT 1 FROM refusal f WHERE f.known <= KNOWN AND f.provider = s.provider
                                        AND f.claim = s.claim AND f.ref = s.ref) THEN 1 ELSE 0 END AS granted FROM said s),
claimed AS (SELECT c.client, c.product, c.provider, c.chain, m.m, sum(j.amount) AS declared,
              sum(CASE WHEN j.granted = 1 AND (j.prev = '' OR d.granted = 1) THEN j.amount ELSE 0 END) AS approved
            FROM judged j LEFT JOIN judged d ON d.provider = j.provider AND d.ref = j.prev
            JOIN month m ON m.first_day <= j.day AND j.day < m.next_day
            JOIN chained c ON c.number = j.number
            GROUP BY c.client, c.product, c.provider, c.chain, m.m)
SELECT p.client, p.product, p.provider, p.chain, p.category, 'jeugdwet' AS law, 'zin' AS form,
  coalesce((SELECT c.contract FROM contract c WHERE c.provider = p.provider AND c.start_day <= DAY AND DAY < c.end_day
            ORDER BY c.start_day DESC LIMIT 1), '') AS contract,
  coalesce((SELECT g.organisation FROM member g WHERE g.provider = p.provider AND g.start_day <= DAY AND DAY < g.end_day),
           p.provider) AS organisation,
  coalesce((SELECT g.concern FROM member g WHERE g.provider = p.provider AND g.start_day <= DAY AND DAY < g.end_day),
           p.provider) AS concern,
  coalesce((SELECT c.source FROM chained c WHERE c.client = p.client AND c.product = p.product AND c.provider = p.provider
            AND c.chain = p.chain AND c.start_day <= DAY AND DAY < c.end_day ORDER BY c.start_day, c.number LIMIT 1), '') AS source,
  coalesce((SELECT t.taakveld FROM taakveld t WHERE (t.product = p.product OR (t.product = '' AND t.category = p.category))
            AND (t.provider = '' OR t.provider = p.provider) AND t.start_day <= DAY AND DAY < t.end_day
            ORDER BY t.rank LIMIT 1), '') AS taakveld,
  (SELECT CASE WHEN count(*) >= 5 THEN '5+' WHEN count(*) = 0 THEN '' ELSE CAST(count(*) AS TEXT) END
   FROM homes o JOIN homes w ON w.household = o.household WHERE w.client = p.client AND w.start_day <= DAY AND DAY < w.end_day
   AND o.start_day <= DAY AND DAY < o.end_day) AS household_size, l.ivn, a.sex, h.wijk, h.buurt, m.m, m.month, m.quarter,
  m.year, b.birth_year, b.birth_month, b.birth_date,
  coalesce((SELECT w.referrer FROM who w WHERE w.client = p.client AND w.ref_start <= p.first_day
            ORDER BY w.ref_start DESC, w.referrer DESC LIMIT 1), '') AS referrer,
  coalesce(s.indicated, 0) AS indicated, coalesce(k.declared, 0) AS declared, coalesce(k.approved, 0) AS approved
FROM provision p JOIN month m ON m.first_day < p.end_day AND m.next_day > p.first_day AND (p.end_day < OPEN OR m.m <= LAST)
JOIN about a ON a.client = p.client JOIN home h ON h.client = p.client JOIN level l ON l.product = p.product
JOIN (SELECT DISTINCT birth, birth_year, birth_month, birth_date FROM person) b ON b.birth = a.birth
LEFT JOIN spread s ON s.client = p.client AND s.product = p.product AND s.provider = p.provider AND s.chain = p.chain AND s.m = m.m
LEFT JOIN claimed k ON k.client = p.client AND k.product = p.product AND k.provider = p.provider AND k.chain = p.chain AND k.m = m.m
)sql",
        {{"DAY", "(CASE WHEN p.first_day > m.first_day THEN p.first_day ELSE m.first_day END)"},
         {"INDEX", absl::StrCat(index)},
         {"KNOWN", absl::StrCat(absl::ToUnixMicros(At(known)))},
         {"OPEN", absl::StrCat(kOpen)},
         {"LAST", absl::StrCat(month + 12)}}));
  }

  std::mt19937 random_;
  CostsScene scene_{"2019-01-01"};
  int64_t sequence_ = 0;
  size_t made_ = 0;
  std::vector<std::string> statements_;
  std::map<std::string, std::vector<std::string>> rows_;
};

// A question in both languages.
struct Asked {
  costs::v1::QueryFiguresRequest request;
  std::string sql, total_sql;
};

// First ages as they are asked for, and the bands they give with their last ages.
struct Bands {
  std::vector<int> age_from;
  std::vector<std::pair<std::string, int>> bands;
};
const std::vector<Bands> kBands = {
    {{}, {{"0-3", 3}, {"4-11", 11}, {"12-17", 17}, {"18-22", 22}, {"23-64", 64}, {"65+", 200}}},
    {{0, 18}, {{"0-17", 17}, {"18+", 200}}},
    {{0, 23}, {{"0-22", 22}, {"23+", 200}}},
    {{7, 8, 13}, {{"0-6", 6}, {"7", 7}, {"8-12", 12}, {"13+", 200}}},
};

// The age band of a client on the first day of a month, the number of which is an expression.
std::string AgeBandSql(const Bands& ages, const std::string& year, const std::string& month) {
  const std::string age = absl::StrCat("(", year, " - birth_year - CASE WHEN ", month, " < birth_month OR (", month,
                                       " = birth_month AND birth_date > 1) THEN 1 ELSE 0 END)");
  std::string bands = "CASE";
  for (const auto& [value, to] : ages.bands) absl::StrAppend(&bands, " WHEN ", age, " <= ", to, " THEN '", value, "'");
  return absl::StrCat(bands, " ELSE '' END");
}

class Questions {
 public:
  explicit Questions(uint32_t seed) : random_(seed) {}

  Asked Draw() {
    const size_t known = Pick(World::kKnown.size());
    ages_ = &kBands[Pick(kBands.size())];
    const int first = MonthOf(2015, 1) + static_cast<int>(Pick(36));
    const int end = std::min(first + 1 + static_cast<int>(Pick(Pick(2) == 0 ? 36 : 4)), MonthOf(2018, 7));
    std::vector<std::string> measures = Some({"clients", "provisions", "indicated", "declared", "approved"}, 1 + Pick(5));
    const std::vector<std::string> all = {"month",    "quarter",  "year",     "law",      "category",
                                          "product",  "ivn",      "provider", "contract", "organisation",
                                          "concern",  "form",     "source",   "taakveld", "household_size",
                                          "referrer", "age_band", "sex",      "wijk",     "buurt"};
    const std::vector<std::string> dimensions = Some(all, Pick(3));
    Asked asked;
    asked.request = CostsScene::Question(measures, FormatMonth(first), FormatMonth(end), dimensions, World::kKnown[known]);
    asked.request.mutable_age_from()->Assign(ages_->age_from.begin(), ages_->age_from.end());
    std::string where = absl::StrCat(" WHERE m >= ", first, " AND m < ", end), total_where = where;
    for (const std::string& filter : Some(all, Pick(3))) {
      const std::vector<std::string> values = Some(ValuesOf(filter), 1 + Pick(3));
      CostsScene::Where(&asked.request, filter, values);
      const auto in = [&](const std::vector<std::string>& split) {
        return absl::StrCat(" AND ", ColumnOf(filter, split, first), " IN ('", absl::StrJoin(values, "','"), "')");
      };
      absl::StrAppend(&where, in(dimensions));
      absl::StrAppend(&total_where, in({}));
    }
    std::vector<std::string> sums, columns;
    for (const std::string& measure : measures) {
      sums.push_back(measure == "clients"      ? "count(DISTINCT client)"
                     : measure == "provisions" ? "count(DISTINCT client || '/' || product || '/' || provider || '/' || chain)"
                                               : absl::StrCat("coalesce(sum(", measure, "), 0)"));
    }
    for (const std::string& dimension : dimensions) columns.push_back(ColumnOf(dimension, dimensions, first));
    const std::string from = absl::StrCat(" FROM fact_", known);
    asked.total_sql = absl::StrCat("SELECT ", absl::StrJoin(sums, ", "), from, total_where);
    if (!columns.empty()) {
      asked.sql = absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), ", ", absl::StrJoin(sums, ", "), from, where,
                               " GROUP BY ", absl::StrJoin(columns, ", "));
    }
    return asked;
  }

 private:
  size_t Pick(size_t n) { return random_() % n; }
  std::vector<std::string> Some(std::vector<std::string> of, size_t count) {
    std::shuffle(of.begin(), of.end(), random_);
    of.resize(std::min(count, of.size()));
    return of;
  }

  // Ages are those on the first day of the part of the period a cell is about.
  std::string ColumnOf(const std::string& dimension, const std::vector<std::string>& split, int first) const {
    if (dimension != "age_band") return dimension;
    const auto has = [&split](const char* one) { return std::find(split.begin(), split.end(), one) != split.end(); };
    const int step = has("month") ? 1 : has("quarter") ? 3 : has("year") ? 12 : 0;
    if (step == 0) return AgeBandSql(*ages_, absl::StrCat(YearOf(first)), absl::StrCat(MonthInYear(first)));
    // Months count from January 1970, so that quarters and years begin at multiples.
    const std::string start =
        absl::StrCat("(CASE WHEN m - m % ", step, " < ", first, " THEN ", first, " ELSE m - m % ", step, " END)");
    return AgeBandSql(*ages_, absl::StrCat("(1970 + ", start, " / 12)"), absl::StrCat("(", start, " % 12 + 1)"));
  }

  std::vector<std::string> ValuesOf(const std::string& dimension) {
    std::vector<std::string> values;
    for (int i = 0; i < 12; ++i) {
      if (dimension == "month") values.push_back(absl::StrFormat("%d-%02d", 2015 + i % 3, i + 1));
      if (dimension == "quarter") values.push_back(absl::StrFormat("%d-Q%d", 2015 + i % 3, 1 + i % 4));
      if (dimension == "year") values.push_back(absl::StrCat(2015 + i % 4));
      if (dimension == "law") values.push_back(i % 2 == 0 ? "jeugdwet" : "wmo");
      if (dimension == "category") values.push_back(absl::StrCat(41 + i));
      if (dimension == "product") values.push_back(absl::StrFormat("%02dA%02d", 41 + i, i));
      if (dimension == "contract") values.push_back(absl::StrFormat("c%d-%d", i, i % 3));
      if (dimension == "organisation") values.push_back(i % 3 == 0 ? absl::StrFormat("99%06d", i) : absl::StrCat("o", i % 4));
      if (dimension == "concern") values.push_back(i % 3 == 0 ? absl::StrFormat("99%06d", i) : absl::StrCat("k", i % 2));
      if (dimension == "form") values.push_back(i % 2 == 0 ? "zin" : "pgb");
      if (dimension == "source") values.push_back(i % 3 == 0 ? "export" : i % 3 == 1 ? "later" : "jw301");
      if (dimension == "taakveld") values.push_back(i == 0 ? "" : absl::StrCat("6.", i % 7));
      if (dimension == "household_size") values.push_back(i == 0 ? "" : i < 5 ? absl::StrCat(i) : "5+");
      if (dimension == "ivn") values.push_back(absl::StrCat(1 + i % 9));
      if (dimension == "provider") values.push_back(absl::StrFormat("99%06d", i));
      if (dimension == "referrer") values.push_back(i == 0 ? "" : absl::StrFormat("%02d", i));
      if (dimension == "age_band") values.push_back(ages_->bands[static_cast<size_t>(i) % ages_->bands.size()].first);
      if (dimension == "sex") values.push_back(absl::StrCat(1 + i % 2));
      if (dimension == "wijk") values.push_back(absl::StrFormat("WK1730%02d", i));
      if (dimension == "buurt") values.push_back(absl::StrFormat("BU1730%04d", i * 7));
    }
    const std::set<std::string> distinct(values.begin(), values.end());
    return {distinct.begin(), distinct.end()};
  }

  std::mt19937 random_;
  const Bands* ages_ = nullptr;  // Of the question that is drawn.
};

int64_t AmountOf(const type::Figure& figure) {
  if (figure.state() != type::Figure::ANSWERED) return 0;  // Nothing was delivered about the period; SQL finds no row.
  return figure.value_case() == type::Figure::kAmountCents ? figure.amount_cents() : figure.count();
}

// By the values of the dimensions, what every measure says; cells that say nothing but zero are left out.
using Table = std::map<Row, std::vector<int64_t>>;

Table FromService(const costs::v1::QueryFiguresResponse& answer, int measures) {
  Table table;
  for (int i = 0; i < answer.figures_size(); i += measures) {
    Row key;
    for (const auto& coordinate : answer.figures(i).dimensions()) key.push_back(coordinate.value());
    std::vector<int64_t> values;
    for (int m = 0; m < measures; ++m) values.push_back(AmountOf(answer.figures(i + m)));
    if (std::any_of(values.begin(), values.end(), [](int64_t v) { return v != 0; })) table[key] = values;
  }
  return table;
}

Table FromSql(const std::vector<Row>& rows, size_t dimensions) {
  Table table;
  for (const Row& row : rows) {
    std::vector<int64_t> values;
    for (size_t i = dimensions; i < row.size(); ++i) values.push_back(std::atoll(row[i].c_str()));
    if (std::any_of(values.begin(), values.end(), [](int64_t v) { return v != 0; })) {
      table[Row(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(dimensions))] = values;
    }
  }
  return table;
}

void Compare(Database* database) {
  World world;
  Questions questions(2018);
  std::vector<Asked> asked;
  std::vector<std::string> queries;
  for (int i = 0; i < kQuestions; ++i) {
    asked.push_back(questions.Draw());
    queries.push_back(asked.back().total_sql);
    if (!asked.back().sql.empty()) queries.push_back(asked.back().sql);
  }
  const std::vector<std::vector<Row>> answers = database->Run(world.Statements(), queries);
  ASSERT_EQ(answers.size(), queries.size());
  size_t at = 0, cells = 0, not_zero = 0;
  for (const Asked& one : asked) {
    const int measures = one.request.measures_size();
    const auto answer = world.scene().Ask(one.request);
    std::vector<int64_t> total;
    for (const auto& figure : answer.totals()) total.push_back(AmountOf(figure));
    ASSERT_EQ(answers[at].size(), 1u);
    std::vector<int64_t> sql_total;
    for (const std::string& value : answers[at].front()) sql_total.push_back(std::atoll(value.c_str()));
    ASSERT_EQ(total, sql_total) << one.request.DebugString() << queries[at];
    not_zero += total.front() != 0 ? 1 : 0;
    ++at;
    if (one.sql.empty()) continue;
    const Table table = FromService(answer, measures);
    ASSERT_EQ(table, FromSql(answers[at], static_cast<size_t>(one.request.dimensions_size())))
        << one.request.DebugString() << queries[at];
    cells += table.size();
    ++at;
    // Totals equal their parts: amounts sum to the cent, and of distinct counts the total is at most the sum and at least every
    // part. An age filter with a split by time is of other days in the cells than in the total.
    const auto& filters = one.request.filters();
    if (std::any_of(filters.begin(), filters.end(), [](const auto& filter) { return filter.dimension() == "age_band"; }))
      continue;
    for (int m = 0; m < measures; ++m) {
      const auto index = static_cast<size_t>(m);
      int64_t sum = 0, most = 0;
      for (const auto& [key, values] : table) {
        sum += values[index];
        most = std::max(most, values[index]);
      }
      const std::string& measure = one.request.measures(m);
      if (measure == "clients" || measure == "provisions") {
        ASSERT_LE(total[index], sum);
        ASSERT_GE(total[index], most);
      } else {
        ASSERT_EQ(total[index], sum) << measure;
      }
    }
  }
  // The two did not agree on nothing.
  EXPECT_GT(not_zero, 400u);
  EXPECT_GT(cells, 5'000u);
}

TEST(CostsSql, AThousandQuestionsAreAnsweredAsSqliteAnswersThem) {
  Sqlite database;
  Compare(&database);
}

TEST(CostsSql, AThousandQuestionsAreAnsweredAsPostgresqlAnswersThem) {
  const char* connection = std::getenv("NMD_TEST_POSTGRES");
  if (connection == nullptr) GTEST_SKIP() << "set NMD_TEST_POSTGRES to a connection string for psql to compare with PostgreSQL";
  Postgres database(connection);
  Compare(&database);
}

}  // namespace
}  // namespace nmd::testing
