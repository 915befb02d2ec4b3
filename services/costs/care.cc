// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/care.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "services/costs/evaluate.h"
#include "services/costs/provisions.h"

namespace nmd::costs {
namespace {

absl::string_view Text(Word word) { return *word; }

// Of rows with one key the one known last, of those known at one moment the one with the greatest content; in order of key.
template <typename Row, typename KeyOf, typename ContentOf>
std::vector<Row> Latest(const std::vector<Row>& rows, const std::vector<Batch>& batches, KeyOf key_of, ContentOf content_of) {
  std::map<decltype(key_of(rows.front())), const Row*> latest;
  const auto rank = [&](const Row& row) { return std::make_pair(batches[row.batch].known, content_of(row)); };
  for (const Row& row : rows) {
    const Row*& holds = latest.try_emplace(key_of(row), &row).first->second;
    if (rank(*holds) < rank(row)) holds = &row;
  }
  std::vector<Row> result;
  result.reserve(latest.size());
  for (const auto& [key, row] : latest) result.push_back(*row);
  return result;
}

class Maker {
 public:
  Maker(const KnownFacts& known, std::shared_ptr<const Snapshot> snapshot) : known_(known), facts_(known.facts) {
    book_->snapshot = std::move(snapshot);
    book_->moment = known.moment;
    book_->empty = known.empty;
  }

  std::shared_ptr<const CareBook> Make() {
    NumberClients();
    MakeCourses();
    DescribeCourses();
    AddReferrals();
    AddStarts();
    AddStops();
    AddPlans();
    AddLines();
    book_->former = PickFormer(facts_.allocations, known_.batches);
    book_->tariffs = std::make_shared<TariffBook>(facts_.tariffs, known_.batches, known_.empty);
    AddRest();
    return book_;
  }

 private:
  using Number = std::pair<uint8_t, int64_t>;  // Law and number of an allocation.

  ClientId IdOf(Word person) const {
    const auto link = known_.links.find(person);
    return link == known_.links.end() ? ClientId(person, false) : ClientId(link->second.client, true);
  }

  void NumberClients() {
    const std::vector<ClientId>& clients = book_->snapshot->clients;
    clients_.reserve(clients.size());
    for (uint32_t client = 0; client < clients.size(); ++client) clients_.emplace(clients[client], client);
  }
  uint32_t ClientOf(Word person) const {
    const auto client = clients_.find(IdOf(person));
    return client == clients_.end() ? kNowhere : client->second;
  }

  void MakeCourses() {
    const CurrentAllocations current = PickCurrent(facts_.allocations, known_.batches);
    absl::flat_hash_map<Word, uint32_t> client_of;
    for (const AllocationFact& allocation : current.allocations) {
      client_of.emplace(allocation.person, ClientOf(allocation.person));
    }
    ProvisionList list = ChainProvisions(current.allocations, client_of);
    book_->allocations = std::move(list.allocations);
    book_->courses.resize(list.provisions.size());
    for (uint32_t c = 0; c < list.provisions.size(); ++c) {
      const Provision& provision = list.provisions[c];
      Course& course = book_->courses[c];
      course.client = provision.client;
      course.indicated = provision.period;
      course.allocations = {provision.first, provision.count};
      for (const AllocationFact& allocation : book_->AllocationsOf(course)) {
        course_of_.emplace(Number(allocation.law, allocation.number), c);
      }
    }
    // When a course was first assigned is told by the first version, which is often not in force any more.
    const auto rank = [](const AllocationFact& version) { return std::pair(version.assigned_second, version.period.end); };
    std::vector<const AllocationFact*> first(book_->courses.size());
    for (const AllocationFact& version : facts_.allocations) {
      const auto at = course_of_.find({version.law, version.number});
      if (at == course_of_.end()) continue;
      const AllocationFact*& best = first[at->second];
      if (best == nullptr || rank(version) < rank(*best)) best = &version;
    }
    for (size_t c = 0; c < first.size(); ++c) {
      book_->courses[c].assigned = static_cast<Day>(first[c]->assigned_second / 86400);
      book_->courses[c].first_end = first[c]->period.end;
    }
  }

