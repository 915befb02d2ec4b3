// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "deploy/demo/files.h"
#include "deploy/demo/model.h"
#include "deploy/demo/towns_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/core/codes.h"

namespace nmd::demo {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

const Town& Tynaarlo() { return Towns().front(); }

const File& Named(const Town& town, absl::string_view part) {
  for (const File& file : town.files) {
    if (absl::StrContains(file.path, part)) return file;
  }
  ADD_FAILURE() << "no file with " << part;
  return town.files.front();
}

// Text of every element of this local name, in order. Enough of a reader for files that this program wrote.
std::vector<std::string> Values(absl::string_view xml, absl::string_view name) {
  const std::string begin = absl::StrCat(":", name, ">");
  std::vector<std::string> values;
  for (size_t at = xml.find(begin); at != absl::string_view::npos; at = xml.find(begin, at)) {
    at += begin.size();
    const size_t end = xml.find('<', at);
    if (xml.substr(end, 2) != "</") continue;  // has children
    values.emplace_back(xml.substr(at, end - at));
    at = xml.find('>', end);
  }
  return values;
}

// The parts of a document between <x:name> and </x:name>.
std::vector<std::string> Blocks(absl::string_view xml, absl::string_view name) {
  const std::string tag = absl::StrCat(":", name, ">");
  std::vector<std::string> blocks;
  size_t begin = xml.find(tag);
  while (begin != absl::string_view::npos) {
    const size_t end = xml.find(tag, begin + tag.size());
    blocks.emplace_back(xml.substr(begin, end - begin));
    begin = xml.find(tag, end + tag.size());
  }
  return blocks;
}

std::string One(absl::string_view xml, absl::string_view name) {
  const std::vector<std::string> values = Values(xml, name);
  return values.empty() ? "" : values.front();
}

// What a month holds according to the allocation messages received up to a moment.
struct Counted {
  std::set<std::string> clients;
  std::map<std::string, int> provisions;  // by level
  Cents indicated = 0;                    // only whole months
  int partial = 0;                        // provisions that are not valid in the whole of it
};

// A fold of its own, from bytes: nothing of the model is used but the table of products.
Counted Count(const Town& town, Month month, int64_t known) {
  struct Held {
    std::string stamp, bsn, product, provider, volume;
    Period period;
    bool never = false;
  };
  std::map<std::string, std::pair<int64_t, const File*>> by_identification;  // TR056: the first received one holds
  for (const File& file : town.files) {
    if (file.schema != "JW301" || file.received > known) continue;
    auto& first = by_identification[One(file.bytes, "Identificatie")];
    if (first.second == nullptr || file.received < first.first) first = {file.received, &file};
  }
  std::map<std::string, Held> current;
  for (const auto& [identification, delivery] : by_identification) {
    const std::string& xml = delivery.second->bytes;
    for (const std::string& block : Blocks(xml, "ToegewezenProduct")) {
      Held held;
      held.stamp = One(block, "Toewijzingsdatum") + One(block, "Toewijzingstijd");
      held.bsn = One(xml, "Bsn");
      held.product = One(block, "Code");
      held.provider = One(xml, "Ontvanger");
      held.volume = One(block, "Volume");
      held.period.start = *ParseDay(One(block, "Ingangsdatum"));
      const std::string end = One(block, "Einddatum");
      held.period.end = end.empty() ? kOpenEnd : *ParseDay(end) + 1;
      held.never = One(block, "RedenWijziging") == "13";
      Held& known_one = current[One(block, "ToewijzingNummer")];
      if (known_one.stamp <= held.stamp) known_one = std::move(held);
    }
  }
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<Held>> chains;
  for (const auto& [number, held] : current) {
    if (!held.never && held.period.Overlaps(MonthPeriod(month)))
      chains[{held.bsn, held.product, held.provider}].push_back(held);
  }
  Counted counted;
  for (const auto& [key, parts] : chains) {
    const auto& [bsn, code, provider] = key;
    const auto product = std::find_if(town.model.products.begin(), town.model.products.end(),
                                      [&code = code](const Product& p) { return p.code == code; });
    counted.clients.insert(bsn);
    ++counted.provisions[absl::StrCat(product->level)];
    const bool whole = parts.size() == 1 && Intersect(parts[0].period, MonthPeriod(month)) == MonthPeriod(month);
    if (!whole) ++counted.partial;
    counted.indicated += std::stoll(parts[0].volume) * product->tariff[static_cast<size_t>(YearOf(month) - 2016)];
  }
  return counted;
}

int64_t Moment(int year, int month, int day) { return int64_t{DayOf(year, month, day)} * 86400; }

const int64_t kForEver = Moment(2030, 1, 1);

TEST(F1, JanuaryOf2017And2018HoldTheCouncilsFigures) {  // T-01..03, T-06
  struct Case {
    Month month;
    size_t clients;
    std::vector<int> provisions;
    Cents indicated;
  };
  const Case cases[] = {{MonthOf(2017, 1), 484, {70, 183, 178, 152, 18}, 41600000},
                        {MonthOf(2018, 1), 598, {56, 276, 238, 189, 27}, 59826400}};
  for (const Case& c : cases) {
    SCOPED_TRACE(FormatMonth(c.month));
    const Counted counted = Count(Tynaarlo(), c.month, kForEver);
    EXPECT_EQ(counted.clients.size(), c.clients);
    EXPECT_THAT(counted.provisions, ElementsAre(testing::Pair("4", c.provisions[0]), testing::Pair("5", c.provisions[1]),
                                                testing::Pair("6", c.provisions[2]), testing::Pair("7", c.provisions[3]),
                                                testing::Pair("8", c.provisions[4])));
    EXPECT_EQ(counted.indicated, c.indicated);
    EXPECT_EQ(counted.partial, 0);
  }
}

TEST(F1, HoldsForEverySeed) {
  for (uint64_t seed : {2u, 3u}) {
    Town town;
    town.model = Build(Profiles(seed, 100).front(), seed);
    town.files = Files(town.model, seed);
    const Counted before = Count(town, MonthOf(2017, 1), kForEver), after = Count(town, MonthOf(2018, 1), kForEver);
    EXPECT_EQ(before.clients.size(), 484u);
    EXPECT_EQ(after.clients.size(), 598u);
    EXPECT_EQ(before.indicated, 41600000);
    EXPECT_EQ(after.indicated, 59826400);
  }
}

TEST(F1, IsKnownAtTheEndOfMarchAndWasNotAtTheEndOfJanuary) {  // T-12: the answer depends on the day one knows it
  const Counted march = Count(Tynaarlo(), MonthOf(2018, 1), Moment(2018, 4, 1));
  EXPECT_EQ(march.clients.size(), 598u);
  EXPECT_EQ(march.indicated, 59826400);
  EXPECT_NE(Count(Tynaarlo(), MonthOf(2018, 1), Moment(2018, 2, 1)).indicated, 59826400);
}

TEST(Volume, YearsGrowAsTheMemorandumSays) {
  std::map<int, std::set<int>> clients;
  for (const Provision& p : Tynaarlo().model.provisions) {
    if (p.law != Law::kYouth || p.withdrawn) continue;
    for (int year : {2016, 2017, 2018}) {
      if (Period{p.start, p.end}.Overlaps({DayOf(year, 1, 1), DayOf(year + 1, 1, 1)})) clients[year].insert(p.person);
    }
  }
  EXPECT_THAT(clients[2016].size(), testing::AllOf(Ge(560u), Le(660u)));
  EXPECT_THAT(clients[2017].size(), testing::AllOf(Ge(620u), Le(700u)));
  EXPECT_THAT(clients[2018].size(), testing::AllOf(Ge(740u), Le(840u)));
}

TEST(Volume, GoesOnGrowingAfterJanuary2018WithADipInSummer) {
  for (const Town& town : Towns()) {
    SCOPED_TRACE(town.model.profile.id);
    const auto count = [&town](int month) { return Count(town, MonthOf(2018, month), kForEver); };
    const auto provisions = [](const Counted& counted) {
      int total = 0;
      for (const auto& [level, n] : counted.provisions) total += n;
      return static_cast<double>(total);
    };
    const Counted january = count(1), june = count(6), august = count(8), december = count(12);
    EXPECT_THAT(provisions(december) / provisions(january), testing::AllOf(Ge(1.03), Le(1.08)));
    EXPECT_THAT(static_cast<double>(december.clients.size()) / static_cast<double>(january.clients.size()),
                testing::AllOf(Ge(1.03), Le(1.08)));
    EXPECT_GT(provisions(june), provisions(august));
    EXPECT_GE(provisions(august), provisions(january));
  }
}

TEST(Volume, RisesThrough2016FromFourFifthsOfJanuary2017) {
  const auto clients = [](int month) { return Count(Tynaarlo(), MonthOf(2016, month), kForEver).clients.size(); };
  EXPECT_THAT(clients(1), testing::AllOf(Ge(390u), Le(450u)));  // of 484
  EXPECT_THAT(clients(6), testing::AllOf(Ge(450u), Le(500u)));
  EXPECT_THAT(clients(12), testing::AllOf(Ge(460u), Le(510u)));
}

TEST(Volume, GrantedCostRisesEveryYear) {  // requirements 2.1: 2018 costs a quarter more than 2017
  for (const Town& town : Towns()) {
    SCOPED_TRACE(town.model.profile.id);
    std::map<int, Cents> granted;
    for (const Claim& claim : town.model.claims) {
      if (claim.law != Law::kYouth || !claim.reject_code.empty()) continue;
      for (const ClaimLine& line : claim.lines) {
        if (line.reject_code.empty()) granted[YearOf(MonthOf(line.period.start))] += line.Signed();
      }
    }
    if (town.model.profile.first_year == 2016) {
      EXPECT_THAT(100 * granted[2017] / granted[2016], testing::AllOf(Ge(110), Le(130)));
    }
    EXPECT_THAT(100 * granted[2018] / granted[2017], testing::AllOf(Ge(118), Le(135)));
  }
}

TEST(Volume, EveryMonthOf2018HasPeopleWhoComeAndPeopleWhoGo) {
  for (const Town& town : Towns()) {
    SCOPED_TRACE(town.model.profile.id);
    std::map<Month, int> begun, ended;
    for (const Provision& p : town.model.provisions) {
      if (p.law != Law::kYouth || p.withdrawn) continue;
      ++begun[MonthOf(p.start)];
      if (p.end != kOpenEnd) ++ended[MonthOf(p.end - 1)];
    }
    for (Month month = MonthOf(2018, 2); month <= MonthOf(2018, 12); ++month) {
      EXPECT_GT(begun[month], 0) << FormatMonth(month);
      EXPECT_GT(ended[month], 0) << FormatMonth(month);
    }
  }
}

TEST(Volume, NothingIsDecidedLongAfterTheYearEnds) {
  for (const Town& town : Towns()) {
    for (const Provision& p : town.model.provisions) {
      for (const Allocation& a : p.allocations) {
        EXPECT_LT(a.versions.back().assigned, Moment(2019, 2, 1)) << town.model.profile.id << " " << a.number;
      }
    }
  }
}

TEST(Volume, AsManyWmoClientsInEveryMonth) {
  for (const Town& town : Towns()) {
    for (Month month = MonthOf(town.model.profile.first_year, 1); month < MonthOf(2019, 1); ++month) {
      std::set<int> clients;
      for (const Provision& p : town.model.provisions) {
        if (p.law == Law::kWmo && Period{p.start, p.end}.Overlaps(MonthPeriod(month))) clients.insert(p.person);
      }
      EXPECT_EQ(clients.size(), static_cast<size_t>(town.model.profile.wmo_clients))
          << town.model.profile.id << " " << FormatMonth(month);
    }
  }
}

TEST(Volume, StaysWithinWhatADemoCanLoad) {
  for (const Town& town : Towns()) {
    EXPECT_THAT(town.files.size(), Le(town.model.profile.full_mess ? 7200u : 3700u)) << town.model.profile.id;
    EXPECT_THAT(town.files.size(), Ge(1500u)) << town.model.profile.id;
    for (const File& file : town.files) ASSERT_LT(file.bytes.size(), 1u << 20) << file.path;
  }
}

TEST(Referrers, ThirtyPercentComeThroughTheMunicipality) {  // T-08
  std::map<std::string, int> by_code;
  for (const Provision& p : Tynaarlo().model.provisions) {
    if (p.law == Law::kYouth && !p.withdrawn && Period{p.start, p.end}.Overlaps(MonthPeriod(MonthOf(2018, 1)))) {
      ++by_code[p.referrer];
    }
  }
  EXPECT_EQ(by_code["01"], 236);  // 30,03 percent of 786
  EXPECT_EQ(by_code[""], 55);     // nobody registered it
  EXPECT_THAT(by_code["02"], Ge(150));
}

TEST(Determinism, TheSameSeedGivesTheSameBytes) {
  const Profile profile = Profiles(kSeed, 20)[2];
  const Model first = Build(profile, kSeed), second = Build(profile, kSeed);
  const std::vector<File> a = Files(first, kSeed), b = Files(second, kSeed), other = Files(Build(profile, 9), 9);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i].bytes, b[i].bytes) << a[i].path;
  EXPECT_EQ(Manifest(a), Manifest(b));
  EXPECT_NE(Manifest(a), Manifest(other));
}

