// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/explain.h"

#include <algorithm>
#include <string>
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

void AddPerson(const LinkState& state, const LinkState::Person& person, int64_t with_bsn, std::vector<Line>& lines) {
  const LinkState::Step& now = Now(person);
  const auto counting = std::count_if(person.records.begin(), person.records.end(),
                                      [&](const LinkState::Record& record) { return state.CountsNow(record); });
  for (const LinkState::Record& record : person.records) {
    if (!state.CountsNow(record)) continue;
    std::string text;
    if (now.reason == v1::ALONE) {
      const int64_t others = static_cast<int64_t>(counting) - 1;
      text = others == 0
                 ? "Geen geldig burgerservicenummer. Dit record staat op zichzelf."
                 : absl::StrCat("Geen geldig burgerservicenummer. Zelfde persoon in dezelfde bron als ", Others(others), ".");
    } else if (record.bsn_client == now.client) {
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

}  // namespace

v1::ExplainClientResponse Explain(uint32_t client, const LinkState& state) {
  std::vector<const LinkState::Person*> persons;
  for (uint32_t person : state.clients()[client].persons) {
    if (Now(state.persons()[person]).client == client) persons.push_back(&state.persons()[person]);
  }
  std::vector<Line> lines;
  if (!persons.empty()) {
    int64_t with_bsn = 0;
    for (const LinkState::Person* person : persons) {
      with_bsn += std::count_if(person->records.begin(), person->records.end(), [&](const LinkState::Record& record) {
        return record.bsn_client == client && state.CountsNow(record);
      });
    }
    for (const LinkState::Person* person : persons) AddPerson(state, *person, with_bsn, lines);
  } else {
    for (const LinkState::Person& person : state.persons()) {
      for (const LinkState::Record& record : person.records) {
        if (record.bsn_client != client || !state.CountsNow(record)) continue;
        lines.push_back({&record, v1::EXACT_BSN,
                         "Dit record heeft het nummer, maar voor deze persoon in deze bron is sindsdien een ander geldig "
                         "burgerservicenummer bekend. Dat telt."});
      }
    }
    // No record had it as a BSN: it was a client of its own, and its one person_key is somebody else's now.
    if (lines.empty() && !state.clients()[client].persons.empty()) {
      const uint32_t since = Now(state.persons()[state.clients()[client].persons.front()]).client;
      if (since != LinkState::kNoClient && since != client) return Explain(since, state);
    }
  }
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

}  // namespace nmd::linking
