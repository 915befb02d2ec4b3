// SPDX-License-Identifier: EUPL-1.2
// What the region answers from what it received. See region.h.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/region.h"
#include "services/publication/region_compare.h"
#include "services/publication/region_market.h"
#include "services/publication/region_public.h"

namespace nmd::publication {
namespace {

using type::Figure;
using v1::RegionalMeasure;
using v1::RegionalValue;
using v1::TableMember;

constexpr absl::string_view kProvider = "provider";
constexpr absl::string_view kTables = "/tables/";

std::string TableOf(absl::string_view name) { return std::string(name.substr(name.find(kTables) + kTables.size())); }

absl::Status CheckPeriod(const type::Period& period) {
  FieldCheck check;
  const std::optional<Day> start = ParseDay(period.start_date()), end = ParseDay(period.end_date());
  check.Require(start.has_value(), "period.start_date", "must be a date, YYYY-MM-DD");
  check.Require(end.has_value(), "period.end_date", "must be a date, YYYY-MM-DD");
  if (start && end) check.Require(*start < *end, "period.end_date", "must be after start_date");
  return check.Result();
}

bool SamePeriod(const type::Period& a, const type::Period& b) {
  return a.start_date() == b.start_date() && a.end_date() == b.end_date();
}

template <typename Request>
const google::protobuf::Timestamp* KnownTime(const Request& request) {
  return request.has_known_time() ? &request.known_time() : nullptr;
}

int MeasureOf(const v1::RegionalTable& table, absl::string_view measure) {
  for (int k = 0; k < table.measures_size(); ++k) {
    if (table.measures(k).measure() == measure) return k;
  }
  return -1;
}

int DimensionOf(const v1::RegionalTable& table, absl::string_view dimension) {
  for (int d = 0; d < table.dimensions_size(); ++d) {
    if (table.dimensions(d).dimension() == dimension) return d;
  }
  return -1;
}

int CodeOf(const v1::PublishedDimension& dimension, absl::string_view value) {
  for (int c = 0; c < dimension.codes_size(); ++c) {
    if (dimension.codes(c).value() == value) return c;
  }
  return -1;
}

absl::Status UnknownMeasure(const std::string& measure) {
  return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::MEASURE_UNKNOWN, "the table does not have this measure",
              {{"measure", measure}});
}
absl::Status UnknownDimension(const std::string& dimension) {
  return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::DIMENSION_UNKNOWN,
              "the table does not have this dimension, or not with this value", {{"dimension", dimension}});
}

void SetNone(Figure::State state, ErrorReason reason, RegionalValue* value) {
  value->set_state(state);
  value->set_state_reason(type::ErrorReason_Name(reason));
}

// A value that is known when both ends are one, and else has bounds.
void SetBetween(double low, double high, RegionalValue* value) {
  if (high - low <= 1e-9 * high) {  // Filling up to a level is done in doubles.
    value->set_state(Figure::ANSWERED);
    value->set_ratio(low);
    return;
  }
  SetNone(Figure::SUPPRESSED, ErrorReason::CELL_PROTECTED, value);
  value->set_lower(low);
  value->set_upper(high);
}

// What an amount can be, of the members that are part of the table.
Range RangeOf(const RegionalValue& value) {
  // A rounded one is told and has bounds.
  if (value.state() == Figure::ANSWERED && !value.has_lower()) return {value.amount_cents(), value.amount_cents()};
  Range range;
  if (value.has_lower()) range.low = static_cast<int64_t>(value.lower());
  if (value.has_upper()) range.high = static_cast<int64_t>(value.upper());
  return range;
}

}  // namespace

absl::StatusOr<bool> Region::AsksAsPublic(const Caller& caller, const std::string& audience) const {
  const bool only_public =
      std::all_of(caller.roles.begin(), caller.roles.end(), [](type::Role role) { return role == type::PUBLIC; });
  if (audience == kPublic || (audience.empty() && only_public)) return true;
  if (audience.empty() || (audience == options_.audience && !only_public)) return false;
  if (audience == options_.audience) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING, "what the region may see is not public");
  }
  FieldCheck check;
  check.Add("audience", absl::StrCat("must be empty, ", kPublic, " or ", options_.audience));
  return check.Result();
}

int64_t Region::KnownAt(const google::protobuf::Timestamp* known_time) const {
  return known_time != nullptr ? MicrosOf(*known_time) : absl::ToUnixMicros(clock_.Now());
}

