// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/explain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;

// "3 andere records", "1 ander record".
std::string Others(int64_t count) { return absl::StrCat(count, count == 1 ? " ander record" : " andere records"); }

struct Line {
  const LinkState::Record* record;
  v1::LinkReason reason;
  std::string text;
};

const LinkState::Step& Now(const LinkState::Person& person) { return person.steps.back(); }

std::string SameBsnText(int64_t with_bsn) {
  if (with_bsn == 1) return "Geldig burgerservicenummer. Geen ander record heeft dit nummer.";
  return absl::StrCat("Zelfde geldig burgerservicenummer als ", Others(with_bsn - 1), ".");
}

void AddPerson(const LinkState& state, const Timeline& timeline, uint32_t number, int64_t with_bsn, std::vector<Line>& lines) {
  const LinkState::Person& person = state.persons()[number];
  const LinkState::Step& now = Now(person);
  const uint32_t bsn = timeline.BsnOf(number);
  const auto counting = std::count_if(person.records.begin(), person.records.end(),
                                      [&](const LinkState::Record& record) { return state.CountsNow(record); });
  const std::string why =
      now.reason == v1::WEIGHED || now.reason == v1::DECIDED ? WhyInGroup(number, now.reason, timeline) : "";
  for (const LinkState::Record& record : person.records) {
    if (!state.CountsNow(record)) continue;
    std::string text = why;
    if (now.reason == v1::ALONE) {
      const int64_t others = static_cast<int64_t>(counting) - 1;
      text = others == 0
                 ? "Geen geldig burgerservicenummer. Dit record staat op zichzelf."
                 : absl::StrCat("Geen geldig burgerservicenummer. Zelfde persoon in dezelfde bron als ", Others(others), ".");
    } else if (!why.empty()) {
    } else if (record.bsn_client == bsn) {
      text = SameBsnText(with_bsn);
    } else if (record.bsn_client == LinkState::kNoClient) {
      text = "Dit record heeft geen geldig burgerservicenummer. Een ander record van dezelfde persoon in dezelfde bron wel.";
    } else {
      text =
          "Dit record heeft een ander geldig burgerservicenummer. Het nummer dat als laatste bekend werd voor deze persoon in "
          "deze bron telt.";
    }
    lines.push_back({&record, now.reason, std::move(text)});
  }
}

v1::ExplainClientResponse InOrder(std::vector<Line> lines, const LinkState& state) {
  v1::ExplainClientResponse response;
  std::sort(lines.begin(), lines.end(), [&](const Line& a, const Line& b) {
    return std::make_tuple(a.record->known_micros, absl::string_view(state.sources()[a.record->source]),
                           absl::string_view(a.text)) < std::make_tuple(b.record->known_micros,
                                                                        absl::string_view(state.sources()[b.record->source]),
                                                                        absl::string_view(b.text));
  });
  for (const Line& line : lines) {
    v1::ExplainClientResponse::Record& record = *response.add_records();
    record.set_source(state.sources()[line.record->source]);
    record.set_reason(line.reason);
    *record.mutable_known_time() = TimeUtil::MicrosecondsToTimestamp(line.record->known_micros);
    record.set_text(line.text);
  }
  return response;
}

}  // namespace

std::string WhyInGroup(uint32_t person, v1::LinkReason reason, const Timeline& timeline) {
  std::optional<Timeline::BestPair> best;
  for (const uint32_t other : timeline.GroupOf(person)) {
    if (other == person) continue;
    const std::optional<Timeline::BestPair> pair = timeline.Compare(person, other);
    if (pair && (!best || std::tie(best->decision.score, best->decision.pattern) <
                              std::tie(pair->decision.score, pair->decision.pattern))) {
      best = pair;
    }
  }
  const std::string start = reason == v1::DECIDED ? "Gekoppeld door een besluit." : "Gekoppeld op overeenkomst.";
  if (!best) return start;
  const engine::Persons& records = timeline.index().persons();
  return absl::StrCat(
      start, " ",
      engine::DutchSentence(timeline.index().scorer().Explain(records.hot(best->record_a), records.hot(best->record_b))), ".");
}

v1::ExplainClientResponse Explain(uint32_t client, const LinkState& state, const Timeline& timeline) {
  std::vector<uint32_t> persons;
  for (uint32_t person : state.clients()[client].persons) {
    if (Now(state.persons()[person]).client == client) persons.push_back(person);
  }
  // Those of the number that the client has.
  int64_t with_bsn = 0;
  for (const uint32_t person : persons) {
    const uint32_t bsn = timeline.BsnOf(person);
    if (bsn == LinkState::kNoClient) continue;
    for (const LinkState::Record& record : state.persons()[person].records) {
      with_bsn += record.bsn_client == bsn && state.CountsNow(record) ? 1 : 0;
    }
  }
  std::vector<Line> lines;
  for (const uint32_t person : persons) AddPerson(state, timeline, person, with_bsn, lines);
  return InOrder(std::move(lines), state);
}

v1::ExplainClientResponse ExplainFormer(uint32_t client, const LinkState& state) {
  std::vector<Line> lines;
  for (const uint32_t person : state.PersonsWithBsn(client)) {
    for (const LinkState::Record& record : state.persons()[person].records) {
      if (record.bsn_client != client || !state.CountsNow(record)) continue;
      lines.push_back({&record, v1::EXACT_BSN,
                       "Dit record heeft het nummer, maar voor deze persoon in deze bron is sindsdien een ander geldig "
                       "burgerservicenummer bekend. Dat telt."});
    }
  }
  return InOrder(std::move(lines), state);
}

}  // namespace nmd::linking
