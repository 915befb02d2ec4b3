// SPDX-License-Identifier: EUPL-1.2
// Dossiers: what register, accounts, signals and figures say, on one page.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/costs/v1/durations.pb.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/contracts/account_access.h"
#include "services/contracts/accounts.h"
#include "services/contracts/contracts.h"
#include "services/contracts/signal_checks.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using type::Figure;
using Term = v1::Contract::Term;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr int kMostItems = 100;
constexpr int kGreatest = 5;

std::string LawTitle(const std::string& law) { return law == "wmo" ? "de Wmo" : "de Jeugdwet"; }

// Narrows a question to something: a dimension and its value.
using Where = std::vector<std::pair<std::string, std::string>>;

// What a page asks costs, about some care as known at a time. What is not answered becomes a remark.
class CostsQuestions {
 public:
  CostsQuestions(const Peer& costs, std::string parent, Where where, absl::Time known_time, absl::Time deadline,
                 const Clock& clock, google::protobuf::RepeatedPtrField<std::string>* remarks)
      : costs_(costs),
        parent_(std::move(parent)),
        where_(std::move(where)),
        known_time_(known_time),
        deadline_(deadline),
        clock_(clock),
        remarks_(remarks) {}

  // Totals of a calendar year, in order of the measures; by dimensions, the cells.
  std::vector<Figure> Figures(int year, std::initializer_list<const char*> measures,
                              std::initializer_list<const char*> dimensions = {}) const {
    costs::v1::QueryFiguresRequest request;
    for (const char* measure : measures) request.add_measures(measure);
    for (const char* dimension : dimensions) request.add_dimensions(dimension);
    SetYear(year, request.mutable_period());
    AddFilters(request.mutable_filters());
    *request.mutable_known_time() = TimestampOf(known_time_);
    const auto answer = Ask<costs::v1::QueryFiguresResponse>("CostsService/QueryFigures", &request);
    std::vector<Figure> figures;
    if (answer.ok()) {
      const auto& from = dimensions.size() == 0 ? answer->totals() : answer->figures();
      figures.assign(from.begin(), from.end());
    } else if (dimensions.size() == 0) {
      for (const char* measure : measures) {
        Figure& figure = figures.emplace_back();
        figure.set_measure(measure);
        SetYear(year, figure.mutable_period());
        figure.set_state(Figure::NOT_AVAILABLE);
        figure.set_state_reason(type::ErrorReason_Name(ReasonOf(answer.status())));
      }
    }
    return figures;
  }

  // Each measure in a year and in the year before.
  void YearFigures(int year, std::initializer_list<const char*> measures,
                   google::protobuf::RepeatedPtrField<v1::YearFigure>* figures) const {
    const std::vector<Figure> now = Figures(year, measures), before = Figures(year - 1, measures);
    for (size_t i = 0; i < std::min(now.size(), before.size()); ++i) {
      v1::YearFigure* figure = figures->Add();
      *figure->mutable_figure() = now[i];
      *figure->mutable_before() = before[i];
    }
  }

  void Growth(int year, costs::v1::ExplainGrowthResponse* growth) const {
    costs::v1::ExplainGrowthRequest request;
    SetYear(year - 1, request.mutable_before());
    SetYear(year, request.mutable_after());
    AddFilters(request.mutable_filters());
    *request.mutable_known_time() = TimestampOf(known_time_);
    auto answer = Ask<costs::v1::ExplainGrowthResponse>("GrowthService/ExplainGrowth", &request);
    if (answer.ok()) *growth = *std::move(answer);
  }

  void Durations(int year, costs::v1::DurationGroup* durations) const {
    costs::v1::EstimateDurationRequest request;
    SetYear(year, request.mutable_question()->mutable_started());
    Narrow(request.mutable_question());
    auto answer = Ask<costs::v1::EstimateDurationResponse>("DurationsService/EstimateDuration", &request);
    if (answer.ok()) *durations = std::move(*answer->mutable_total());
  }

