// SPDX-License-Identifier: EUPL-1.2
// Who gets what and when, and how it was decided: provisions as chains of allocations with their versions.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "deploy/demo/model.h"
#include "deploy/demo/rng.h"

namespace nmd::demo {
namespace {

// The two months that F1 fixes. Nothing starts or ends inside them.
const Month kJanuary2017 = MonthOf(2017, 1);
const Month kJanuary2018 = MonthOf(2018, 1);

// What happens from this day on lies in the future of the demo.
const Day kDataEnd = DayOf(2019, 1, 1);

// Youth care in February to December 2018, per mille of January: growth goes on, with a dip in summer.
constexpr std::array<int, 11> kStockOf2018 = {1006, 1013, 1020, 1027, 1030, 1012, 1004, 1028, 1044, 1056, 1060};

size_t At(int i) { return static_cast<size_t>(i); }

bool InsideF1(Day day) {
  const auto inside = [day](Month m) { return FirstDay(m) < day && day < FirstDay(m + 1); };
  return inside(kJanuary2017) || inside(kJanuary2018);
}

bool CoversF1(const Period& p) { return p.Overlaps(MonthPeriod(kJanuary2017)) || p.Overlaps(MonthPeriod(kJanuary2018)); }

Day AddMonths(Day day, int months) {
  const Month month = MonthOf(day) + months;
  return std::min(FirstDay(month) + CivilOf(day).day - 1, FirstDay(month + 1) - 1);
}

class Planner {
 public:
  Planner(uint64_t seed, Model* model) : rng_(seed, model->profile.id + "/provisions"), model_(*model) {
    first_day_ = DayOf(model->profile.first_year, 1, 1);
  }

  void Youth() {
    const Profile& profile = model_.profile;
    std::vector<int> continuing, only_2017, only_2018;  // levels, one element per provision
    for (int i = 0; i < kLevels; ++i) {
      const int before = profile.january_2017.provisions[At(i)], after = profile.january_2018.provisions[At(i)];
      const int both = std::min(before, after) * profile.continuing_percent / 100;
      continuing.insert(continuing.end(), At(both), kFirstLevel + i);
      only_2017.insert(only_2017.end(), At(before - both), kFirstLevel + i);
      only_2018.insert(only_2018.end(), At(after - both), kFirstLevel + i);
    }
    for (std::vector<int>* levels : {&continuing, &only_2017, &only_2018}) rng_.Shuffle(levels);

    // Clients of both Januaries come first, then those of 2017 only, then those of 2018 only. A client of both has a
    // provision that continues, or one of each kind; what is left over becomes somebody's second provision.
    const int clients_2017 = profile.january_2017.clients, clients_2018 = profile.january_2018.clients;
    const int both_clients =
        std::min({clients_2017 * 83 / 100, clients_2018, static_cast<int>(continuing.size() + only_2017.size())});
    const int last_2017 = clients_2017, last_2018 = clients_2017 + clients_2018 - both_clients;
    for (size_t i = 0; i < continuing.size(); ++i) {
      const int client = static_cast<int>(i) < both_clients ? static_cast<int>(i) : rng_.Below(both_clients);
      Add(client, continuing[i], Continuing());
    }
    int next = std::min(static_cast<int>(continuing.size()), both_clients);
    for (int level : only_2017) {
      const int client = next < last_2017 ? next++ : rng_.Below(last_2017);
      Add(client, level, Ending2017());
    }
    next = std::min(static_cast<int>(continuing.size()), both_clients);
    for (int level : only_2018) {
      if (next == both_clients) next = last_2017;
      int client = next++;
      if (client >= last_2018) {
        client = rng_.Below(clients_2018);
        if (client >= both_clients) client += last_2017 - both_clients;
      }
      Add(client, level, Running2018());
    }

    // Provisions outside the two months: of newcomers, and of people who are there already.
    next_person_ = last_2018;
    const auto outside = [&](int count, int newcomer_permille, Period (Planner::*period)()) {
      for (int i = 0; i < count; ++i) {
        const int client = rng_.Chance(newcomer_permille) ? next_person_++ : rng_.Below(last_2018);
        const int level = AnyLevel();
        Add(client, level, (this->*period)());
      }
    };
    outside(profile.before, 800, &Planner::Ended2016);
    outside(profile.between, 250, &Planner::Within2017);
    for (size_t i = 0; i < kStockOf2018.size(); ++i) GrowYouth(kJanuary2018 + 1 + static_cast<Month>(i), kStockOf2018[i]);
    for (int i = 0; i < profile.withdrawn; ++i) Withdrawn(rng_.Below(last_2018));
    Refer();
  }