const Region::KnownAgreement* Region::CoveringAgreement(const Member& member, const TableQuestion& question) const {
  for (const auto& [name, versions] : member.agreements) {
    const KnownAgreement* newest = nullptr;
    for (const KnownAgreement& version : versions) {
      if (version.received <= question.known) newest = &version;
    }
    if (newest == nullptr || !newest->agreement.ended_reason().empty()) continue;
    if (!InForce(newest->agreement, absl::FromUnixMicros(question.known))) continue;
    const auto& audiences = newest->agreement.audiences();
    const auto& tables = newest->agreement.tables();
    const bool named = std::any_of(audiences.begin(), audiences.end(), [&](const std::string& audience) {
      return audience == kPublic || (!question.is_public && audience == options_.audience);
    });
    const bool covered =
        std::any_of(tables.begin(), tables.end(), [&](const auto& rule) { return rule.table() == question.table; });
    if (named && covered) return newest;
  }
  return nullptr;
}

Region::Choice Region::Choose(const Member& member, const TableQuestion& question) const {
  // What was made for the region has more in it than what is for everybody; the latter will do where it is all there is.
  const KnownPublication *own = nullptr, *open = nullptr;
  for (const KnownPublication& known : member.publications) {
    const v1::Publication& publication = *known.publication;
    if (known.received > question.known || publication.table() != question.table) continue;
    if (!SamePeriod(publication.period(), question.period)) continue;
    const KnownPublication*& place = publication.audience() == kPublic ? open : own;
    if (place == nullptr || place->sequence < known.sequence) place = &known;
  }
  if (question.is_public) own = nullptr;
  const auto withdrawal = [&](const KnownPublication& known) -> const KnownWithdrawal* {
    const auto found = member.withdrawals.find(known.publication->publication());
    return found == member.withdrawals.end() || found->second.received > question.known ? nullptr : &found->second;
  };
  const KnownPublication* chosen = own;
  if (open != nullptr && (own == nullptr || (withdrawal(*own) != nullptr && withdrawal(*open) == nullptr))) chosen = open;

  Choice choice;
  TableMember& out = choice.member;
  out.set_municipality(member.config.municipality());
  out.set_title(member.config.title());
  const bool agreed = CoveringAgreement(member, question) != nullptr;
  if (chosen == nullptr) {
    out.set_state(agreed ? TableMember::NOT_DELIVERED : TableMember::NOT_AGREED);
    out.set_reason(agreed ? "Nog niet geleverd over deze periode." : "Er is geen afspraak die geldt om deze tabel te delen.");
    return choice;
  }
  out.set_publication(chosen->publication->publication());
  *out.mutable_received_time() = TimestampOf(chosen->received);
  out.set_age_days(static_cast<int32_t>(absl::Microseconds(question.known - chosen->received) / absl::Hours(24)));
  if (const KnownWithdrawal* taken_back = withdrawal(*chosen)) {
    out.set_state(TableMember::WITHDRAWN);
    out.set_reason(taken_back->reason);
    return choice;
  }
  // What the region has stays with it until it is taken back. To give it on to the public is to publish anew.
  if (question.is_public && !agreed) {
    out.set_state(TableMember::NOT_AGREED);
    out.set_reason("De afspraak om deze tabel openbaar te maken geldt niet meer.");
    return choice;
  }
  out.set_state(TableMember::PUBLISHED);
  choice.publication = chosen->publication;
  choice.filters = chosen->filters;
  return choice;
}

std::vector<Region::Choice> Region::ChooseAll(const TableQuestion& question) const {
  MutexLock lock(mutex_);
  std::vector<Choice> choices;
  for (const Member& member : members_) choices.push_back(Choose(member, question));
  return choices;
}