TEST(People, AreInventedAndOnePersonHasOneNumber) {  // CS002
  for (const Town& town : Towns()) {
    std::set<std::string> seen;
    for (const Person& person : town.model.persons) {
      EXPECT_TRUE(IsValidBsn(person.bsn));
      EXPECT_GE(person.bsn, "999900006");
      EXPECT_LE(person.bsn, "999999990");
      EXPECT_TRUE(seen.insert(person.bsn).second);
      EXPECT_LE(person.birth, person.known_from);
    }
  }
}

TEST(People, LiveWithBrothersAndParents) {
  std::map<int, int> size;
  int both_laws = 0;
  std::map<int, std::set<Law>> laws;
  for (const Person& p : Tynaarlo().model.persons) ++size[p.household];
  for (const Provision& p : Tynaarlo().model.provisions) {
    laws[Tynaarlo().model.persons[static_cast<size_t>(p.person)].household].insert(p.law);
  }
  for (const auto& [house, of] : laws) both_laws += of.size() == 2;
  EXPECT_THAT(std::count_if(size.begin(), size.end(), [](const auto& h) { return h.second >= 2; }), Ge(100));
  EXPECT_THAT(both_laws, Ge(10));
}

TEST(Secrets, NameEverybodyInTheMessages) {
  const std::string list = Secrets(Tynaarlo().model, Tynaarlo().files);
  const std::vector<std::string> lines = absl::StrSplit(list, '\n');
  const std::set<std::string> secrets(lines.begin(), lines.end());
  for (const File& file : Tynaarlo().files) {
    if (file.schema.empty()) continue;
    for (const std::string& bsn : Values(file.bytes, "Bsn")) ASSERT_TRUE(secrets.count(bsn));
    for (const std::string& name : Values(file.bytes, "Achternaam"))
      ASSERT_TRUE(name.size() < 6 || secrets.count(name)) << name;
    for (const std::string& postcode : Values(file.bytes, "Postcode")) ASSERT_TRUE(secrets.count(postcode));
  }
}