  void DescribeCourses() {
    const Snapshot& snapshot = *book_->snapshot;
    const FactTable& table = snapshot.table;
    for (uint32_t row = 0; row < table.size(); ++row) {
      if ((table.flags[row] & kCounts) == 0) continue;
      Course& course = book_->courses[table.provision[row]];
      if (course.row == kNowhere) course.row = row;
    }
    const auto word_of = [&](const Course& course, Field field) {
      if (course.row == kNowhere) return known_.empty;
      return snapshot.dictionaries[field].words[table.fields[field][course.row]];
    };
    for (Course& course : book_->courses) {
      const absl::Span<const AllocationFact> allocations = book_->AllocationsOf(course);
      course.law = allocations[0].law;
      course.category = allocations[0].category;
      course.product = allocations[0].product;
      course.provider = allocations[0].provider;
      course.ivn = word_of(course, kIvnField);
      course.referrer = word_of(course, kReferrerField);
      course.wijk = word_of(course, kWijkField);
      course.buurt = word_of(course, kBuurtField);
      if (course.row != kNowhere) course.sex = static_cast<uint8_t>(table.fields[kSexField][course.row]);
      course.birth = snapshot.births[course.client];
      course.exact = std::all_of(allocations.begin(), allocations.end(), [this](const AllocationFact& allocation) {
        const auto link = known_.links.find(allocation.person);
        return link != known_.links.end() && link->second.exact;
      });
    }
  }

  // A referral that names no allocation says who referred, not to which care: it begins no wait.
  void AddReferrals() {
    for (const ReferralFact& fact : facts_.referrals) {
      const auto at = course_of_.find({fact.law, fact.allocation});
      if (fact.allocation == 0 || fact.start == 0 || at == course_of_.end()) continue;
      Day& referred = book_->courses[at->second].referred;
      referred = referred == 0 ? fact.start : std::min(referred, fact.start);
    }
  }

  // What was said last of something that can be taken back: whether it stands.
  struct Said {
    Moment known = 0;
    bool stands = false;
    void Hear(Moment at, bool now_stands) {
      if (std::pair(at, now_stands) > std::pair(known, stands)) *this = {at, now_stands};
    }
  };

  void AddStarts() {
    std::map<std::tuple<uint32_t, Day, int64_t>, Said> said;
    for (const CareEvent& event : facts_.care_events) {
      if (event.kind != CareEvent::kBegan && event.kind != CareEvent::kNotBegan) continue;
      const auto at = course_of_.find({event.law, event.number});
      if (at == course_of_.end()) continue;
      const Moment known = known_.batches[event.batch].known;
      const bool began = event.kind == CareEvent::kBegan;
      said.try_emplace({at->second, event.day, event.number}, Said{known, began}).first->second.Hear(known, began);
    }
    for (const auto& [key, last] : said) {
      const auto& [c, day, number] = key;
      if (last.stands) Append({day, number}, &book_->starts, &book_->courses[c].starts);
    }
  }

  void AddStops() {
    // With the start it ends, which names it too.
    std::map<std::tuple<uint32_t, Day, int64_t, absl::string_view, Day>, std::pair<Said, Word>> said;
    for (const StopFact& stop : facts_.stops) {
      const auto at = course_of_.find({stop.law, stop.number});
      if (at == course_of_.end()) continue;
      const Moment known = known_.batches[stop.batch].known;
      const auto key = std::make_tuple(at->second, stop.end, stop.number, Text(stop.reason), stop.start);
      said.try_emplace(key, Said{known, !stop.taken_back}, stop.reason).first->second.first.Hear(known, !stop.taken_back);
    }
    for (const auto& [key, last] : said) {
      if (!last.first.stands) continue;
      Append({std::get<1>(key), std::get<2>(key), last.second}, &book_->stops, &book_->courses[std::get<0>(key)].stops);
    }
  }

