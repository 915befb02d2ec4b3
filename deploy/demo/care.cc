// SPDX-License-Identifier: EUPL-1.2
// What providers report and declare: starts, stops, declarations and the answers to them.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "deploy/demo/model.h"
#include "deploy/demo/rng.h"

namespace nmd::demo {
namespace {

constexpr int64_t kSecondsPerDay = 86400;

// Care and claims after this day lie in the future of the demo.
const Day kDataEnd = DayOf(2019, 1, 1);

size_t At(int i) { return static_cast<size_t>(i); }

Day DayOfMoment(int64_t moment) { return static_cast<Day>(moment / kSecondsPerDay); }

// A moment between nine and half past eight in the evening, in seconds of the day.
int WorkingHours(Rng* rng) { return 9 * 3600 + rng->Below(11 * 3600 + 1800); }

// The first decision the provider can have acted on.
Day DecidedOn(const Allocation& a) { return DayOfMoment(a.versions.front().assigned); }

class CareReporter {
 public:
  CareReporter(uint64_t seed, Model* model) : rng_(seed, model->profile.id + "/care"), model_(*model) {}

  void Run() {
    for (const Provision& p : model_.provisions) {
      if (p.withdrawn || !p.used || !model_.providers[At(p.provider)].reports_care) continue;
      if (rng_.Chance(model_.profile.start_permille)) Report(p);
    }
  }

 private:
  void Report(const Provision& p) {
    const bool tells_stop = rng_.Chance(model_.profile.stop_permille);
    for (size_t i = 0; i < p.allocations.size(); ++i) {
      const Allocation& a = p.allocations[i];
      const Period period = {a.Current().start, a.Current().end};
      const bool final_one = i + 1 == p.allocations.size();
      // Care begins within three weeks, and at once where it only goes on under a new number.
      const int wait = i > 0 ? 0 : std::min(rng_.Below(22), std::min(period.end, kDataEnd) - period.start - 1);
      if (wait < 0) return;
      Day begin = period.start + wait;
      if (begin >= kDataEnd) return;
      const Day reported = WorkdaysAfter(std::max(begin, DecidedOn(a)), rng_.Between(1, 6));
      Start(p, a, begin, reported);
      if (period.end > kDataEnd) continue;
      if (!final_one) {  // goes on under the next number: ended by the municipality (36)
        Stop(p, a, begin, period.end, "36",
             WorkdaysAfter(std::max(period.end, DecidedOn(p.allocations[i + 1])), rng_.Between(1, 6)));
        continue;
      }
      if (!tells_stop) continue;
      if (period.end - begin > 150 && rng_.Chance(40)) {  // a pause: stop 20, later a start under the same number (OP289)
        const Day paused = begin + rng_.Between(40, 70);
        const Day again = paused + rng_.Between(20, 50);
        Stop(p, a, begin, paused, "20", WorkdaysAfter(paused, rng_.Between(1, 5)));
        Start(p, a, again, WorkdaysAfter(again, rng_.Between(1, 5)));
        begin = again;
      }
      // Some stop before the last day of the allocation, most on it.
      const Day ended = rng_.Chance(250) ? std::max(begin + 1, period.end - rng_.Between(1, 25)) : period.end;
      const std::string reason = Reason(p.law);
      Stop(p, a, begin, ended, reason, WorkdaysAfter(ended, rng_.Between(1, 8)));
    }
  }

  // RedenBeeindiging; the same number means other things in the two laws (domain-standards 2.2).
  std::string Reason(Law law) {
    static const std::vector<std::string> kYouth = {"31", "31", "31", "31", "31", "31", "32",
                                                    "33", "34", "34", "35", "38", "39"};
    static const std::vector<std::string> kWmo = {"19", "19", "19", "19", "21", "23", "31", "02", "39"};
    return rng_.Pick(law == Law::kYouth ? kYouth : kWmo);
  }

  CareMessage Message(const Provision& p, bool stop, Day reported) {
    CareMessage m;
    m.law = p.law;
    m.stop = stop;
    m.person = p.person;
    m.provider = p.provider;
    m.product = p.product;
    m.dated = reported;
    // One in twelve comes weeks late, a few three months (T-30).
    const int late = rng_.Chance(80) ? rng_.Between(14, 40) : rng_.Chance(15) ? rng_.Between(60, 95) : 0;
    m.received = (int64_t{reported} + late) * kSecondsPerDay + WorkingHours(&rng_);
    return m;
  }