  // As many clients in every month; who leaves is replaced.
  void Wmo() {
    first_person_ = next_person_;
    for (Month month = MonthOf(first_day_); FirstDay(month) < kDataEnd; ++month) {
      Running running = RunningIn(Law::kWmo, month);
      while (static_cast<int>(running.people.size()) < model_.profile.wmo_clients) {
        const int client = Comer(running);
        running.people.insert(client);
        for (int count = rng_.Chance(300) ? 2 : 1; count > 0; --count) AddWmo(client, Spread(FirstDay(month)));
      }
    }
  }

  void Finish() {
    // Numbers are given in order of decision, as an administration does; each law has its own range (TR332).
    std::vector<std::pair<int64_t, Allocation*>> order;
    for (Law law : {Law::kYouth, Law::kWmo}) {
      order.clear();
      for (Provision& p : model_.provisions) {
        if (p.law != law) continue;
        for (Allocation& a : p.allocations) order.emplace_back(a.versions.front().assigned, &a);
      }
      std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      int number = law == Law::kYouth ? 300101 : 100101;
      for (auto& [assigned, allocation] : order) allocation->number = number++;
    }
    int persons = 0;
    for (const Provision& p : model_.provisions) persons = std::max(persons, p.person + 1);
    model_.persons.resize(At(persons));
    for (const Provision& p : model_.provisions) {
      Person& person = model_.persons[At(p.person)];
      person.known_from = std::min(person.known_from, p.start);
    }
  }

 private:
  int Months() const { return (2019 - model_.profile.first_year) * 12; }

  // First of the month three times in four; never inside a month of F1.
  Day Spread(Day day, int aligned_permille = 750) {
    const Day first = FirstDay(MonthOf(day));
    if (rng_.Chance(aligned_permille)) return first;
    const Day any = first + rng_.Below(DaysInMonth(MonthOf(day)));
    return InsideF1(any) ? first : any;
  }

  Day AfterStart(Day start) {
    const int months = static_cast<int>(MonthOf(first_day_)) + rng_.Below(Months());
    return std::max(start, Spread(FirstDay(months)));
  }

  // Who receives care in a month, and by which level of youth care.
  struct Running {
    std::set<int> people;
    std::array<int, kLevels> provisions = {};
  };

  Running RunningIn(Law law, Month month) const {
    Running running;
    for (const Provision& p : model_.provisions) {
      if (p.law != law || !Period{p.start, p.end}.Overlaps(MonthPeriod(month))) continue;
      running.people.insert(p.person);
      if (law == Law::kYouth) ++running.provisions[At(model_.products[At(p.product)].level - kFirstLevel)];
    }
    return running;
  }

  // Somebody without care in that month: one in three had it before, the others are new.
  int Comer(const Running& running) {
    std::vector<int> former;
    for (int person = first_person_; person < next_person_; ++person) {
      if (running.people.count(person) == 0) former.push_back(person);
    }
    return !former.empty() && rng_.Chance(333) ? rng_.Pick(former) : next_person_++;
  }