  void AddPlans() {
    const std::vector<PlanFact> plans = Latest(
        facts_.plans, known_.batches, [](const PlanFact& p) { return std::make_tuple(p.law, p.number, Text(p.person)); },
        [](const PlanFact& p) { return std::make_tuple(p.agreed_end, p.motivated, p.result, p.complexity); });
    std::multimap<uint32_t, const PlanFact*> by_course;
    for (const PlanFact& plan : plans) {
      const auto at = course_of_.find({plan.law, plan.number});
      // A plan of somebody else than the allocation is of nobody.
      if (at == course_of_.end() || ClientOf(plan.person) != book_->courses[at->second].client) continue;
      by_course.emplace(at->second, &plan);
    }
    for (const auto& [c, plan] : by_course) {
      Append({plan->number, plan->agreed_end, plan->motivated, plan->result, plan->complexity}, &book_->plans,
             &book_->courses[c].plans);
    }
  }

  void AddLines() {
    struct Sorted {
      CareLine line;
      Word reference;
    };
    std::vector<Sorted> lines;
    for (const NetLine& net : NetClaims(facts_, known_.batches)) {
      const ClaimLineFact& from = *net.line;
      CareLine line;
      line.client = ClientOf(from.person);
      line.law = from.law;
      line.answered = net.answered;
      line.approved = net.approved;
      line.provider = from.provider;
      line.category = from.category;
      line.product = from.product;
      line.month = MonthOf(from.start);
      line.declared = from.dated;
      line.amount = from.amount;
      if (const auto at = course_of_.find({from.law, from.allocation}); from.allocation != 0 && at != course_of_.end()) {
        if (book_->courses[at->second].provider == from.provider) line.course = at->second;
      }
      lines.push_back({line, from.reference});
    }
    // A reference is there once per law and provider, so this leaves no choice.
    std::sort(lines.begin(), lines.end(), [](const Sorted& a, const Sorted& b) {
      const auto numbers = [](const CareLine& l) {
        return std::make_tuple(l.course, l.client, l.month, l.declared, l.law, l.amount);
      };
      if (const auto left = numbers(a.line), right = numbers(b.line); left != right) return left < right;
      return std::make_tuple(Text(a.line.provider), Text(a.reference)) <
             std::make_tuple(Text(b.line.provider), Text(b.reference));
    });
    book_->lines.reserve(lines.size());
    for (const Sorted& sorted : lines) {
      if (sorted.line.course == kNowhere) {
        book_->lines.push_back(sorted.line);
      } else {
        Append(sorted.line, &book_->lines, &book_->courses[sorted.line.course].lines);
      }
    }
    for (Course& course : book_->courses) FindLastDeclared(&course);
  }

  void FindLastDeclared(Course* course) const {
    const absl::Span<const CareLine> lines = book_->LinesOf(*course);
    for (size_t end = lines.size(); end > 0;) {
      const Month month = lines[end - 1].month;
      Cents sum = 0;
      for (; end > 0 && lines[end - 1].month == month; --end) {
        if (!lines[end - 1].answered || lines[end - 1].approved) sum += lines[end - 1].amount;
      }
      if (sum > 0) {
        course->last_declared = month;
        return;
      }
    }
  }