  void Endings(int year, costs::v1::EndingsOfMonth* endings) const {
    costs::v1::CountEndingsRequest request;
    SetYear(year, request.mutable_period());
    Narrow(request.mutable_question());
    auto answer = Ask<costs::v1::CountEndingsResponse>("DurationsService/CountEndings", &request);
    if (answer.ok()) *endings = std::move(*answer->mutable_total());
  }

  void Expectation(int year, google::protobuf::RepeatedPtrField<Figure>* figures) const {
    costs::v1::ForecastYearRequest request;
    request.set_year(year);
    AddFilters(request.mutable_filters());
    *request.mutable_known_time() = TimestampOf(known_time_);
    const auto answer = Ask<costs::v1::ForecastYearResponse>("ForecastsService/ForecastYear", &request);
    if (!answer.ok()) return;
    for (const Figure* figure :
         {&answer->forecast(), &answer->realised(), &answer->outstanding(), &answer->running(), &answer->inflow()}) {
      *figures->Add() = *figure;
    }
  }

 private:
  static void SetYear(int year, type::Period* period) {
    period->set_start_date(FormatDay(DayOf(year, 1, 1)));
    period->set_end_date(FormatDay(DayOf(year + 1, 1, 1)));
  }
  void AddFilters(google::protobuf::RepeatedPtrField<costs::v1::Filter>* filters) const {
    for (const auto& [dimension, value] : where_) {
      costs::v1::Filter* filter = filters->Add();
      filter->set_dimension(dimension);
      filter->add_values(value);
    }
  }
  void Narrow(costs::v1::DurationQuestion* question) const {
    AddFilters(question->mutable_filters());
    *question->mutable_known_time() = TimestampOf(known_time_);
  }
  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(const char* method, Request* request) const {
    request->set_parent(parent_);
    auto answer =
        costs_.Call<Response>(absl::StrCat("/nmd.costs.v1.", method), *request, std::min(kPatience, deadline_ - clock_.Now()));
    if (!answer.ok()) {
      std::string remark =
          absl::StrCat("Een deel van de cijfers is er nu niet (", type::ErrorReason_Name(ReasonOf(answer.status())), ").");
      if (std::find(remarks_->begin(), remarks_->end(), remark) == remarks_->end()) *remarks_->Add() = std::move(remark);
    }
    return answer;
  }

  const Peer& costs_;
  const std::string parent_;
  const Where where_;
  const absl::Time known_time_, deadline_;
  const Clock& clock_;
  google::protobuf::RepeatedPtrField<std::string>* const remarks_;
};

std::string ValueOf(const Figure& figure, absl::string_view dimension) {
  for (const auto& value : figure.dimensions()) {
    if (value.dimension() == dimension) return value.value();
  }
  return "";
}

// Shares of the approved amount, by law and AGB code; amounts of 0 or less have no share.
void FillMarket(const CostsQuestions& costs, int year, const std::map<std::string, std::string>& titles,
                const std::set<std::string>& laws, google::protobuf::RepeatedPtrField<v1::MarketShare>* market) {
  using Amounts = std::map<std::string, std::map<std::string, Cents>>;  // By law and provider.
  const auto amounts_of = [&](int of) {
    Amounts amounts;
    for (const Figure& figure : costs.Figures(of, {"approved"}, {"law", "provider"})) {
      const std::string law = ValueOf(figure, "law");
      if (laws.count(law) == 0 || figure.state() != Figure::ANSWERED || figure.amount_cents() <= 0) continue;
      amounts[law][ValueOf(figure, "provider")] = figure.amount_cents();
    }
    return amounts;
  };
  const Amounts now = amounts_of(year), before = amounts_of(year - 1);
  const auto share = [](const Amounts& of, const std::string& law, const std::string& provider) {
    const auto amounts = of.find(law);
    if (amounts == of.end() || amounts->second.count(provider) == 0) return 0.0;
    Cents total = 0;
    for (const auto& [name, amount] : amounts->second) total += amount;
    return static_cast<double>(amounts->second.at(provider)) / static_cast<double>(total);
  };
  for (const auto& [law, amounts] : now) {
    for (const auto& [provider, amount] : amounts) {
      v1::MarketShare* of = market->Add();
      of->set_law(law);
      of->set_provider(provider);
      const auto title = titles.find(provider);
      of->set_provider_title(title == titles.end() ? "" : title->second);
      of->set_amount_cents(amount);
      of->set_share(share(now, law, provider));
      of->set_share_before(share(before, law, provider));
    }
  }
}