absl::StatusOr<v1::RegionalTable> Region::Together(const TableQuestion& question) const {
  const std::string name = absl::StrCat("municipalities/", options_.municipality, kTables, question.table);
  {
    MutexLock lock(mutex_);
    const bool known = std::any_of(members_.begin(), members_.end(), [&](const Member& member) {
      return std::any_of(member.publications.begin(), member.publications.end(), [&](const KnownPublication& publication) {
        return publication.publication->table() == question.table && publication.received <= question.known &&
               (!question.is_public || publication.publication->audience() == kPublic);
      });
    });
    if (!known) return NotFound(name);
  }
  const std::vector<Choice> choices = ChooseAll(question);
  std::vector<MemberTable> tables;
  for (size_t m = 0; m < choices.size(); ++m) {
    if (choices[m].publication == nullptr) continue;
    tables.push_back({static_cast<int32_t>(m), choices[m].publication.get(), choices[m].filters});
  }
  Merged merged = Merge(tables, options_.rules.measures);
  v1::RegionalTable& table = merged.table;
  table.set_name(name);
  *table.mutable_period() = question.period;
  *table.mutable_known_time() = TimestampOf(question.known);
  table.set_audience(question.is_public ? std::string(kPublic) : options_.audience);
  for (size_t m = 0; m < choices.size(); ++m) {
    TableMember* member = table.add_members();
    *member = choices[m].member;
    if (std::binary_search(merged.other_shape.begin(), merged.other_shape.end(), static_cast<int32_t>(m))) {
      member->set_state(TableMember::NOT_COMPARABLE);
      member->set_reason(
          "De tabel van deze gemeente heeft andere uitsplitsingen of een andere selectie dan die van de meeste.");
    }
    if (member->state() == TableMember::PUBLISHED) {
      table.set_member_count(table.member_count() + 1);
      if (table.title().empty()) table.set_title(choices[m].publication->title());
    }
  }
  table.set_coverage(absl::StrCat(table.member_count(), " van ", choices.size(), " gemeenten"));
  if (question.is_public && table.member_count() > 0) {
    tables.erase(std::remove_if(tables.begin(), tables.end(),
                                [&](const MemberTable& own) {
                                  return std::binary_search(merged.other_shape.begin(), merged.other_shape.end(), own.member);
                                }),
                 tables.end());
    const RegionProof proof = ProveTogether(tables, table);
    if (!proof.Holds()) {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_PROVEN,
                  "with the table of the region cells could be computed that members hide");
    }
    table.set_proof(proof.Text());
  }
  return std::move(table);
}

absl::StatusOr<v1::ListRegionalTablesResponse> Region::ListRegionalTables(const Caller& caller,
                                                                          const v1::ListRegionalTablesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  NMD_ASSIGN_OR_RETURN(const bool is_public, AsksAsPublic(caller, request.audience()));
  MutexLock lock(mutex_);
  std::map<std::string, std::map<std::pair<std::string, std::string>, std::string>> tables;  // Periods with a title.
  if (is_public) {
    for (const TableQuestion& question : PublicQuestions()) {
      const PublicState state = PublicStateOf(question);
      if (!state.taken_back.empty()) continue;
      tables[question.table].emplace(std::make_pair(question.period.start_date(), question.period.end_date()),
                                     state.release->release.title());
    }
  }
  for (const Member& member : members_) {
    for (const KnownPublication& known : member.publications) {
      if (is_public) break;
      const v1::Publication& publication = *known.publication;
      tables[publication.table()].emplace(std::make_pair(publication.period().start_date(), publication.period().end_date()),
                                          publication.title());
    }
  }
  v1::ListRegionalTablesResponse response;
  int64_t at = 0;
  for (const auto& [table, periods] : tables) {
    const int64_t position = at++;
    if (position < page.offset || position >= page.offset + page.size) continue;
    v1::RegionalTableInfo* info = response.add_tables();
    info->set_name(absl::StrCat("municipalities/", options_.municipality, kTables, table));
    for (const auto& [dates, title] : periods) {
      info->set_title(title);
      v1::PublishedPeriod* period = info->add_periods();
      period->mutable_period()->set_start_date(dates.first);
      period->mutable_period()->set_end_date(dates.second);
      const TableQuestion question{table, period->period(), KnownAt(nullptr), is_public};
      if (is_public) {
        const v1::RegionalTable& told = PublicStateOf(question).release->table;
        period->set_member_count(told.member_count());
        period->set_of_count(told.members_size());
        continue;
      }
      for (const Member& member : members_) {
        period->set_member_count(period->member_count() + (Choose(member, question).publication != nullptr));
      }
      period->set_of_count(static_cast<int32_t>(members_.size()));
    }
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, static_cast<int64_t>(tables.size())));
  return response;
}

absl::StatusOr<v1::RegionalTable> Region::GetRegionalTable(const Caller& caller,
                                                           const v1::GetRegionalTableRequest& request) const {
  NMD_RETURN_IF_ERROR(CheckPeriod(request.period()));
  NMD_ASSIGN_OR_RETURN(const bool is_public, AsksAsPublic(caller, request.audience()));
  const TableQuestion question{TableOf(request.name()), request.period(), KnownAt(KnownTime(request)), is_public};
  return is_public ? ReadAsPublic(question) : Together(question);
}