  // Begins as much care in a month as brings the stock to so much of January 2018, by level and in clients.
  void GrowYouth(Month month, int permille) {
    const Stock& january = model_.profile.january_2018;
    const auto missing = [permille](int then, int now) { return std::max(0, (then * permille + 500) / 1000 - now); };
    Running running = RunningIn(Law::kYouth, month);
    std::vector<int> levels;
    for (int i = 0; i < kLevels; ++i) {
      levels.insert(levels.end(), At(missing(january.provisions[At(i)], running.provisions[At(i)])), kFirstLevel + i);
    }
    rng_.Shuffle(&levels);
    const std::vector<int> present(running.people.begin(), running.people.end());
    int comers = missing(january.clients, static_cast<int>(present.size()));
    for (int level : levels) {
      const int client = present.empty() || comers-- > 0 ? Comer(running) : rng_.Pick(present);
      running.people.insert(client);
      Add(client, level, Begun2018(month));
    }
  }

  void AddWmo(int client, Day start) {
    static const std::vector<int> kKinds = {10, 10, 10, 10, 11, 11, 12, 12, 13, 14, 14, 15};  // positions in Products()
    const int product = rng_.Pick(kKinds);
    Day end = AddMonths(start, rng_.Between(12, 48));
    if (model_.products[At(product)].frequency == "4" && rng_.Chance(500)) end = kOpenEnd;
    AddProvision(Law::kWmo, client, product, {start, end}, 0)->referrer = rng_.Chance(700) ? "01" : "06";
  }

  // Begins in or before January 2017, ends after January 2018.
  Period Continuing() {
    const Day start = StartBefore2017();
    return {start, EndAfterF1()};
  }

  // Of what runs in January 2018 a part ends in that year, more of it in July than in other months; the rest goes on into
  // 2019.
  Day EndAfterF1() {
    const bool this_year = rng_.Chance(10 * model_.profile.ending_2018_percent);
    const bool with_school = this_year && rng_.Chance(150);
    return Spread(FirstDay(kJanuary2018 + (with_school ? 6 : this_year ? rng_.Between(1, 11) : rng_.Between(12, 30))));
  }

  // A day in 2016 or on 1 January 2017; most often the first day of the data, because contracts and decisions run per year.
  Day StartBefore2017() {
    const int months = static_cast<int>(kJanuary2017 - MonthOf(first_day_));
    if (months == 0 || rng_.Chance(640)) return first_day_;
    return Spread(FirstDay(kJanuary2017 - rng_.Below(months)));
  }

  Period Ending2017() {
    const Day end = Spread(FirstDay(kJanuary2017 + rng_.Between(1, 12)));
    const Day start = StartBefore2017();
    return {start, std::max({end, FirstDay(kJanuary2017 + 1), AddMonths(start, 3)})};
  }

  Period Running2018() {
    const Day start = rng_.Chance(200) ? FirstDay(kJanuary2018) : Spread(FirstDay(kJanuary2017 + rng_.Between(1, 11)));
    if (rng_.Chance(100)) return {start, kOpenEnd};
    return {start, std::max(EndAfterF1(), AddMonths(start, 3))};
  }

  Period Ended2016() {
    const Day start = rng_.Chance(500) ? first_day_ : Spread(FirstDay(MonthOf(first_day_) + rng_.Between(1, 9)));
    const Day end = std::max(Spread(AddMonths(start, rng_.Between(3, 7))), start + 60);
    return {start, std::min(end, FirstDay(kJanuary2017))};
  }

  Period Within2017() {
    const Day start = Spread(FirstDay(kJanuary2017 + rng_.Between(1, 8)));
    const Day end = std::max(Spread(AddMonths(start, rng_.Between(3, 10))), start + 60);
    return {start, std::min(end, FirstDay(kJanuary2018))};
  }

  Period Begun2018(Month month) {
    const Day start = Spread(FirstDay(month));
    if (rng_.Chance(150)) return {start, kOpenEnd};
    return {start, std::max(Spread(AddMonths(start, rng_.Between(3, 18))), start + 60)};
  }