v1::FunnelPoint PointOf(const std::string& provider, const std::string& title, const Judgement& judgement) {
  v1::FunnelPoint point;
  point.set_provider(provider);
  point.set_provider_title(title);
  for (const Measure& measure : judgement.measures) {
    if (measure.id == "level_6") point.set_count(measure.value);
    if (measure.id == "level_5_or_6") point.set_total(measure.value);
    if (measure.id == "share_of_others") point.set_others_share(measure.share);
    if (measure.id == "expected_at_least") point.set_low(measure.value);
    if (measure.id == "expected_at_most") point.set_high(measure.value);
  }
  return point;
}

// A rule whose text has figures of other providers.
bool Compares(const SignalRules& rules, const std::string& id) {
  return std::any_of(rules.begin(), rules.end(), [&](const SignalRule& rule) {
    return rule.id == id && (rule.check == "level_shift" || rule.check == "level_rise");
  });
}

absl::Status CheckYear(int year, const google::protobuf::Timestamp* known_time) {
  FieldCheck check;
  check.Require(2015 <= year && year <= 2100, "year", "must be a calendar year, 2015 to 2100");
  check.Require(known_time == nullptr || IsValid(*known_time), "known_time", "must be a moment");
  return check.Result();
}

}  // namespace

void Contracts::FillFunnel(const Book& book, absl::Time known_time, int year, const std::string& own,
                           google::protobuf::RepeatedPtrField<v1::FunnelPoint>* points) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [](const SignalRule& r) { return r.check == "level_shift"; });
  if (rule == rules_.end() || book.levels.empty()) return;
  std::map<std::string, std::string> titles;
  for (const BookedContract& contract : book.contracts) titles[contract.provider] = contract.provider_title;
  std::vector<std::string> providers;
  {
    MutexLock lock(mutex_);
    providers = ledger_.Providers();
  }
  std::map<int, std::map<std::string, Share>> levels;
  for (const std::string& provider : providers) {
    Sight sight;
    sight.today = dutch::CalendarDay(known_time);
    {
      MutexLock lock(mutex_);
      sight.books = ledger_.AsKnown(provider, known_time);
    }
    const std::map<int, Share> shares = FirstLevels(sight, book.levels);
    if (const auto share = shares.find(year); share != shares.end()) levels[year][provider] = share->second;
  }
  SignalRule every = *rule;
  every.years = 0;
  for (const auto& [provider, share] : levels[year]) {
    for (const Judgement& judgement : JudgeLevels(every, provider, titles[provider], levels, year)) {
      v1::FunnelPoint point = PointOf(provider, titles[provider], judgement);
      point.set_own(provider == own);
      *points->Add() = std::move(point);
    }
  }
}