TEST(Manifest, ListsFilesInOrderOfArrivalNotOfDate) {
  const std::vector<File>& files = Tynaarlo().files;
  const std::vector<std::string> lines = absl::StrSplit(Manifest(files), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), files.size() + 1);
  EXPECT_EQ(lines[0], "received,source,file");
  EXPECT_THAT(lines[1], testing::MatchesRegex("20[0-9-]+T[0-9:]+Z,auto,[a-z0-9]+/[a-z0-9-]+.xml"));
  int out_of_order = 0;
  std::set<std::string> paths;
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_TRUE(paths.insert(files[i].path).second) << files[i].path;
    EXPECT_GE(files[i].arrival, files[i].received) << files[i].path;
    if (i == 0) continue;
    EXPECT_GE(files[i].arrival, files[i - 1].arrival);
    out_of_order += files[i].received < files[i - 1].received;
  }
  EXPECT_THAT(out_of_order, Ge(500));
}

TEST(Exports, HaveTheAgreedHeaders) {
  const std::map<std::string, std::string> headers = {
      {"clienten",
       "burgerservicenummer;achternaam;voorvoegsel;voorletters;roepnaam;geboortedatum;geslacht;postcode;huisnummer;huisletter;"
       "toevoeging;wijk;buurt;adres_vanaf;adres_tot"},
      {"verwijzingen", "burgerservicenummer;wet;toewijzingnummer;verwijzer;datum"},
      {"producten", "wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot"},
      {"tarieven", "wet;productcode;agb;eenheid;tarief;geldig_vanaf;geldig_tot"},
      {"bevolking", "jaar;wijk;buurt;leeftijd_van;leeftijd_tot;geslacht;aantal"},
      {"begroting", "regel;jaar;bedrag;document"},
      {"contracten", "contract;wet;agb;aanbieder;geldig_vanaf;geldig_tot;plafond;plafond_jaar"},
      {"beschikkingen",
       "burgerservicenummer;besluit;wet;vorm;aanvraag;besluitdatum;uitkomst;product;geldig_vanaf;geldig_tot;verwijzer"},
      {"pgb-budgetten", "burgerservicenummer;wet;besluit;product;geldig_vanaf;geldig_tot;budget"},
      {"svb-betalingen", "burgerservicenummer;wet;product;jaar;maand;betaald_op;bedrag"},
      {"jeugdteam", "clientnummer;achternaam;voorvoegsel;voorletters;roepnaam;geboortedatum;geslacht;postcode;huisnummer"},
      {"wijkteam", "burgerservicenummer;wet;team;hulp;gestart;beeindigd;verwijzer;resultaat"},
      {"grootboek", "jaar;maand;taakveld;categorie;soort;agb;boeking;bedrag"},
      {"postcodes", "jaar;postcode;huisnummer;wijk;buurt"},
      {"taakvelden", "wet;categorie;agb;taakveld;geldig_vanaf;geldig_tot"},
      {"clientervaring", "indicator;vraag;wet;gebied;jaar;waarde;eenheid;antwoorden;gevraagd;methode"},
      {"indicatoren", "indicator;omschrijving;wet;agb;begin;eind;waarde;eenheid;aantal"},
      {"cijferreeksen", "reeks;omschrijving;uitgever;gebied;jaar;waarde;eenheid;gepubliceerd;ingetrokken;reden"},
      {"eerdere-cijfers", "systeem;maat;wet;vorm;jaar;waarde;eenheid;kwaliteit;toelichting"},
      {"productopvolging", "wet;product;vorig_product;geldig_vanaf"},
      {"aanbiedergroepen", "agb;aanbieder;organisatie;organisatienaam;concern;concernnaam;geldig_vanaf;geldig_tot"},
      {"behandelplannen",
       "burgerservicenummer;wet;toewijzingnummer;agb;afgesproken_tot;niveau_gemotiveerd;resultaat;complexiteit"},
      {"productiestaten", "wet;agb;burgerservicenummer;toewijzingnummer;product;begin;eind;eenheid;hoeveelheid;bedrag"},
      {"woonplaats", "burgerservicenummer;wet;gemeente;herkomst;verblijf;geldig_vanaf;geldig_tot"},
      {"contractafspraken", "contract;wet;agb;afspraak;categorie;product;indicator;waarde;bedrag;geldig_vanaf;geldig_tot"},
      {"combinatieregels", "wet;product;andere_wet;ander_product;oordeel;reden;geldig_vanaf;geldig_tot"}};
  for (const Town& town : Towns()) {
    std::set<std::string> sources;
    for (const File& file : town.files) {
      if (file.source == "auto") continue;
      sources.insert(file.source);
      const std::vector<std::string> rows = absl::StrSplit(file.bytes, "\r\n");
      EXPECT_EQ(rows[0], headers.at(file.source)) << file.path;
      EXPECT_GT(rows.size(), 2u) << file.path;
      const auto fields = std::count(rows[0].begin(), rows[0].end(), ';');
      for (size_t i = 1; i + 1 < rows.size(); ++i)
        ASSERT_EQ(std::count(rows[i].begin(), rows[i].end(), ';'), fields) << rows[i];
    }
    EXPECT_EQ(sources.size(), headers.size()) << town.model.profile.id;
  }
}

