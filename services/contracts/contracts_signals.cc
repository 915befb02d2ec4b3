// SPDX-License-Identifier: EUPL-1.2
// Signals: they open when a rule holds, are taken up with a note, and close by themselves.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/contracts/accounts.h"
#include "services/contracts/contracts.h"
#include "services/contracts/settlement.h"
#include "services/contracts/signal_checks.h"
#include "services/contracts/signal_needs.h"
#include "services/contracts/signals.h"
#include "services/core/dutch.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using v1::Signal;

constexpr absl::string_view kActor = "service:contracts";
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 1000;
// Most characters of a note.
constexpr size_t kNoteCharacters = 500;

// What makes two findings the same signal.
using SignalKey = std::tuple<std::string, std::string, std::string, int>;  // Rule, provider, law, year.
SignalKey KeyOf(const Signal& signal) { return {signal.rule(), signal.provider(), signal.law(), signal.year()}; }

// Both laws began in 2015: nothing was declared under them before.
constexpr int kFirstYear = 2015;

// The years to judge: those in which some contract ran, up to the year that is known about.
std::set<int> YearsOf(const Book& book, int last) {
  std::set<int> years;
  for (const BookedContract& contract : book.contracts) {
    for (int year = std::max(kFirstYear, CivilOf(contract.period.start).year); year <= last; ++year) {
      if (contract.RunningMonths(year) != 0) years.insert(year);
    }
  }
  return years;
}

// Whether a rule is judged on a signal about a ceiling, so hangs on what costs says of it.
bool IsAboutTalk(const SignalRule& rule) { return rule.check == "talk_overdue" || rule.check == "decision_overdue"; }
bool IsAboutCeiling(const SignalRule& rule) { return rule.check == "ceiling_share" || rule.check == "ceiling_pace"; }

std::string LawTitle(absl::string_view law) { return law == "wmo" ? "de Wmo" : "de Jeugdwet"; }

int YearKnown(absl::Time known_time) { return CivilOf(dutch::CalendarDay(known_time)).year; }

Signal SignalOf(const SignalRule& rule, absl::string_view provider, absl::string_view title, absl::string_view law, int year) {
  Signal signal;
  signal.set_rule(rule.id);
  signal.set_state(Signal::OPEN);
  signal.set_provider(std::string(provider));
  signal.set_provider_title(std::string(title));
  signal.set_law(std::string(law));
  signal.set_year(year);
  signal.set_next_step(rule.next_step);
  signal.set_severity(rule.severity);
  signal.set_title(rule.title);
  signal.set_formula(rule.formula);
  signal.set_explanation(rule.explanation);
  signal.set_window(rule.window);
  signal.set_owner_role(rule.owner_role);
  return signal;
}

void AddAmount(const char* id, Cents amount, Signal* signal) {
  Signal::Measure* measure = signal->add_measures();
  measure->set_id(id);
  measure->set_amount_cents(amount);
}

void AddMeasure(const Measure& of, Signal* signal) {
  Signal::Measure* measure = signal->add_measures();
  measure->set_id(of.id);
  switch (of.unit) {
    case Measure::kCount:
      return measure->set_count(of.value);
    case Measure::kAmount:
      return measure->set_amount_cents(of.value);
    case Measure::kShare:
      return measure->set_share(of.share);
    case Measure::kDays:
      return measure->set_days(of.value);
  }
}

}  // namespace

struct Contracts::Verdicts {
  int64_t changes = 0;  // State of the facts, and the moment, they were judged at.
  absl::Time known_time;
  std::map<SignalKey, Signal> found;
  std::map<SignalKey, std::string> not_found;                     // What is the case instead.
  std::set<std::tuple<std::string, std::string, int>> undecided;  // Provider, law and year costs has no answer about.
  bool settlement_undecided = false;                              // The same, of what was paid and booked.
  int64_t costs_sequence = std::numeric_limits<int64_t>::max();   // How far costs had followed the facts.