absl::StatusOr<v1::ProviderDossier> Contracts::GetProviderDossier(const Caller& caller,
                                                                  const v1::GetProviderDossierRequest& request) const {
  NMD_ASSIGN_OR_RETURN(
      const std::vector<std::string> parts,
      PartsOfAccount(caller, request.name(), "name", "dossiers", 4, "municipalities/{municipality}/dossiers/{provider}"));
  NMD_RETURN_IF_ERROR(CheckYear(request.year(), request.has_known_time() ? &request.known_time() : nullptr));
  const std::string& provider = parts[3];
  const int year = request.year();
  const absl::Time now = clock_.Now();
  const absl::Time known_time =
      request.has_known_time() ? std::min(now, absl::FromUnixMicros(MicrosOf(request.known_time()))) : now;
  const std::string parent = absl::StrCat("municipalities/", municipality_);
  const std::string account = absl::StrCat(parent, "/accounts/", provider);
  v1::ProviderDossier dossier;
  dossier.set_name(request.name());
  dossier.set_provider(provider);
  dossier.set_year(year);
  *dossier.mutable_known_time() = TimestampOf(known_time);
  dossier.set_for_provider(request.for_provider() || IsOnlyProvider(caller));

  v1::GetProviderAccountRequest ask_account;
  ask_account.set_name(account);
  ask_account.set_year(year);
  *ask_account.mutable_known_time() = dossier.known_time();
  NMD_ASSIGN_OR_RETURN(*dossier.mutable_account(), GetProviderAccount(caller, ask_account));
  dossier.set_provider_title(dossier.account().provider_title());

  // The rest is read with the eyes of the service; it is about this provider only, but for the market and the funnel.
  Caller reader = caller;
  reader.roles = {type::CONTRACT_MANAGER};
  v1::ListContractsRequest ask_contracts;
  ask_contracts.set_parent(parent);
  ask_contracts.set_provider(provider);
  ask_contracts.set_year(year);
  ask_contracts.set_page_size(1000);
  *ask_contracts.mutable_known_time() = dossier.known_time();
  NMD_ASSIGN_OR_RETURN(v1::ListContractsResponse contracts, ListContracts(reader, ask_contracts));
  *dossier.mutable_contracts() = std::move(*contracts.mutable_contracts());
  // What is wrong in the register may name another provider, such as a successor.
  if (dossier.for_provider()) {
    for (v1::Contract& contract : *dossier.mutable_contracts()) contract.clear_findings();
  }

  v1::ListPositionsRequest ask_positions;
  ask_positions.set_parent(parent);
  ask_positions.set_provider(provider);
  ask_positions.set_year(year);
  *ask_positions.mutable_known_time() = dossier.known_time();
  if (auto positions = ListPositions(reader, ask_positions); positions.ok()) {
    *dossier.mutable_positions() = std::move(*positions->mutable_positions());
  } else {
    dossier.add_remarks("De stand naast het plafond is er nu niet.");
  }

  const CostsQuestions costs(costs_, parent, {{"provider", provider}}, known_time, caller.deadline, clock_,
                             dossier.mutable_remarks());
  costs.YearFigures(year, {"clients", "provisions", "indicated", "declared", "approved", "indicated_per_client"},
                    dossier.mutable_figures());
  costs.Growth(year, dossier.mutable_growth());
  costs.Durations(year, dossier.mutable_durations());
  costs.Endings(year, dossier.mutable_endings());
  for (const v1::Contract& contract : dossier.contracts()) {
    for (const Term& term : contract.terms()) {
      if (term.kind() != Term::KPI_AT_LEAST && term.kind() != Term::KPI_AT_MOST) continue;
      v1::IndicatorStanding* standing = dossier.add_indicators();
      standing->set_contract(contract.name());
      standing->set_indicator(term.indicator());
      standing->set_kind(term.kind());
      standing->set_agreed(term.value());
      const std::vector<Figure> measured =
          AskTotals(costs_, {municipality_, year, provider, known_time}, {term.indicator().c_str()},
                    std::min(kPatience, caller.deadline - clock_.Now()));
      *standing->mutable_measured() = measured[0];
      // Of a share or an amount the unit that was agreed is not told, so whether it is met is for people to see.
      if (measured[0].state() != Figure::ANSWERED || measured[0].value_case() != Figure::kCount) continue;
      const int64_t thousandths = measured[0].count() * 1000;
      standing->set_met(term.kind() == Term::KPI_AT_LEAST ? thousandths >= term.value() : thousandths <= term.value());
    }
  }

  v1::ListReconciliationItemsRequest ask_items;
  ask_items.set_parent(account);
  ask_items.set_year(year);
  ask_items.set_page_size(1000);
  *ask_items.mutable_known_time() = dossier.known_time();
  for (const auto actor : {v1::ReconciliationItem::CARE_PROVIDER, v1::ReconciliationItem::MUNICIPALITY}) {
    ask_items.set_actor(actor);
    ask_items.set_page_size(kMostItems / 2);
    NMD_ASSIGN_OR_RETURN(v1::ListReconciliationItemsResponse items, ListReconciliationItems(caller, ask_items));
    for (v1::ReconciliationItem& item : *items.mutable_items()) *dossier.add_open_items() = std::move(item);
  }
  {
    MutexLock lock(mutex_);
    for (const auto& [name, signal] : signals_) {
      const bool of_year = signal.year() == year || signal.state() == v1::Signal::OPEN;
      if (signal.provider() != provider || !of_year) continue;
      if (absl::FromUnixMicros(MicrosOf(signal.open_time())) > known_time) continue;
      if (dossier.for_provider() && Compares(rules_, signal.rule())) continue;
      v1::Signal* shown = dossier.add_signals();
      *shown = signal;
      if (!dossier.for_provider()) continue;
      shown->clear_acknowledgements();
      // Its times are those of the newest delivery there was, which may be of anybody.
      shown->clear_open_time();
      shown->clear_last_seen_time();
      shown->clear_close_time();
    }
    const auto said = said_.find(provider);
    if (said != said_.end()) {
      const auto& all = said->second.all;
      for (size_t i = all.size(); i-- > 0 && dossier.responses_size() < kMostItems;) {
        if (absl::FromUnixMicros(MicrosOf(all[i].time())) > known_time) continue;
        v1::ItemResponse* shown = dossier.add_responses();
        *shown = all[i];
        shown->clear_subject();
      }
    }
  }
  std::set<std::string> laws;
  for (const v1::Contract& contract : dossier.contracts()) laws.insert(contract.law());
  for (const auto& balance : dossier.account().balances()) laws.insert(balance.law());
  if (!dossier.for_provider()) {
    const Book book = BookAsKnown(known_time);
    std::map<std::string, std::string> titles;
    for (const BookedContract& contract : book.contracts) titles[contract.provider] = contract.provider_title;
    const CostsQuestions all(costs_, parent, {}, known_time, caller.deadline, clock_, dossier.mutable_remarks());
    FillMarket(all, year, titles, laws, dossier.mutable_market());
    FillFunnel(book, known_time, year, provider, dossier.mutable_funnel());
  }

  dossier.add_summary(dossier.account().text());
  if (!dossier.growth().conclusion().empty()) dossier.add_summary(dossier.growth().conclusion());
  const auto open = std::count_if(dossier.signals().begin(), dossier.signals().end(),
                                  [](const v1::Signal& s) { return s.state() == v1::Signal::OPEN; });
  dossier.add_summary(open == 0   ? std::string("Er zijn nu geen signalen.")
                      : open == 1 ? std::string("Er is één signaal om over te praten.")
                                  : absl::StrCat("Er zijn ", open, " signalen om over te praten."));
  for (const v1::MarketShare& share : dossier.market()) {
    if (share.provider() != provider) continue;
    dossier.add_summary(absl::StrCat("Het aandeel in het goedgekeurde bedrag voor ", LawTitle(share.law()), " is ",
                                     dutch::Percent(share.share()), "; het jaar ervoor was dat ",
                                     dutch::Percent(share.share_before()), "."));
  }
  return dossier;
}