TEST(Exports, NameEveryProductAndGiveTheWmoNoLevel) {
  std::map<std::string, std::vector<std::string>> rows;
  for (absl::string_view row : absl::StrSplit(Named(Tynaarlo(), "producten").bytes, "\r\n")) {
    const std::vector<std::string> fields = absl::StrSplit(row, ';');
    if (fields.size() == 6) rows[fields[1]] = fields;
  }
  EXPECT_THAT(rows.at("45A05"), ElementsAre("jeugdwet", "45A05", "Ambulante begeleiding midden", "5", "01-01-2016", ""));
  EXPECT_THAT(rows.at("01A03"), ElementsAre("wmo", "01A03", "Hulp bij het huishouden", "", "01-01-2016", ""));
  for (const Product& product : Tynaarlo().model.products) EXPECT_EQ(rows.count(product.code), 1u) << product.code;
}

TEST(Exports, TellEveryVintageOfTheBudget) {  // T-10, T-12
  const File& memorandum = Named(Tynaarlo(), "begroting-nota-2018");
  EXPECT_THAT(memorandum.bytes, HasSubstr("rijksbijdrage_jeugd;2018;5229670,00;"));
  EXPECT_THAT(memorandum.bytes, HasSubstr("resultaat_jeugd;2017;-1200000,00;"));
  EXPECT_THAT(memorandum.received, testing::AllOf(Ge(Moment(2018, 3, 14)), Le(Moment(2018, 3, 20))));
  const File& later = Named(Tynaarlo(), "begroting-inzicht-2019");
  EXPECT_THAT(later.bytes, HasSubstr("rijksbijdrage_jeugd;2018;5800000,00;"));
  EXPECT_THAT(later.bytes, HasSubstr("resultaat_jeugd;2017;-1500000,00;"));
  EXPECT_THAT(later.received, Ge(Moment(2019, 1, 1)));
}