absl::StatusOr<v1::CompareMembersResponse> Region::CompareMembers(const Caller&,
                                                                  const v1::CompareMembersRequest& request) const {
  NMD_RETURN_IF_ERROR(CheckPeriod(request.period()));
  const int64_t known = KnownAt(KnownTime(request));
  NMD_ASSIGN_OR_RETURN(const v1::RegionalTable table, Together({request.table(), request.period(), known, false}));
  const std::string& other = request.inhabitants_table();
  NMD_ASSIGN_OR_RETURN(const v1::RegionalTable living,
                       Together({other.empty() ? request.table() : other, request.period(), known, false}));
  if (table.member_count() == 0 || living.member_count() == 0) {
    v1::CompareMembersResponse response;
    for (const TableMember& member : (table.member_count() == 0 ? table : living).members()) {
      v1::MemberRate* rate = response.add_members();
      rate->set_municipality(member.municipality());
      rate->set_title(member.title());
      rate->set_state(member.state());
      rate->set_reason(member.reason());
    }
    response.set_coverage(absl::StrCat("0 van ", table.members_size(), " gemeenten"));
    *response.mutable_known_time() = table.known_time();
    return response;
  }
  const std::string measure = request.measure().empty() ? "clients" : request.measure();
  const int k = MeasureOf(table, measure);
  if (k < 0 || table.measures(k).unit() != "count") return UnknownMeasure(measure);
  if (MeasureOf(living, kInhabitants) < 0) return UnknownMeasure(kInhabitants);
  std::vector<int32_t> cell(static_cast<size_t>(table.dimensions_size()), 0);
  for (const auto& where : request.where()) {
    const int d = DimensionOf(table, where.dimension());
    const int code = d < 0 ? -1 : CodeOf(table.dimensions(d), where.value());
    if (code < 0) return UnknownDimension(where.dimension());
    cell[static_cast<size_t>(d)] = code;
  }
  return CompareRates(table, measure, std::move(cell), living);
}

Region::Elsewhere Region::SpentElsewhere(const TableQuestion& question, const v1::RegionalTable& table, int measure) const {
  std::string filters;
  const std::vector<Choice> choices = ChooseAll(question);
  for (int m = table.members_size(); m-- > 0;) {
    if (table.members(m).state() == TableMember::PUBLISHED) filters = choices[static_cast<size_t>(m)].filters;
  }
  const RegionalMeasure& wanted = table.measures(measure);
  Elsewhere sum;
  MutexLock lock(mutex_);
  for (int m = 0; m < table.members_size(); ++m) {
    if (table.members(m).state() == TableMember::PUBLISHED) continue;
    const Member& member = members_[static_cast<size_t>(m)];
    bool found = false;
    for (const KnownPublication& known : member.publications) {
      const v1::Publication& other = *known.publication;
      if (found || other.table() == question.table || known.filters != filters) continue;
      TableQuestion same = question;
      same.table = other.table();
      // Only what stands: figures that were taken back are figures of nobody.
      if (Choose(member, same).publication != known.publication) continue;
      const auto& whole = other.cells(0);
      for (int k = 0; !found && whole.state() != v1::PublishedCell::HIDDEN && k < other.measures_size(); ++k) {
        if (other.measures(k).measure() != wanted.measure() || other.measures(k).definition() != wanted.definition()) continue;
        found = whole.values(k).value_case() == v1::PublishedValue::kAmountCents;
        if (found) sum.cents += whole.values(k).amount_cents();
      }
    }
    sum.known = sum.known && found;
  }
  return sum;
}