absl::StatusOr<v1::ProductGroup> Contracts::GetProductGroup(const Caller& caller,
                                                            const v1::GetProductGroupRequest& request) const {
  const std::vector<std::string> parts = absl::StrSplit(request.name(), '/');
  const std::vector<std::string> id = absl::StrSplit(parts.size() == 4 ? parts[3] : "", '-');
  FieldCheck check;
  check.Require(id.size() == 2 && (id[0] == "jeugdwet" || id[0] == "wmo") && id[1].size() == 2 &&
                    absl::ascii_isalnum(id[1][0]) && absl::ascii_isalnum(id[1][1]),
                "name", "must be municipalities/{municipality}/productgroups/{law}-{category}");
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_RETURN_IF_ERROR(CheckYear(request.year(), request.has_known_time() ? &request.known_time() : nullptr));
  const int year = request.year();
  const absl::Time now = clock_.Now();
  const absl::Time known_time =
      request.has_known_time() ? std::min(now, absl::FromUnixMicros(MicrosOf(request.known_time()))) : now;
  v1::ProductGroup group;
  group.set_name(request.name());
  group.set_law(id[0]);
  group.set_category(id[1]);
  group.set_year(year);
  *group.mutable_known_time() = TimestampOf(known_time);

  const CostsQuestions costs(costs_, absl::StrCat("municipalities/", municipality_), {{"law", id[0]}, {"category", id[1]}},
                             known_time, caller.deadline, clock_, group.mutable_remarks());
  costs.Endings(year, group.mutable_endings());
  costs.Endings(year - 1, group.mutable_endings_before());
  costs.Durations(year, group.mutable_durations());
  costs.YearFigures(year, {"indicated", "declared", "approved", "paid"}, group.mutable_money());
  costs.YearFigures(year, {"clients", "provisions"}, group.mutable_situation());
  costs.Expectation(year, group.mutable_expectation());

  const Book book = BookAsKnown(known_time);
  std::map<std::string, std::string> titles;
  for (const BookedContract& contract : book.contracts) titles[contract.provider] = contract.provider_title;
  FillMarket(costs, year, titles, {id[0]}, group.mutable_market());
  std::vector<double> shares;
  for (const v1::MarketShare& share : group.market()) {
    shares.push_back(share.share());
    group.set_herfindahl(group.herfindahl() + share.share() * share.share());
  }
  std::sort(shares.rbegin(), shares.rend());
  double greatest = 0;
  for (size_t i = 0; i < std::min<size_t>(shares.size(), kGreatest); ++i) greatest += shares[i];
  group.set_five_greatest_share(greatest);

  // A contract that names no product may be about every one.
  std::set<std::string> providers;
  int contracts = 0;
  for (const BookedContract& contract : book.contracts) {
    if (contract.law != id[0] || contract.RunningMonths(year) == 0) continue;
    bool names = false, meant = false;
    for (const BookedTerm& term : book.TermsOf(contract)) {
      if (term.kind != ingestion::v1::ContractTerm::PRODUCT) continue;
      names = true;
      meant = meant || term.category == id[1] || term.product.substr(0, 2) == id[1];
    }
    if (names && !meant) continue;
    ++contracts;
    providers.insert(contract.provider);
  }
  group.set_contract_count(contracts);
  group.set_provider_count(static_cast<int32_t>(providers.size()));
  {
    MutexLock lock(mutex_);
    const auto open = std::count_if(signals_.begin(), signals_.end(), [&](const auto& of) {
      return of.second.state() == v1::Signal::OPEN && of.second.law() == id[0] && providers.count(of.second.provider()) != 0;
    });
    group.set_open_signal_count(static_cast<int32_t>(open));
  }

  const auto amount = [](const Figure& figure) {
    return figure.state() == Figure::ANSWERED ? dutch::EuroWhole(figure.amount_cents()) : std::string("niet bekend");
  };
  group.add_summary(absl::StrCat("Resultaat: in ", year, " eindigden ", dutch::Number(group.endings().count()),
                                 " trajecten; het jaar ervoor ", dutch::Number(group.endings_before().count()), "."));
  if (group.money_size() == 4) {
    group.add_summary(absl::StrCat("Geld: goedgekeurd is ", amount(group.money(2).figure()), "; het jaar ervoor was dat ",
                                   amount(group.money(2).before()), "."));
  }
  group.add_summary(shares.empty() ? std::string("Marktaandelen: er zijn geen goedgekeurde bedragen.")
                                   : absl::StrCat("Marktaandelen: ", shares.size(),
                                                  shares.size() == 1 ? " aanbieder kreeg" : " aanbieders kregen",
                                                  " geld; de vijf grootste samen ", dutch::Percent(greatest), "."));
  group.add_summary(absl::StrCat("Situatie: ", contracts, contracts == 1 ? " contract" : " contracten", " met ",
                                 providers.size(), providers.size() == 1 ? " aanbieder" : " aanbieders", " en ",
                                 group.open_signal_count(),
                                 group.open_signal_count() == 1 ? " open signaal." : " open signalen."));
  group.add_summary(group.expectation_size() == 0
                        ? std::string("Verwachting: die is er nu niet.")
                        : absl::StrCat("Verwachting: ", year, " kost naar verwachting ", amount(group.expectation(0)), "."));
  return group;
}

}  // namespace nmd::contracts