TEST(Exports, CeilingsArePassedByAFewContracts) {
  const Model& model = Tynaarlo().model;
  std::map<std::string, Cents> ceilings;
  for (absl::string_view row : absl::StrSplit(Named(Tynaarlo(), "contracten-2018").bytes, "\r\n")) {
    const std::vector<std::string> fields = absl::StrSplit(row, ';');
    if (fields.size() == 8 && fields[7] == "2018") ceilings[fields[2]] = std::stoll(fields[6]) * 100;
  }
  ASSERT_EQ(ceilings.size(), model.providers.size());
  EXPECT_THAT(model.providers.size(), testing::AllOf(Ge(25u), Le(40u)));
  std::map<std::string, Cents> granted;
  for (const Claim& claim : model.claims) {
    for (const ClaimLine& line : claim.lines) {
      if (claim.reject_code.empty() && line.reject_code.empty() && YearOf(MonthOf(line.period.start)) == 2018) {
        granted[model.providers[static_cast<size_t>(claim.provider)].agb] += line.Signed();
      }
    }
  }
  int passed = 0, near = 0;
  for (const auto& [agb, ceiling] : ceilings) {
    passed += granted[agb] > ceiling;
    near += granted[agb] <= ceiling && granted[agb] * 10 > ceiling * 7;
  }
  EXPECT_THAT(passed, testing::AllOf(Ge(1), Le(6)));
  EXPECT_THAT(near, testing::AllOf(Ge(1), Le(8)));
}