  void Start(const Provision& p, const Allocation& a, Day begin, Day reported) {
    CareMessage m = Message(p, false, reported);
    CareLine line;
    line.number = a.number;
    line.allocated_from = a.versions.front().start;
    line.begin = begin;
    // One in fifty is told with a wrong day first, and corrected: the wrong one removed, the right one added (IV008).
    if (begin > line.allocated_from && rng_.Chance(20)) {
      CareMessage wrong = m;
      wrong.lines = {line};
      wrong.lines[0].begin = line.allocated_from;
      CareLine removed = wrong.lines[0];
      removed.status = '3';
      model_.care.push_back(std::move(wrong));
      m.dated = WorkdaysAfter(m.dated, 5);
      m.received += 9 * kSecondsPerDay;
      m.lines.push_back(std::move(removed));
    }
    m.lines.push_back(std::move(line));
    model_.care.push_back(std::move(m));
  }

  void Stop(const Provision& p, const Allocation& a, Day begin, Day end, absl::string_view reason, Day reported) {
    CareMessage m = Message(p, true, reported);
    CareLine line;
    line.number = a.number;
    line.allocated_from = a.versions.front().start;
    line.begin = begin;
    line.end = end;
    line.stop_reason = std::string(reason);
    m.lines.push_back(std::move(line));
    model_.care.push_back(std::move(m));
  }

  Rng rng_;
  Model& model_;
};

// Declares per provider: every month, or a quarter at once.
class Declarer {
 public:
  Declarer(uint64_t seed, Model* model) : rng_(seed, model->profile.id + "/claims"), model_(*model) {}

  void Run() {
    const Month first = MonthOf(model_.profile.first_year, 1), last = MonthOf(2019, 3);
    for (int provider = 0; provider < static_cast<int>(model_.providers.size()); ++provider) {
      due_.clear();
      serial_ = reference_ = 0;
      for (int p = 0; p < static_cast<int>(model_.provisions.size()); ++p) {
        if (model_.provisions[At(p)].provider == provider) Plan(p);
      }
      for (Month month = first; month <= last; ++month) {
        std::vector<ClaimLine> lines = std::move(due_[month]);
        if (!lines.empty()) Declare(provider, month, std::move(lines));
      }
    }
  }

 private:
  const Provider& ProviderOf(const Provision& p) const { return model_.providers[At(p.provider)]; }

  // The month in which this provider sends what is ready in `month`.
  Month Slot(const Provider& provider, Month month) const { return provider.quarterly ? month / 3 * 3 + 2 : month; }

  // Lines of one provision, each in the declaration it will be part of.
  void Plan(int index) {
    const Provision& p = model_.provisions[At(index)];
    if (p.withdrawn || !p.used) return;
    for (const Allocation& a : p.allocations) {
      const Period valid = {a.Current().start, std::min(a.Current().end, kDataEnd)};
      if (valid.Empty()) continue;
      for (Month month = MonthOf(valid.start); month <= MonthOf(valid.end - 1); ++month) {
        ClaimLine line = Line(index, a, Intersect(valid, MonthPeriod(month)));
        // Not used: one month in thirty, and the smaller half of a broken month.
        if (line.volume == 0 || rng_.Chance(33)) continue;
        Month ready = std::max(month, MonthOf(DecidedOn(a)));
        if (rng_.Chance(60)) ready += rng_.Between(1, 3);
        due_[Slot(ProviderOf(p), ready)].push_back(std::move(line));
      }
    }
  }

  ClaimLine Line(int index, const Allocation& a, const Period& period) {
    const Provision& p = model_.provisions[At(index)];
    const Product& product = model_.products[At(p.product)];
    ClaimLine line;
    line.provision = index;
    line.number = a.number;
    line.period = period;
    line.unit = product.unit;
    line.tariff = model_.TariffOf(p.product, p.provider, period.start);
    const bool most = 2 * period.Days() >= DaysInMonth(MonthOf(period.start));
    if (product.frequency == "4") {
      line.volume = most ? a.volume : 0;
      if (product.unit == "14" && line.volume > 1) line.volume -= rng_.Below(2);
    } else {
      // Per week: what fits in the days of the period, now and then less; always within IV077.
      line.volume = int64_t{a.volume} * period.Days() / 7;
      if (line.volume > 1 && rng_.Chance(300)) line.volume -= 1 + rng_.Below(static_cast<int>(line.volume) / 4 + 1);
    }
    line.amount = line.volume * line.tariff;
    if (product.unit == "04" && ProviderOf(p).in_minutes) {
      const Cents hour = line.tariff;
      line.unit = "01";
      line.volume = line.volume * 60 - (line.volume > 0 ? rng_.Below(45) : 0);
      line.tariff = HourTariffForMinutes(hour, 1);
      line.amount = HourTariffForMinutes(hour, line.volume);
    }
    return line;
  }