  int AnyLevel() {
    static const std::vector<int> kLevelsByShare = {4, 5, 5, 5, 6, 6, 6, 7, 7, 7};
    return rng_.Pick(kLevelsByShare);
  }

  void Add(int client, int level, const Period& period) {
    const int product = 2 * (level - kFirstLevel) + rng_.Below(2);
    AddProvision(Law::kYouth, client, product, period, level);
  }

  // A provider by weight; never one that the client had for this product before, so that two chains stay two provisions.
  int PickProvider(Law law, int client, int* product, int level) {
    for (int attempt = 0;; ++attempt) {
      int total = 0;
      std::vector<int> weights(model_.providers.size(), 0);
      for (size_t i = 0; i < weights.size(); ++i) {
        const Provider& p = model_.providers[i];
        if (p.law != law || taken_.count({client, *product, static_cast<int>(i)}) != 0) continue;
        weights[i] = p.weight;
        if (level == 6) weights[i] += weights[i] * p.upcoding / 100;
        if (level == 5) weights[i] -= weights[i] * p.upcoding / 100;
        total += weights[i];
      }
      if (total > 0) {
        int throw_ = rng_.Below(total);
        int i = 0;
        while (throw_ >= weights[At(i)]) throw_ -= weights[At(i++)];
        return i;
      }
      // Every provider has been tried for this product: take the sister product of the same level.
      *product ^= 1;
    }
  }

  Provision* AddProvision(Law law, int client, int product, Period period, int level) {
    Provision p;
    p.law = law;
    p.person = client;
    p.product = product;
    p.provider = PickProvider(law, client, &p.product, level);
    p.start = period.start;
    p.end = period.end;
    p.used = !rng_.Chance(20);
    taken_.insert({client, p.product, p.provider});
    Decide(&p);
    model_.provisions.push_back(std::move(p));
    return &model_.provisions.back();
  }

  // A moment of decision on a working day in office hours.
  int64_t Office(Day day) { return int64_t{WorkdayBefore(day)} * 86400 + 8 * 3600 + rng_.Below(9 * 3600); }

  int64_t FirstDecision(Day start) {
    return rng_.Chance(100) ? Office(start + rng_.Between(3, 24)) : Office(start - rng_.Between(1, 20));
  }

  int Volume(const Product& product) {
    if (product.law == Law::kYouth || product.unit == "84" || product.unit == "82") return 1;
    if (product.unit == "16") return rng_.Between(2, 8);
    if (product.unit == "14") return rng_.Between(2, 6);
    return rng_.Between(2, 5);
  }

  // How the provision was decided: at once, or with an end that was moved, or in several allocations (IV066).
  void Decide(Provision* p) {
    const Product& product = model_.products[At(p->product)];
    const int volume = Volume(product);
    const int64_t first = FirstDecision(p->start);
    // Whether it is known to end: what ends later can still be changed as long as it lasts.
    const bool open = p->end > kDataEnd;
    const Day last = open ? DayOf(2018, 12, 1) : p->end;
    const int months = static_cast<int>(MonthOf(last) - MonthOf(p->start));
    const bool changes = months >= 4 && rng_.Chance(model_.profile.change_permille);
    const int kind = changes ? rng_.Below(100) : 100;
    const Day cut = months >= 4 ? FirstDay(MonthOf(p->start) + rng_.Between(2, months - 1)) : 0;
    const int64_t second = std::max(Office(cut - rng_.Between(3, 25)), first + 86400);
    const auto allocation = [&](int units, std::vector<Version> versions) {
      Allocation a;
      a.volume = units;
      a.versions = std::move(versions);
      p->allocations.push_back(std::move(a));
    };
    if (kind < 48) {  // extension: same number, later Einddatum (OP380)
      allocation(volume, {{first, p->start, cut, ""}, {second, p->start, p->end, "04"}});
    } else if (kind < 70) {  // renewal: new number from the day after
      allocation(volume, {{first, p->start, cut, ""}});
      allocation(volume, {{second, cut, p->end, ""}});
    } else if (kind < 88 && !open) {  // ended sooner than first decided
      static const std::vector<std::string> kReasons = {"05", "05", "06", "07", "12"};
      const bool weekly = product.frequency == "2";  // CD076: a weekly volume has an end
      const Day planned = !weekly && rng_.Chance(300) ? kOpenEnd : AddMonths(p->end, rng_.Between(2, 8));
      const int64_t decided = std::max(Office(p->end + rng_.Between(-15, 12)), first + 86400);
      allocation(volume, {{first, p->start, planned, ""}, {decided, p->start, p->end, rng_.Pick(kReasons)}});
    } else if (kind < 100 && !open && FreeOfF1(*p, cut)) {  // other volume: old number ends, a new one follows (OP033x1)
      const bool more = p->law == Law::kWmo || CoversF1({p->start, cut}) || (!CoversF1({cut, p->end}) && rng_.Chance(500));
      const int other = volume + 1;
      allocation(more ? volume : other, {{first, p->start, p->end, ""}, {second, p->start, cut, "05"}});
      allocation(more ? other : volume, {{second, cut, p->end, ""}});
    } else {
      allocation(volume, {{first, p->start, p->end, ""}});
    }
  }

