// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_public.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/publication/engine/prove.h"
#include "services/publication/engine/system.h"

namespace nmd::publication {
namespace {

using engine::CellState;
using engine::System;
using engine::Tie;

// Of the random vectors of the proof; fixed, so that the same tables give the same sentence.
constexpr uint64_t kSeed = 20170101;

// Sums of one table over each of its dimensions. `first` is the number of its first cell in the system.
void AddSums(const std::vector<int32_t>& codes, int32_t first, System::Relations* relations) {
  int64_t cells = 1;
  for (const int32_t count : codes) cells *= count;
  int64_t stride = 1;
  for (size_t d = codes.size(); d-- > 0;) {
    for (int64_t cell = 0; codes[d] > 1 && cell < cells; ++cell) {
      if (cell / stride % codes[d] != 0) continue;
      relations->Begin(Tie::kSum, first + static_cast<int32_t>(cell));
      for (int32_t code = 1; code < codes[d]; ++code) relations->AddPart(first + static_cast<int32_t>(cell + code * stride));
    }
    stride *= codes[d];
  }
}

template <typename Table>
std::vector<int32_t> CodeCounts(const Table& table) {
  std::vector<int32_t> codes;
  for (const auto& dimension : table.dimensions()) codes.push_back(dimension.codes_size());
  return codes;
}

}  // namespace

std::string RegionProof::Text() const {
  if (!Holds()) return absl::StrCat("Met de tabel van de regio zijn ", disclosed, " verborgen cellen te berekenen.");
  return absl::StrCat("Bewezen: met de tabel van de regio is geen van de ", hidden,
                      " verborgen cellen van gemeenten te berekenen (", relations, " sommen).");
}

RegionProof ProveTogether(absl::Span<const MemberTable> members, const v1::RegionalTable& table) {
  RegionProof proof;
  int32_t cells = 0;
  std::vector<int32_t> first;
  System::Relations alone, together;
  for (const MemberTable& member : members) {
    first.push_back(cells);
    const std::vector<int32_t> codes = CodeCounts(*member.publication);
    AddSums(codes, cells, &alone);
    AddSums(codes, cells, &together);
    cells += member.publication->cells_size();
  }
  const int32_t region = cells;
  cells += table.cells_size();
  AddSums(CodeCounts(table), region, &together);

  // The sum over members, cell by cell.
  std::vector<std::vector<std::map<std::string, int32_t>>> position(members.size());
  for (size_t m = 0; m < members.size(); ++m) {
    for (const auto& dimension : members[m].publication->dimensions()) {
      std::map<std::string, int32_t>& own = position[m].emplace_back();
      for (int32_t c = 0; c < dimension.codes_size(); ++c) own[dimension.codes(c).value()] = c;
    }
  }
  for (int32_t r = 0; r < table.cells_size(); ++r) {
    std::vector<int32_t> parts;
    for (size_t m = 0; m < members.size(); ++m) {
      int64_t cell = 0;
      bool there = true;
      for (int d = 0; there && d < table.dimensions_size(); ++d) {
        const auto& own = position[m][static_cast<size_t>(d)];
        const auto code = own.find(table.dimensions(d).codes(table.cells(r).codes(d)).value());
        there = code != own.end();
        if (there) cell = cell * static_cast<int64_t>(own.size()) + code->second;
      }
      if (there) parts.push_back(first[m] + static_cast<int32_t>(cell));
    }
    if (!parts.empty()) together.Add(Tie::kSum, region + r, parts);
  }

  engine::Cells known(cells);
  for (size_t m = 0; m < members.size(); ++m) {
    const v1::Publication& publication = *members[m].publication;
    for (int32_t c = 0; c < publication.cells_size(); ++c) {
      const auto state = publication.cells(c).state();
      known.states[static_cast<size_t>(first[m] + c)] = state == v1::PublishedCell::HIDDEN ? CellState::kPrimary
                                                        : state == v1::PublishedCell::ZERO ? CellState::kZero
                                                                                           : CellState::kShown;
      proof.hidden += state == v1::PublishedCell::HIDDEN;
    }
  }
  for (int32_t r = 0; r < table.cells_size(); ++r) {
    // One mask for all measures: what shows one of them shows the cell.
    const auto& values = table.cells(r).values();
    const bool shown =
        std::any_of(values.begin(), values.end(), [](const auto& v) { return v.state() == type::Figure::ANSWERED; });
    known.states[static_cast<size_t>(region + r)] = shown ? CellState::kShown : CellState::kSecondary;
  }
  const System without(cells, std::move(alone)), with(cells, std::move(together));
  proof.relations = with.relations();
  const engine::Proof before = engine::Prover(without, kSeed).Prove(known);
  const engine::Proof after = engine::Prover(with, kSeed).Prove(known);
  std::set<int32_t> own;
  for (const engine::Proof::Exposed& exposed : before.exposed) own.insert(exposed.cell);
  for (const engine::Proof::Exposed& exposed : after.exposed) proof.disclosed += own.count(exposed.cell) == 0;
  return proof;
}

}  // namespace nmd::publication