absl::StatusOr<v1::AssessMarketResponse> Region::AssessMarket(const Caller&, const v1::AssessMarketRequest& request) const {
  NMD_RETURN_IF_ERROR(CheckPeriod(request.period()));
  const TableQuestion question{request.table(), request.period(), KnownAt(KnownTime(request)), false};
  NMD_ASSIGN_OR_RETURN(const v1::RegionalTable table, Together(question));
  v1::AssessMarketResponse response;
  *response.mutable_members() = table.members();
  response.set_coverage(table.coverage());
  *response.mutable_known_time() = table.known_time();
  if (table.member_count() == 0) {
    for (RegionalValue* value : {response.mutable_hhi(), response.mutable_largest5_share(), response.mutable_total()}) {
      SetNone(Figure::NOT_AVAILABLE, ErrorReason::NOT_PUBLISHED, value);
    }
    return response;
  }
  int k = MeasureOf(table, request.measure());
  for (int j = 0; request.measure().empty() && k < 0 && j < table.measures_size(); ++j) {
    if (table.measures(j).unit() == "cents") k = j;
  }
  if (k < 0 || table.measures(k).unit() != "cents" || table.measures(k).together() != RegionalMeasure::SUM) {
    return UnknownMeasure(request.measure());
  }
  const std::string measure = table.measures(k).measure();
  const int d = DimensionOf(table, kProvider);
  if (d < 0) return UnknownDimension(std::string(kProvider));
  std::vector<int32_t> at(static_cast<size_t>(table.dimensions_size()), 0);

  const Elsewhere elsewhere = SpentElsewhere(question, table, k);
  const RegionalValue& shared = table.cells(0).values(k);
  std::optional<int64_t> total;
  const bool rounded = shared.state() == Figure::ANSWERED && shared.has_lower();
  if (elsewhere.known && shared.state() == Figure::ANSWERED && !rounded) total = shared.amount_cents() + elsewhere.cents;
  RegionalValue* whole = response.mutable_total();
  if (total) {
    whole->set_state(Figure::ANSWERED);
    whole->set_amount_cents(*total);
  } else if (shared.state() != Figure::ANSWERED || (rounded && elsewhere.known && elsewhere.cents == 0)) {
    *whole = shared;
  } else {
    SetNone(Figure::NOT_AVAILABLE, ErrorReason::TOTAL_UNKNOWN, whole);
    whole->set_lower(static_cast<double>(RangeOf(shared).low));
  }
  whole->clear_members();

  std::vector<Range> amounts;
  bool bounded = true;
  int64_t known_cents = 0;
  for (int32_t code = 1; code < table.dimensions(d).codes_size(); ++code) {
    at[static_cast<size_t>(d)] = code;
    const RegionalValue& value = table.cells(static_cast<int>(CellPosition(table.dimensions(), at))).values(k);
    v1::MarketShare* share = response.add_providers();
    share->set_provider(table.dimensions(d).codes(code).value());
    share->set_label(table.dimensions(d).codes(code).label());
    *share->mutable_amount() = value;
    Range range = RangeOf(value);
    bounded = bounded && range.low >= 0;  // An amount below zero is no share of anything.
    if (range.low > 0) known_cents += range.low;
    if (elsewhere.known && elsewhere.cents > 0) {
      // A member that shared its total only may have spent all of it here.
      range = Plus(range, {0, elsewhere.cents});
      SetNone(Figure::NOT_AVAILABLE, ErrorReason::NOT_PUBLISHED, share->mutable_amount());
      share->mutable_amount()->clear_value();
      share->mutable_amount()->clear_lower();
      share->mutable_amount()->clear_upper();
      SetBounds(range, share->mutable_amount());
    }
    amounts.push_back(range);
  }
  const auto none = [&](Figure::State state, ErrorReason reason) {
    SetNone(state, reason, response.mutable_hhi());
    SetNone(state, reason, response.mutable_largest5_share());
    for (v1::MarketShare& share : *response.mutable_providers()) SetNone(state, reason, share.mutable_share());
  };
  if (!bounded || (total && (*total < known_cents || *total <= 0))) {
    none(Figure::NOT_COMPARABLE, ErrorReason::AMOUNT_NEGATIVE);
  } else if (!total) {
    none(Figure::NOT_AVAILABLE, ErrorReason::TOTAL_UNKNOWN);
  } else {
    response.set_unallocated_cents(*total - known_cents);
    const Concentration bounds = ConcentrationBounds(amounts, *total, elsewhere.cents > 0);
    SetBetween(bounds.hhi_low, bounds.hhi_high, response.mutable_hhi());
    SetBetween(bounds.largest5_low, bounds.largest5_high, response.mutable_largest5_share());
    const auto sum = static_cast<double>(*total);
    for (size_t j = 0; j < amounts.size(); ++j) {
      const int64_t most = std::min(amounts[j].high, amounts[j].low + *total - known_cents);
      SetBetween(static_cast<double>(amounts[j].low) / sum, static_cast<double>(most) / sum,
                 response.mutable_providers(static_cast<int>(j))->mutable_share());
    }
  }
  std::vector<size_t> order(amounts.size());
  for (size_t j = 0; j < order.size(); ++j) order[j] = j;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return amounts[a].low > amounts[b].low; });
  google::protobuf::RepeatedPtrField<v1::MarketShare> sorted;
  for (const size_t j : order) *sorted.Add() = std::move(*response.mutable_providers(static_cast<int>(j)));
  response.mutable_providers()->Swap(&sorted);
  return response;
}