  void Declare(int provider_index, Month month, std::vector<ClaimLine> lines) {
    const Provider& provider = model_.providers[At(provider_index)];
    Claim claim;
    claim.law = provider.law;
    claim.provider = provider_index;
    claim.month = month;
    claim.number = absl::StrFormat("D%s%04d", provider.agb.substr(4), ++serial_);
    claim.message = absl::StrFormat("%08d", serial_);
    claim.dated = WorkdayBefore(FirstDay(month + 1) + rng_.Between(3, 15));
    const int late = rng_.Chance(40) ? rng_.Between(8, 30) : 0;
    claim.received = (int64_t{claim.dated} + late) * kSecondsPerDay + WorkingHours(&rng_);
    const bool refused = rng_.Chance(12);
    if (refused) claim.reject_code = "8214";
    if (!rng_.Chance(10)) {
      const int workdays = rng_.Chance(60) ? rng_.Between(12, 20) : rng_.Between(2, 9);
      claim.answered =
          int64_t{WorkdaysAfter(DayOfMoment(claim.received), workdays)} * kSecondsPerDay + 16 * 3600 + rng_.Below(3600);
    }
    // An answer that never came refused nothing.
    if (claim.answered == 0) claim.reject_code.clear();

    std::stable_sort(lines.begin(), lines.end(), [this](const ClaimLine& a, const ClaimLine& b) {
      const auto key = [this](const ClaimLine& l) {
        return std::make_tuple(model_.provisions[At(l.provision)].person, l.previous.empty(), l.period.start, l.number);
      };
      return key(a) < key(b);
    });
    // A provider corrects after the answer: in the declaration of the month in which it came, dated a month later.
    const Month next = Slot(provider, std::max(month + 1, MonthOf(DayOfMoment(claim.answered))));
    for (ClaimLine& line : lines) {
      line.reference = absl::StrFormat("R%s%07d", provider.agb.substr(4), ++reference_);
      if (!claim.reject_code.empty()) {
        Resend(line, next);
      } else if (line.previous.empty()) {
        Judge(&line, claim.answered != 0, next);
      }
      claim.lines.push_back(std::move(line));
    }
    model_.claims.push_back(std::move(claim));
  }

  // The same line once more, in a later declaration and under a new reference.
  void Resend(const ClaimLine& line, Month month) {
    due_[month].push_back(line);
    due_[month].back().reject_code.clear();
  }

  // One debit in sixty carries a wrong tariff and is refused (TR418); one in a hundred counts double, is granted and taken
  // back later by a full credit and a new debit in one message (OP366, IV086).
  void Judge(ClaimLine* line, bool answered, Month next) {
    if (!answered || line->unit == "01") return;
    if (rng_.Chance(16)) {
      const ClaimLine right = *line;
      line->tariff += rng_.Chance(500) ? 1500 : 250;
      line->amount = line->volume * line->tariff;
      line->reject_code = "0611";
      Resend(right, next);
    } else if (line->volume == 1 && rng_.Chance(10)) {
      const ClaimLine right = *line;
      line->volume = 2;
      line->amount = line->volume * line->tariff;
      ClaimLine credit = *line;
      credit.previous = line->reference;
      const Month later = next + (next - MonthOf(line->period.start) > 4 ? 0 : 3);
      due_[later].push_back(std::move(credit));
      due_[later].push_back(right);
    }
  }

  Rng rng_;
  Model& model_;
  std::map<Month, std::vector<ClaimLine>> due_;
  int serial_ = 0;
  int reference_ = 0;
};

}  // namespace

Cents Claim::Total() const {
  Cents total = 0;
  for (const ClaimLine& line : lines) total += line.Signed();
  return total;
}

Cents Claim::Granted() const {
  if (!reject_code.empty()) return 0;
  Cents granted = 0;
  for (const ClaimLine& line : lines) {
    if (line.reject_code.empty()) granted += line.Signed();
  }
  return granted;
}

Day WorkdaysAfter(Day day, int count) {
  for (; count > 0; --count) {
    do ++day;
    while (Weekday(day) > 4);
  }
  return day;
}

void AddCareMessages(uint64_t seed, Model* model) { CareReporter(seed, model).Run(); }

void AddClaims(uint64_t seed, Model* model) { Declarer(seed, model).Run(); }

}  // namespace nmd::demo