  void Add(const SignalRule& rule, const std::string& provider, const std::string& title, const Judgement& judgement) {
    const SignalKey key = {rule.id, provider, judgement.law, judgement.year};
    if (!judgement.holds) {
      not_found.emplace(key, judgement.text);
      return;
    }
    Signal signal = SignalOf(rule, provider, title, judgement.law, judgement.year);
    signal.set_text(judgement.text);
    for (const Measure& measure : judgement.measures) AddMeasure(measure, &signal);
    found.emplace(key, std::move(signal));
  }
};

absl::Status Contracts::JudgeCeilings(const Book& book, absl::Time known_time, absl::Time deadline, Verdicts* verdicts) const {
  const int present_year = YearKnown(known_time);
  for (const int year : YearsOf(book, present_year)) {
    if (std::none_of(rules_.begin(), rules_.end(),
                     [&](const SignalRule& rule) { return IsAboutCeiling(rule) && rule.Judges(year, present_year); })) {
      continue;
    }
    NMD_ASSIGN_OR_RETURN(const std::vector<Account> accounts,
                         AskAccounts(costs_, book, {municipality_, year, "", known_time}, deadline - clock_.Now()));
    for (const Account& account : accounts) {
      const v1::Position& position = account.position;
      const Standing& standing = account.standing;
      verdicts->costs_sequence = std::min(verdicts->costs_sequence, account.fact_sequence);
      if (!standing.declared) verdicts->undecided.emplace(position.provider(), position.law(), year);
      for (const SignalRule& rule : rules_) {
        if (!IsAboutCeiling(rule) || !rule.Judges(year, present_year)) continue;
        const bool share = rule.check == "ceiling_share";
        const int percent = share ? static_cast<int>(rule.At("percent")) : 100;
        const std::string finds = share ? absl::StrCat("CEILING_", percent) : "CEILING_PACE";
        const SignalKey key = {rule.id, position.provider(), position.law(), year};
        if (standing.declared) {
          verdicts->not_found[key] =
              !standing.ceiling ? absl::StrCat("Er is over ", year, " geen plafond meer.")
                                : absl::StrCat(standing.provider_title, " heeft over ", year, " voor ",
                                               LawTitle(position.law()), " ", dutch::EuroWhole(*standing.declared),
                                               " gedeclareerd. Het plafond is ", dutch::EuroWhole(*standing.ceiling), ".");
        }
        for (const Finding& finding : FindSignals(standing, percent)) {
          if (finding.rule != finds) continue;
          Signal signal = SignalOf(rule, position.provider(), position.provider_title(), position.law(), year);
          signal.set_text(finding.text);
          // Above the ceiling the agreement itself says what to do.
          if (finding.severity > rule.severity) {
            signal.set_severity(finding.severity);
            signal.set_next_step(finding.next_step);
          }
          AddAmount("declared", *standing.declared, &signal);
          AddAmount("ceiling", *standing.ceiling, &signal);
          if (const auto expected = ExpectedOfYear(standing); !share && expected) AddAmount("expected", *expected, &signal);
          verdicts->found.emplace(key, std::move(signal));
          verdicts->not_found.erase(key);
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Contracts::JudgeSettlements(const Book& book, absl::Time known_time, absl::Time deadline,
                                         Verdicts* verdicts) const {
  const Day today = dutch::CalendarDay(known_time);
  for (const SignalRule& rule : rules_) {
    if (rule.check != "settlement") continue;
    for (const int year : YearsOf(book, YearKnown(known_time))) {
      if (!rule.Judges(year, YearKnown(known_time)) ||
          today < FirstDay(MonthOf(year + 1, 1) + static_cast<Month>(rule.At("months")))) {
        continue;
      }
      // A provider has one settlement a year, whatever the laws: under the first of those of its contracts.
      std::map<std::string, std::pair<std::string, std::string>> parties;  // Law and title.
      for (const BookedContract& contract : book.contracts) {
        if (contract.RunningMonths(year) == 0) continue;
        auto& [law, title] = parties.try_emplace(contract.provider, contract.law, "").first->second;
        law = std::min(law, contract.law);
        title = contract.provider_title;
      }
      const auto asked =
          AskByProvider(costs_, {municipality_, year, "", known_time}, {"approved", "paid", "booked"}, deadline - clock_.Now());
      if (!asked.ok()) {
        verdicts->settlement_undecided = true;
        continue;
      }
      for (const auto& [provider, party] : parties) {
        const auto found = asked->of.find(provider);
        const std::vector<type::Figure>& figures = found == asked->of.end() ? asked->others : found->second;
        const SettledAmounts amounts = SettledAmountsOf(figures[0], figures[1], figures[2]);
        verdicts->settlement_undecided |= amounts.state == v1::ProviderAccount::Settlement::NOT_AVAILABLE;
        if (amounts.state != v1::ProviderAccount::Settlement::EQUAL &&
            amounts.state != v1::ProviderAccount::Settlement::DIFFERS) {
          continue;
        }
        const Cents least = rule.At("euros") * 100;
        Judgement judgement = {party.first, year, false, absl::StrCat(party.second, ": ", amounts.text), {}};
        judgement.measures = {{"granted", Measure::kAmount, amounts.granted, 0}};
        if (amounts.unpaid) judgement.measures.push_back({"unpaid", Measure::kAmount, *amounts.unpaid, 0});
        if (amounts.unbooked) judgement.measures.push_back({"unbooked", Measure::kAmount, *amounts.unbooked, 0});
        judgement.holds = std::abs(amounts.unpaid.value_or(0)) > least || std::abs(amounts.unbooked.value_or(0)) > least;
        verdicts->Add(rule, provider, party.second, judgement);
      }
    }
  }
  return absl::OkStatus();
}

Contracts::JudgedProvider Contracts::JudgeAccount(const Book& book, const std::string& provider, const std::string& title,
                                                  absl::Time known_time) const {
  JudgedProvider judged;
  judged.title = title;
  Sight sight;
  sight.title = title;
  sight.today = dutch::CalendarDay(known_time);
  {
    MutexLock lock(mutex_);
    judged.state = StateOf(provider);
    sight.books = ledger_.AsKnown(provider, known_time);
  }
  sight.agreed = book.AgreedWith(provider);
  sight.combinations = book.combinations;
  for (const BookedIndicator& told : book.indicators) {
    if (told.provider.empty() || told.provider == provider) sight.indicators.push_back(told);
  }
  for (const BookedContract& contract : book.contracts) {
    if (contract.provider != provider) continue;
    sight.contracts.push_back(contract);
    for (BookedPrice& price : book.PricesOf(contract)) sight.prices.push_back(std::move(price));
    for (BookedTerm& term : book.TermsOf(contract)) {
      // Nothing is agreed any more once the contract is over, whatever a term nobody closed says.
      term.period = Intersect(term.period, contract.period);
      if (!term.period.Empty()) sight.terms.push_back(std::move(term));
    }
  }
  for (size_t rule = 0; rule < rules_.size(); ++rule) {
    // What nobody tells of anybody is missing of nobody (decision 35); of messages the checks see to that themselves.
    constexpr Intake kMessages = {true, true, true, true, true, true, true, true};
    if (!NotDelivered(rules_[rule], book, kMessages).empty()) continue;
    for (Judgement& judgement : JudgeProvider(rules_[rule], sight)) judged.judged.emplace_back(rule, std::move(judgement));
  }
  judged.levels = FirstLevels(sight, book.levels);
  return judged;
}

void Contracts::JudgeAccounts(const Book& book, absl::Time known_time, Verdicts* verdicts) {
  std::map<std::string, std::string> titles;
  std::map<std::string, int64_t> states;
  {
    MutexLock lock(mutex_);
    for (const std::string& provider : ledger_.Providers()) titles[provider] = absl::StrCat("Aanbieder ", provider);
    for (const BookedContract& contract : book.contracts) titles[contract.provider] = contract.provider_title;
    for (const auto& [provider, title] : titles) states[provider] = StateOf(provider);
  }
  const Day today = dutch::CalendarDay(known_time);
  if (today != judged_day_) judged_of_.clear();
  judged_day_ = today;
  std::map<int, std::map<std::string, Share>> levels;
  for (const auto& [provider, title] : titles) {
    JudgedProvider& judged = judged_of_[provider];
    if (judged.state != states[provider] || judged.title != title) judged = JudgeAccount(book, provider, title, known_time);
    for (const auto& [rule, judgement] : judged.judged) verdicts->Add(rules_[rule], provider, title, judgement);
    for (const auto& [year, share] : judged.levels) levels[year][provider] = share;
  }
  for (const SignalRule& rule : rules_) {
    for (const auto& [provider, title] : titles) {
      for (const Judgement& judgement : JudgeLevels(rule, provider, title, levels, YearKnown(known_time))) {
        verdicts->Add(rule, provider, title, judgement);
      }
    }
  }
}

void Contracts::JudgeTalks(absl::Time known_time, Verdicts* verdicts) const {
  const Day today = dutch::CalendarDay(known_time);
  for (const SignalRule& rule : rules_) {
    if (!IsAboutTalk(rule)) continue;
    const bool asks_talk = rule.check == "talk_overdue";
    for (const auto& [name, held] : signals_) {
      const bool about = std::any_of(rules_.begin(), rules_.end(), [&held = held](const SignalRule& other) {
        return other.id == held.rule() && IsAboutCeiling(other);
      });
      if (!about || held.state() != Signal::OPEN || verdicts->found.count(KeyOf(held)) == 0) continue;
      const auto& notes = held.acknowledgements();
      const bool talked = notes.size() > 0;
      const bool decided = std::any_of(notes.begin(), notes.end(), [](const Signal::Acknowledgement& note) {
        return note.kind() == Signal::Acknowledgement::DECISION;
      });
      // There is nothing to decide before the talk.
      if (!asks_talk && !talked) continue;
      const absl::Time since = absl::FromUnixMicros(MicrosOf(asks_talk ? held.open_time() : notes[0].time()));
      Judgement judgement = {held.law(), held.year(), false, "", {}};
      const std::string about_what =
          absl::StrCat("over het plafond van ", held.provider_title(), " voor ", LawTitle(held.law()), " in ", held.year());
      if (asks_talk && talked) {
        judgement.text = "Het gesprek over het plafond is genoteerd.";
      } else if (!asks_talk && decided) {
        judgement.text = "Het besluit na het gesprek over het plafond is genoteerd.";
      } else {
        judgement.holds = known_time > since + absl::Hours(24) * rule.At("days");
        const std::string day = dutch::Date(dutch::CalendarDay(since));
        judgement.text = asks_talk
                             ? absl::StrCat("Sinds ", day, " is er een signaal ", about_what,
                                            ". Er is nog niet genoteerd dat erover gesproken is.")
                             : absl::StrCat("Op ", day, " is gesproken ", about_what, ". Er is nog geen besluit genoteerd.");
        judgement.measures = {{asks_talk ? "days_since_signal" : "days_since_talk", Measure::kDays,
                               std::max(0, today - dutch::CalendarDay(since)), 0}};
      }
      verdicts->Add(rule, held.provider(), held.provider_title(), judgement);
    }
  }
}

std::string Contracts::WhyClosed(const Signal& held, absl::Time known_time, const Verdicts& verdicts) const {
  const auto rule =
      std::find_if(rules_.begin(), rules_.end(), [&](const SignalRule& candidate) { return candidate.id == held.rule(); });
  if (rule == rules_.end()) return "Deze regel bestaat niet meer.";
  if (!rule->Judges(held.year(), YearKnown(known_time))) {
    return absl::StrCat("Over ", held.year(), " wordt met deze regel niet meer gekeken.");
  }
  const auto instead = verdicts.not_found.find(KeyOf(held));
  if (instead != verdicts.not_found.end()) return absl::StrCat("Dit geldt niet meer. ", instead->second);
  return "Dit geldt niet meer: er is niets meer bekend waar deze regel over gaat.";
}

absl::Status Contracts::Judge(absl::Time deadline) {
  MutexLock judging(judging_);
  Book book;
  absl::Time known_time;
  int64_t changes_before = 0;
  {
    MutexLock lock(mutex_);
    // Half of what was known would close signals that hold.
    if (cursor_ < read_before_) return absl::OkStatus();
    known_time = newest_known_;
    changes_before = changes_;
    book = book_.AsKnown(known_time);
  }
  if (known_time == absl::InfinitePast()) return absl::OkStatus();
  if (judged_accounts_ == nullptr || judged_accounts_->changes != changes_before) {
    auto accounts = std::make_shared<Verdicts>();
    accounts->changes = changes_before;
    JudgeAccounts(book, known_time, accounts.get());
    judged_accounts_ = std::move(accounts);
  }
  // What needs no costs does not wait for it.
  NMD_RETURN_IF_ERROR(Conclude(known_time, false, *judged_accounts_));
  Verdicts verdicts = *judged_accounts_;
  NMD_RETURN_IF_ERROR(JudgeCeilings(book, known_time, deadline, &verdicts));
  NMD_RETURN_IF_ERROR(JudgeSettlements(book, known_time, deadline, &verdicts));
  return Conclude(known_time, true, std::move(verdicts));
}

absl::Status Contracts::Conclude(absl::Time known_time, bool with_costs, Verdicts verdicts) {
  MutexLock lock(mutex_);
  if (with_costs) {
    costs_behind_ = verdicts.costs_sequence < cursor_;
    JudgeTalks(known_time, &verdicts);
  }
  std::map<SignalKey, int> occurrences;
  std::vector<Signal> changes;
  internal::v1::SignalsSeen seen;
  bool seen_again = false;
  for (const auto& [name, held] : signals_) {
    ++occurrences[KeyOf(held)];
    if (held.state() != Signal::OPEN) continue;
    const auto rule =
        std::find_if(rules_.begin(), rules_.end(), [&held = held](const SignalRule& r) { return r.id == held.rule(); });
    const bool settles = rule != rules_.end() && rule->check == "settlement";
    // Whether a talk or a decision is overdue hangs on the ceiling too.
    const bool of_ceiling = rule != rules_.end() && (IsAboutCeiling(*rule) || IsAboutTalk(*rule));
    if (!with_costs && (settles || of_ceiling)) continue;
    const auto again = verdicts.found.find(KeyOf(held));
    if (again == verdicts.found.end()) {
      if ((settles && verdicts.settlement_undecided) ||
          (of_ceiling && verdicts.undecided.count({held.provider(), held.law(), held.year()}) != 0)) {
        seen.add_undecided(name);
        continue;
      }
      Signal closed = held;
      closed.set_state(Signal::CLOSED);
      *closed.mutable_close_time() = TimestampOf(known_time);
      closed.set_close_text(WhyClosed(held, known_time, verdicts));
      changes.push_back(std::move(closed));
      continue;
    }
    Signal now = std::move(again->second);
    verdicts.found.erase(again);
    now.set_name(held.name());
    *now.mutable_open_time() = held.open_time();
    *now.mutable_last_seen_time() = held.last_seen_time();
    *now.mutable_acknowledgements() = held.acknowledgements();
    if (now.SerializeAsString() != held.SerializeAsString() || !held.has_last_seen_time()) {
      *now.mutable_last_seen_time() = TimestampOf(known_time);
      changes.push_back(std::move(now));
    } else {
      // Said once for all, when all were judged.
      seen_again |= with_costs && MicrosOf(held.last_seen_time()) < absl::ToUnixMicros(known_time);
    }
  }
  for (auto& [key, signal] : verdicts.found) {
    const std::string rule = absl::StrReplaceAll(absl::AsciiStrToLower(signal.rule()), {{"_", "-"}});
    signal.set_name(absl::StrCat("municipalities/", municipality_, "/signals/", rule, "-", signal.provider(), "-", signal.law(),
                                 "-", signal.year(), "-", occurrences[key] + 1));
    *signal.mutable_open_time() = TimestampOf(known_time);
    *signal.mutable_last_seen_time() = TimestampOf(known_time);
    changes.push_back(std::move(signal));
  }
  std::vector<JournalRecord> records;
  const auto add = [&](absl::string_view kind, std::string payload) {
    JournalRecord& record = records.emplace_back();
    record.record_time = clock_.Now();
    record.kind = std::string(kind);
    record.payload = std::move(payload);
    record.actor = std::string(kActor);
  };
  for (const Signal& signal : changes) add(kSignalKind, signal.SerializeAsString());
  if (seen_again) {
    *seen.mutable_known_time() = TimestampOf(known_time);
    add(kSeenKind, seen.SerializeAsString());
  }
  if (records.empty()) return absl::OkStatus();
  int64_t sequence = journal_.LastSequence();
  NMD_RETURN_IF_ERROR(journal_.Append(std::move(records), sequence).status());
  for (Signal& signal : changes) ApplySignal(++sequence, std::move(signal));
  if (seen_again) ApplySeen(seen);
  if (!changes.empty()) parking_.Wake();
  return absl::OkStatus();
}

void Contracts::ApplySignal(int64_t sequence, Signal signal) {
  int64_t& last = signal_sequences_[signal.name()];
  signals_by_sequence_.erase(last);
  last = sequence;
  signals_by_sequence_.emplace(sequence, signal.name());
  signals_[signal.name()] = std::move(signal);
}

void Contracts::ApplySeen(const internal::v1::SignalsSeen& seen) {
  const std::set<std::string> undecided(seen.undecided().begin(), seen.undecided().end());
  for (auto& [name, signal] : signals_) {
    if (signal.state() == Signal::OPEN && undecided.count(name) == 0) *signal.mutable_last_seen_time() = seen.known_time();
  }
}

absl::StatusOr<v1::ListSignalsResponse> Contracts::ListSignals(const Caller& caller, const v1::ListSignalsRequest& request) {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  if (request.page_token().empty()) NMD_RETURN_IF_ERROR(Judge(std::min(caller.deadline, clock_.Now() + kPatience)));
  std::vector<Signal> signals;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, signal] : signals_) {
      if (request.state() != Signal::STATE_UNSPECIFIED && signal.state() != request.state()) continue;
      if (!request.provider().empty() && signal.provider() != request.provider()) continue;
      if (request.year() != 0 && signal.year() != request.year()) continue;
      if (!request.rule().empty() && signal.rule() != request.rule()) continue;
      signals.push_back(signal);
    }
  }
  // Within a severity what is open comes first, then by name: an order, not a ranking of providers.
  std::stable_sort(signals.begin(), signals.end(), [](const Signal& a, const Signal& b) {
    return std::make_tuple(-a.severity(), a.state()) < std::make_tuple(-b.severity(), b.state());
  });
  const auto total = static_cast<int64_t>(signals.size());
  v1::ListSignalsResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_signals() = std::move(signals[static_cast<size_t>(i)]);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::ListSignalRulesResponse> Contracts::ListSignalRules(const Caller& caller,
                                                                       const v1::ListSignalRulesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  FieldCheck check;
  check.Require(!request.has_known_time() || IsValid(request.known_time()), "known_time", "must be a moment");
  NMD_RETURN_IF_ERROR(check.Result());
  const absl::Time now = clock_.Now();
  const absl::Time known_time =
      request.has_known_time() ? std::min(now, absl::FromUnixMicros(MicrosOf(request.known_time()))) : now;
  Book book;
  Intake intake;
  absl::Time newest;
  {
    MutexLock lock(mutex_);
    book = book_.AsKnown(known_time);
    newest = std::min(known_time, newest_known_);
    const ProviderBooks of_nobody = ledger_.AsKnown("", known_time);
    intake.allocations = ledger_.HasAllocations();
    intake.starts = of_nobody.starts_come_in;
    intake.stops = of_nobody.stops_come_in;
    intake.claims = of_nobody.claims_come_in;
    intake.answers = of_nobody.answers_come_in;
    intake.returns = of_nobody.returns_come_in;
  }
  const bool settles =
      std::any_of(rules_.begin(), rules_.end(), [](const SignalRule& rule) { return rule.check == "settlement"; });
  if (settles && newest > absl::InfinitePast()) {
    // The year before the present one: of that the books are there, if they are anywhere.
    const std::vector<type::Figure> figures = AskTotals(costs_, {municipality_, YearKnown(newest) - 1, "", known_time},
                                                        {"paid", "booked"}, std::min(kPatience, caller.deadline - now));
    intake.paid = figures[0].state() == type::Figure::ANSWERED;
    intake.booked = figures[1].state() == type::Figure::ANSWERED;
  }
  v1::ListSignalRulesResponse response;
  const auto total = static_cast<int64_t>(rules_.size());
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    const SignalRule& rule = rules_[static_cast<size_t>(i)];
    v1::SignalRule* shown = response.add_rules();
    shown->set_id(rule.id);
    shown->set_title(rule.title);
    shown->set_formula(rule.formula);
    shown->set_explanation(rule.explanation);
    shown->set_next_step(rule.next_step);
    shown->set_window(rule.window);
    shown->set_owner_role(rule.owner_role);
    shown->set_severity(rule.severity);
    shown->set_years(rule.years);
    shown->mutable_thresholds()->insert(rule.thresholds.begin(), rule.thresholds.end());
    for (std::string& missing : NotDelivered(rule, book, intake)) shown->add_missing(std::move(missing));
    shown->set_state(shown->missing().empty() ? v1::SignalRule::JUDGED : v1::SignalRule::NOT_DELIVERED);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<Signal> Contracts::AcknowledgeSignal(const Caller& caller, const v1::AcknowledgeSignalRequest& request) {
  FieldCheck check;
  CheckText(request.note(), "note", kNoteCharacters, check);
  check.Require(Signal::Acknowledgement::Kind_IsValid(request.kind()), "kind", "must be one of the kinds");
  NMD_RETURN_IF_ERROR(check.Result());
  MutexLock lock(mutex_);
  const auto found = signals_.find(request.name());
  if (found == signals_.end()) return NotFound(request.name());
  if (found->second.state() == Signal::CLOSED) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::DECISION_CLOSED, "the signal is closed; read close_text");
  }
  Signal signal = found->second;
  if (signal.acknowledgements_size() > 0) {
    const auto& last = *signal.acknowledgements().rbegin();
    const bool same = last.subject() == caller.subject && last.note() == request.note() && last.kind() == request.kind();
    if (same) return signal;
  }
  Signal::Acknowledgement* acknowledgement = signal.add_acknowledgements();
  *acknowledgement->mutable_time() = TimestampOf(clock_.Now());
  acknowledgement->set_subject(caller.subject);
  acknowledgement->set_note(request.note());
  acknowledgement->set_kind(request.kind());
  NMD_RETURN_IF_ERROR(Write(kSignalKind, signal, caller.subject));
  ApplySignal(journal_.LastSequence(), signal);
  parking_.Wake();
  return signal;
}

absl::StatusOr<std::optional<v1::ListSignalChangesResponse>> Contracts::ListSignalChanges(
    const Caller&, const v1::ListSignalChangesRequest& request, bool last) const {
  FieldCheck check;
  check.Require(request.after_sequence() >= 0, "after_sequence", "must be 0 or next_sequence of an answer");
  check.Require(request.page_size() >= 0, "page_size", "must not be negative");
  NMD_RETURN_IF_ERROR(check.Result());
  const int size = request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kLargestPage);
  std::optional<v1::ListSignalChangesResponse> response;
  MutexLock lock(mutex_);
  auto change = signals_by_sequence_.upper_bound(request.after_sequence());
  if (change == signals_by_sequence_.end() && !last) return response;
  response.emplace();
  response->set_next_sequence(request.after_sequence());
  for (; change != signals_by_sequence_.end() && response->signals_size() < size; ++change) {
    *response->add_signals() = signals_.at(change->second);
    response->set_next_sequence(change->first);
  }
  return response;
}

}  // namespace nmd::contracts
