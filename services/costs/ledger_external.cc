// SPDX-License-Identifier: EUPL-1.2
// What others said, as the ledger takes it in.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "nmd/costs/v1/external.pb.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/costs/ledger.h"

namespace nmd::costs {
namespace {

// "WK173001" and "BU17300101" are codes of Statistics Netherlands (CBS) of a wijk and a buurt.
bool IsCode(absl::string_view area, absl::string_view letters, size_t digits) {
  return area.size() == letters.size() + digits && absl::ConsumePrefix(&area, letters) &&
         std::all_of(area.begin(), area.end(), absl::ascii_isdigit);
}

}  // namespace

using ingestion::v1::Fact;

uint32_t Ledger::AddExternal(const Fact& fact, uint32_t batch) {
  const auto begin = [&](v1::ExternalSeries::Kind kind, const auto& in) -> ExternalFact& {
    ExternalFact& external = facts_.externals.emplace_back();
    external.batch = batch;
    external.kind = static_cast<uint8_t>(kind);
    external.days = {in.start_day(), in.end_day() == 0 ? kOpenEnd : in.end_day()};
    external.printed = in.has_value();
    external.thousandths = in.value().thousandths();
    external.decimals = static_cast<uint8_t>(in.value().decimals());
    external.measured_in = static_cast<uint8_t>(in.value().measured_in());
    for (Word* word : {&external.publisher, &external.series, &external.title, &external.area, &external.provider,
                       &external.category, &external.product, &external.ivn, &external.wijk, &external.buurt, &external.sex,
                       &external.reason, &external.method, &external.quality, &external.note}) {
      *word = empty_;
    }
    return external;
  };
  switch (fact.payload_case()) {
    case Fact::kPublishedValue: {
      const auto& in = fact.published_value();
      ExternalFact& external = begin(v1::ExternalSeries::PUBLISHED, in);
      external.publisher = Intern(in.publisher());
      external.series = Intern(in.series());
      external.title = Intern(in.title());
      (IsCode(in.area(), "WK", 6)   ? external.wijk
       : IsCode(in.area(), "BU", 8) ? external.buurt
                                    : external.area) = Intern(in.area());
      external.published = in.published_day();
      external.withdrawn = in.withdrawn_day();
      external.reason = Intern(in.withdrawn_reason());
      return kExternals;
    }
    case Fact::kIndicatorResult: {
      const auto& in = fact.indicator_result();
      ExternalFact& external = begin(v1::ExternalSeries::INDICATOR, in);
      external.series = Intern(in.indicator());
      external.title = Intern(in.title());
      external.law = static_cast<uint8_t>(in.law());
      external.provider = Intern(in.provider());
      external.category = Intern(in.category());
      external.product = Intern(in.product());
      external.area = Intern(in.area());
      external.respondents = in.respondents();
      external.invited = in.invited();
      external.method = Intern(in.method());
      return kExternals;
    }
    case Fact::kLegacyFigure: {
      const auto& in = fact.legacy_figure();
      ExternalFact& external = begin(v1::ExternalSeries::LEGACY, in);
      external.publisher = Intern(in.system());
      external.series = external.title = Intern(in.measure());
      external.law = static_cast<uint8_t>(in.law());
      external.form = static_cast<uint8_t>(in.form());
      external.category = Intern(in.category());
      external.product = Intern(in.product());
      external.ivn = Intern(in.ivn());
      external.provider = Intern(in.provider());
      external.wijk = Intern(in.wijk());
      external.buurt = Intern(in.buurt());
      external.age_from = in.age_from();
      external.age_to = in.age_to();
      external.sex = Intern(in.sex());
      external.quality = Intern(in.quality());
      external.note = Intern(in.note());
      return kExternals;
    }
    default:
      return kOther;
  }
}

}  // namespace nmd::costs