  void AddRest() {
    const std::vector<Batch>& batches = known_.batches;
    for (ResponsibilityFact& fact : Latest(
             facts_.responsibilities, batches,
             [](const ResponsibilityFact& f) { return std::make_tuple(Text(f.person), f.law, f.period.start); },
             [](const ResponsibilityFact& f) {
               return std::make_tuple(Text(f.municipality), Text(f.origin), f.stay, f.period.end);
             })) {
      if (const uint32_t client = ClientOf(fact.person); client != kNowhere) book_->responsibilities.push_back({fact, client});
    }
    std::stable_sort(book_->responsibilities.begin(), book_->responsibilities.end(),
                     [](const CareResponsibility& a, const CareResponsibility& b) {
                       return std::tie(a.client, a.fact.law, a.fact.period.start) <
                              std::tie(b.client, b.fact.law, b.fact.period.start);
                     });
    for (QuantityFact& fact : Latest(
             facts_.quantities, batches,
             [](const QuantityFact& f) {
               return std::make_tuple(f.law, Text(f.provider), Text(f.person), f.number, Text(f.product), f.period.start,
                                      Text(f.unit));
             },
             [](const QuantityFact& f) { return std::make_tuple(f.period.end, f.volume_thousandths, f.amount); })) {
      const auto at = course_of_.find({fact.law, fact.number});
      const bool of_course = fact.number != 0 && at != course_of_.end();
      book_->quantities.push_back(
          {fact, of_course ? at->second : kNowhere, fact.person->empty() ? kNowhere : ClientOf(fact.person)});
    }
    book_->successions = Latest(
        facts_.successions, batches,
        [](const SuccessionFact& f) { return std::make_tuple(f.law, Text(f.product), Text(f.predecessor), f.start); },
        [](const SuccessionFact&) { return 0; });
    book_->provider_groups = Latest(
        facts_.provider_groups, batches,
        [](const ProviderGroupFact& f) { return std::make_tuple(Text(f.provider), f.period.start); },
        [](const ProviderGroupFact& f) {
          return std::make_tuple(Text(f.provider_name), Text(f.organisation), Text(f.organisation_name), Text(f.concern),
                                 Text(f.concern_name), f.period.end);
        });
    book_->combinations = Latest(
        facts_.combinations, batches,
        [](const CombinationFact& f) {
          return std::make_tuple(f.law, Text(f.product), f.other_law, Text(f.other_product), f.period.start);
        },
        [](const CombinationFact& f) { return std::make_tuple(f.verdict, Text(f.reason), f.period.end); });
  }

  // REQUIRES: rows come in order of course.
  template <typename Row>
  static void Append(Row row, std::vector<Row>* rows, Snapshot::Span* span) {
    if (span->count++ == 0) span->first = static_cast<uint32_t>(rows->size());
    rows->push_back(std::move(row));
  }

  const KnownFacts& known_;
  const Facts& facts_;
  std::shared_ptr<CareBook> book_ = std::make_shared<CareBook>();
  absl::flat_hash_map<ClientId, uint32_t> clients_;
  absl::flat_hash_map<Number, uint32_t> course_of_;
};

}  // namespace

std::shared_ptr<const CareBook> MakeCareBook(const KnownFacts& known, std::shared_ptr<const Snapshot> snapshot) {
  return Maker(known, std::move(snapshot)).Make();
}

bool SupportsCourses(const DimensionInfo& dimension) { return dimension.kind != DimensionKind::kBudgetLine; }

std::string ValueOf(const CareBook& book, const Course& course, const DimensionInfo& dimension) {
  const Snapshot& snapshot = *book.snapshot;
  switch (dimension.kind) {
    case DimensionKind::kTime:
      return TimeValue(dimension.grain, MonthOf(course.indicated.start));
    case DimensionKind::kAge: {
      static const auto& bands = *new AgeBands();
      const bool known = course.birth != 0;
      return bands.values()[known ? bands.BandOf(AgeOn(course.birth, course.indicated.start)) : bands.unknown()];
    }
    case DimensionKind::kWorkedOut: {
      if (course.row == kNowhere) return "";
      const std::vector<std::string>& values = snapshot.worked_out.DictionaryOf(dimension.worked_out).values;
      return values[WorkOutRow(snapshot, dimension.worked_out, course.row)];
    }
    case DimensionKind::kColumn:
      break;
    default:
      return "";
  }
  // These do not depend on the months of the table.
  switch (dimension.field) {
    case kLawField:
      return snapshot.dictionaries[kLawField].values[course.law];
    case kCategoryField:
      return *course.category;
    case kProductField:
      return *course.product;
    case kProviderField:
      return *course.provider;
    default:
      break;
  }
  if (course.row == kNowhere) return "";
  return snapshot.dictionaries[dimension.field].values[snapshot.table.fields[dimension.field][course.row]];
}

}  // namespace nmd::costs