absl::StatusOr<v1::ListRegionalCeilingsResponse> Region::ListRegionalCeilings(
    const Caller&, const v1::ListRegionalCeilingsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const auto count = static_cast<int64_t>(options_.rules.ceilings.size());
  v1::ListRegionalCeilingsResponse response;
  for (int64_t i = page.offset; i < std::min(count, page.offset + page.size); ++i) {
    const auto& ceiling = options_.rules.ceilings[static_cast<size_t>(i)];
    v1::RegionalCeilingState* out = response.add_ceilings();
    out->set_ceiling(ceiling.ceiling());
    out->set_title(ceiling.title());
    out->mutable_period()->set_start_date(ceiling.start_date());
    out->mutable_period()->set_end_date(ceiling.end_date());
    out->set_ceiling_cents(ceiling.ceiling_cents());
    out->set_state(v1::RegionalCeilingState::UNKNOWN);
    RegionalValue* used = out->mutable_used();
    SetNone(Figure::NOT_AVAILABLE, ErrorReason::NOT_PUBLISHED, used);
    SetNone(Figure::NOT_AVAILABLE, ErrorReason::NOT_PUBLISHED, out->mutable_used_share());
    const absl::StatusOr<v1::RegionalTable> table =
        Together({ceiling.table(), out->period(), KnownAt(KnownTime(request)), false});
    if (!table.ok() && ReasonOf(table.status()) != ErrorReason::RESOURCE_NOT_FOUND) return table.status();
    out->set_coverage(table.ok() ? table->coverage() : absl::StrCat("0 van ", options_.members.size(), " gemeenten"));
    if (!table.ok() || table->member_count() == 0) continue;
    std::vector<int32_t> at(static_cast<size_t>(table->dimensions_size()), 0);
    const int k = MeasureOf(*table, ceiling.measure());
    bool found = k >= 0 && table->measures(k).unit() == "cents";
    bool counted = true;
    for (const auto& [dimension, value] : ceiling.where()) {
      const int d = DimensionOf(*table, dimension);
      found = found && d >= 0;
      const int code = d < 0 ? -1 : CodeOf(table->dimensions(d), value);
      counted = counted && code >= 0;  // A code nobody has was used by nobody.
      if (found && code >= 0) at[static_cast<size_t>(d)] = code;
    }
    if (!found) {
      SetNone(Figure::NOT_REGISTERED, ErrorReason::MEASURE_UNKNOWN, used);
      continue;
    }
    *used = counted ? table->cells(static_cast<int>(CellPosition(table->dimensions(), at))).values(k) : RegionalValue();
    if (!counted) used->set_state(Figure::ANSWERED);
    Range range = counted ? RangeOf(*used) : Range{0, 0};
    if (table->member_count() < table->members_size()) {
      // Others may have used more.
      range.high = Range::kNoHigh;
      if (used->state() == Figure::ANSWERED) {
        used->clear_value();
        SetNone(Figure::NOT_AVAILABLE, ErrorReason::NOT_PUBLISHED, used);
      }
      used->clear_upper();
      if (range.low != Range::kNoLow) used->set_lower(static_cast<double>(range.low));
    }
    const auto limit = static_cast<double>(ceiling.ceiling_cents());
    RegionalValue* share = out->mutable_used_share();
    share->set_state(used->state());
    share->set_state_reason(used->state_reason());
    if (used->state() == Figure::ANSWERED) share->set_ratio(static_cast<double>(used->amount_cents()) / limit);
    if (used->has_lower()) share->set_lower(used->lower() / limit);
    if (used->has_upper()) share->set_upper(used->upper() / limit);
    if (range.low != Range::kNoLow && range.low > ceiling.ceiling_cents()) out->set_state(v1::RegionalCeilingState::PASSED);
    if (range.high != Range::kNoHigh && range.high <= ceiling.ceiling_cents()) out->set_state(v1::RegionalCeilingState::BELOW);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, count));
  return response;
}

}  // namespace nmd::publication