TEST(Providers, FiveLargeOnesHoldAboutFortyFivePercent) {  // T-19
  const Model& model = Tynaarlo().model;
  std::map<int, int> count;
  int total = 0;
  for (const Provision& p : model.provisions) {
    if (p.law == Law::kYouth && !p.withdrawn) ++count[p.provider], ++total;
  }
  std::vector<int> sizes;
  for (const auto& [provider, n] : count) sizes.push_back(n);
  std::sort(sizes.rbegin(), sizes.rend());
  int five = 0;
  for (size_t i = 0; i < 5; ++i) five += sizes[i];
  EXPECT_THAT(100 * five / total, testing::AllOf(Ge(42), Le(50)));
}

TEST(Providers, OneGivesTheHeavierLevelMoreOften) {  // T-09, R109
  const Model& model = Tynaarlo().model;
  std::map<int, std::pair<int, int>> five_and_six;
  for (const Provision& p : model.provisions) {
    const int level = model.products[static_cast<size_t>(p.product)].level;
    if (level == 5) ++five_and_six[p.provider].first;
    if (level == 6) ++five_and_six[p.provider].second;
  }
  const auto share = [&](int provider) {
    const auto [five, six] = five_and_six[provider];
    return 100 * six / (five + six);
  };
  ASSERT_EQ(model.providers[0].upcoding, 60);
  EXPECT_GT(share(0), 65);
  EXPECT_LT(share(1), 60);
}