  // Whether one of the two sides of `cut` lies outside both months of F1, in which every volume is one.
  static bool FreeOfF1(const Provision& p, Day cut) {
    if (p.law == Law::kWmo) return true;
    return !CoversF1({cut, p.end}) || !CoversF1({p.start, cut});
  }

  // An allocation by mistake, taken back some weeks later: Einddatum = Ingangsdatum, reason 13 (CS335).
  void Withdrawn(int client) {
    const Day start = AfterStart(first_day_ + 30);
    Provision* p = AddProvision(Law::kYouth, client, 2 * rng_.Below(kLevels), {start, kOpenEnd}, 0);
    const int64_t first = Office(start - rng_.Between(1, 20));
    const int64_t second = std::max(Office(start + rng_.Between(3, 40)), first + 86400);
    Allocation a;
    a.versions = {{first, start, AddMonths(start, 12), ""}, {second, start, start + 1, "13"}};
    p->allocations = {std::move(a)};
    p->end = start;
    p->withdrawn = true;
    p->used = false;
  }

  // Thirty percent through the municipality, seven percent unknown, the rest through others (T-08): exact among the
  // provisions of January 2018, and as near as can be among the others.
  void Refer() {
    std::vector<Provision*> counted, others;
    for (Provision& p : model_.provisions) {
      const bool in = !p.withdrawn && Period{p.start, p.end}.Overlaps(MonthPeriod(kJanuary2018));
      (in ? counted : others).push_back(&p);
    }
    static const std::vector<std::string> kOthers = {"02", "02", "02", "02", "02", "03", "03",
                                                     "04", "04", "05", "05", "06", "08"};
    for (std::vector<Provision*>* group : {&counted, &others}) {
      rng_.Shuffle(group);
      const size_t n = group->size(), own = (n * 30 + 50) / 100, unknown = (n * 7 + 50) / 100;
      for (size_t i = 0; i < n; ++i) {
        if (i >= own && i < own + unknown) continue;
        (*group)[i]->referrer = i < own ? "01" : rng_.Pick(kOthers);
      }
    }
  }

  Rng rng_;
  Model& model_;
  Day first_day_ = 0;
  // Those of the law that is being planned: from first_person_ on; the next new one is next_person_.
  int first_person_ = 0;
  int next_person_ = 0;
  std::set<std::tuple<int, int, int>> taken_;  // client, product, provider
};

}  // namespace

void AddProvisions(uint64_t seed, Model* model) {
  Planner planner(seed, model);
  planner.Youth();
  planner.Wmo();
  planner.Finish();
}

}  // namespace nmd::demo