TEST(Population, AddsUpToTheInhabitantsAndOneEstateGrows) {
  std::map<std::string, std::map<std::string, int>> by_place;  // per year and buurt
  for (const std::string year : {"2016", "2018"}) {
    for (absl::string_view row : absl::StrSplit(Named(Tynaarlo(), "bevolking-" + year).bytes, "\r\n")) {
      const std::vector<std::string> fields = absl::StrSplit(row, ';');
      if (fields[0] == year) by_place[year][fields[2]] += std::stoi(fields[6]);
    }
  }
  int total = 0;
  for (const auto& [buurt, count] : by_place["2016"]) total += count;
  EXPECT_NEAR(total, 33000, 700);
  const std::string estate = Tynaarlo().model.neighbourhoods.back().buurt;
  EXPECT_NEAR(1.2 * by_place["2016"][estate], by_place["2018"][estate], 10);
}

TEST(Profiles, ScaleWithTheSizeAsked) {
  const Profile small = Profiles(kSeed, 20).front();
  EXPECT_EQ(small.january_2018.clients, 120);
  Town town;
  town.model = Build(small, kSeed);
  town.files = Files(town.model, kSeed);
  const Counted counted = Count(town, MonthOf(2018, 1), kForEver);
  EXPECT_EQ(counted.clients.size(), 120u);
  EXPECT_EQ(counted.provisions.at("8"), 5);
  EXPECT_EQ(counted.partial, 0);
  EXPECT_THAT(town.files.size(), Le(2700u));
}

TEST(Profiles, EveryNeighbourHoldsTheStockItWasGiven) {
  for (const Town& town : Towns()) {
    for (const auto& [month, stock] : {std::make_pair(MonthOf(2017, 1), town.model.profile.january_2017),
                                       std::make_pair(MonthOf(2018, 1), town.model.profile.january_2018)}) {
      const Counted counted = Count(town, month, kForEver);
      EXPECT_EQ(counted.clients.size(), static_cast<size_t>(stock.clients)) << town.model.profile.id;
      int total = 0;
      for (const auto& [level, n] : counted.provisions) total += n;
      EXPECT_EQ(total, stock.Total()) << town.model.profile.id;
    }
  }
}

// The youth team writes down children that others know by their number, of every kind of doubt, and no number.
TEST(Exports, NoteSomeChildrenWithoutANumber) {
  std::set<std::string> numbers;
  for (const Person& person : Tynaarlo().model.persons) numbers.insert(person.bsn);
  const std::vector<std::string> rows = absl::StrSplit(Named(Tynaarlo(), "jeugdteam").bytes, "\r\n");
  EXPECT_GE(rows.size(), 2u + 2 * 6);
  int initial_only = 0, nowhere = 0;
  for (size_t i = 1; i + 1 < rows.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(rows[i], ';');
    ASSERT_EQ(fields.size(), 9u);
    for (const std::string& field : fields) EXPECT_EQ(numbers.count(field), 0u);
    EXPECT_FALSE(fields[1].empty());
    initial_only += fields[4].empty() ? 1 : 0;
    nowhere += fields[7].empty() ? 1 : 0;
  }
  EXPECT_GE(initial_only, 4);
  EXPECT_GE(nowhere, 6);
}

}  // namespace
}  // namespace nmd::demo
