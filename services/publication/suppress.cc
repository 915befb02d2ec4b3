// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/suppress.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::publication {
namespace {

// How much dearer a cell gets for every relation it would newly break.
constexpr int64_t kBreakPenalty = 3;
// Trimming proves the table again for every candidate and ends after this many hidden cells in all; without trimming the
// pattern is as safe, only less sparing.
constexpr int64_t kTrimWork = 3'000'000;

// Keeps the pattern and, per relation, how many hidden cells it has of which kind.
class Chooser {
 public:
  Chooser(const Lattice& lattice, absl::Span<const int64_t> clients)
      : lattice_(lattice),
        clients_(clients),
        states_(static_cast<size_t>(lattice.cells()), CellState::kShown),
        relations_(static_cast<size_t>(lattice.cells() * lattice.dimensions())) {
    for (int64_t cell = 0; cell < lattice.cells(); ++cell) {
      if (Clients(cell) == 0) State(cell) = CellState::kZero;
    }
  }

  const std::vector<CellState>& states() const { return states_; }

  void Hide(int64_t cell, CellState as) {
    State(cell) = as;
    Count(cell, +1);
    ForRelations(cell, [&](int d, int64_t parent) { open_.emplace_back(d, parent); });
  }

  // Mends every relation that gives a hidden cell away by itself. Newest first: a ring of hidden cells is closed before
  // the next is begun.
  void Mend() {
    while (!open_.empty()) {
      const auto [d, parent] = open_.back();
      open_.pop_back();
      if (!Broken(d, parent)) continue;
      std::optional<int64_t> cheapest;
      ForMembers(d, parent, [&](int64_t cell) { Offer(cell, CellState::kShown, &cheapest); });
      if (cheapest) Hide(*cheapest, CellState::kSecondary);
    }
  }

  // Hides the cheapest shown cell nearest to `from`: in its relations, else in those of its hidden neighbours, and so on;
  // a zero only when there is no other. Returns false when everything is hidden.
  bool HideNear(int64_t from) {
    for (const CellState wanted : {CellState::kShown, CellState::kZero}) {
      std::set<int64_t> seen = {from};
      std::vector<int64_t> ring = {from};
      std::optional<int64_t> cheapest;
      while (!ring.empty()) {
        std::vector<int64_t> next;
        for (const int64_t cell : ring) {
          ForRelations(cell, [&](int d, int64_t parent) {
            ForMembers(d, parent, [&](int64_t member) {
              Offer(member, wanted, &cheapest);
              if (IsHidden(State(member)) && seen.insert(member).second) next.push_back(member);
            });
          });
        }
        if (cheapest) {
          Hide(*cheapest, CellState::kSecondary);
          return true;
        }
        ring = std::move(next);
      }
    }
    for (int64_t cell = 0; cell < lattice_.cells(); ++cell) {
      if (IsHidden(State(cell))) continue;
      Hide(cell, CellState::kSecondary);
      return true;
    }
    return false;
  }

  // Secondary cells, dearest first.
  std::vector<int64_t> Secondaries() {
    std::vector<int64_t> cells;
    for (int64_t cell = 0; cell < lattice_.cells(); ++cell) {
      if (State(cell) == CellState::kSecondary) cells.push_back(cell);
    }
    std::stable_sort(cells.begin(), cells.end(), [&](int64_t a, int64_t b) { return Clients(a) > Clients(b); });
    return cells;
  }

  // Shows a secondary cell again, and with it every secondary that is then alone in a relation, and so on. Answers with
  // all cells shown; with none, and nothing changed, when a primary would be alone.
  std::vector<int64_t> ShowAgain(int64_t cell) {
    std::vector<int64_t> shown;
    std::vector<int64_t> next = {cell};
    bool primary_alone = false;
    while (!next.empty() && !primary_alone) {
      const int64_t at = next.back();
      next.pop_back();
      if (State(at) != CellState::kSecondary) continue;
      Show(at);
      shown.push_back(at);
      ForRelations(at, [&](int d, int64_t parent) {
        if (!Broken(d, parent)) return;
        ForMembers(d, parent, [&](int64_t member) {
          if (State(member) == CellState::kPrimary) primary_alone = true;
          if (State(member) == CellState::kSecondary) next.push_back(member);
        });
      });
    }
    if (primary_alone) {
      HideAgain(shown);
      shown.clear();
    }
    return shown;
  }
  void HideAgain(const std::vector<int64_t>& cells) {
    for (const int64_t cell : cells) {
      State(cell) = CellState::kSecondary;
      Count(cell, +1);
    }
  }

 private:
  // Hidden members of a relation.
  struct Tally {
    int32_t several = 0;          // That count other than one client,
    int32_t several_primary = 0;  // and those of them that are primary.
    int32_t lone = 0;             // That count one.
    bool lone_parent = false;     // The sum itself is hidden and counts one client: so are its parts, and they are his.
  };

  int64_t Clients(int64_t cell) const { return clients_[static_cast<size_t>(cell)]; }
  CellState& State(int64_t cell) { return states_[static_cast<size_t>(cell)]; }
  Tally& Relation(int d, int64_t parent) { return relations_[static_cast<size_t>(parent * lattice_.dimensions() + d)]; }

  // The relations a cell is in: as the sum, and as a part.
  template <typename Visit>
  void ForRelations(int64_t cell, const Visit& visit) {
    for (int d = 0; d < lattice_.dimensions(); ++d) {
      const int32_t code = lattice_.Code(cell, d);
      if (!lattice_.ChildCodes(d, code).empty()) visit(d, cell);
      if (code != 0) visit(d, lattice_.WithCode(cell, d, lattice_.ParentCode(d, code)));
    }
  }
  template <typename Visit>
  void ForMembers(int d, int64_t parent, const Visit& visit) {
    visit(parent);
    for (const int32_t code : lattice_.ChildCodes(d, lattice_.Code(parent, d))) visit(lattice_.WithCode(parent, d, code));
  }

  void Count(int64_t cell, int32_t by) {
    ForRelations(cell, [&](int d, int64_t parent) {
      Tally& tally = Relation(d, parent);
      if (Clients(cell) == 1) {
        tally.lone += by;
        if (cell == parent) tally.lone_parent = by > 0;
      } else {
        tally.several += by;
        if (State(cell) == CellState::kPrimary) tally.several_primary += by;
      }
    });
  }

  void Show(int64_t cell) {
    Count(cell, -1);
    State(cell) = Clients(cell) == 0 ? CellState::kZero : CellState::kShown;
  }

  // Whether the relation alone tells a hidden cell to an outsider, who knows that it is at least 1, or to a lone client.
  bool Broken(int d, int64_t parent) {
    const Tally& tally = Relation(d, parent);
    if (tally.several >= 2) return false;
    if (tally.several == 1) return tally.lone == 0 || (tally.lone == 1 && tally.several_primary == 1);
    return tally.lone > 0 && !tally.lone_parent;
  }

  // Keeps the cheaper of *cheapest and `cell`, if that is in the wanted state; the lower number when they cost the same.
  void Offer(int64_t cell, CellState wanted, std::optional<int64_t>* cheapest) {
    if (State(cell) != wanted) return;
    if (!cheapest->has_value() || std::pair(Cost(cell), cell) < std::pair(Cost(**cheapest), **cheapest)) *cheapest = cell;
  }
  // Grows with the cube root of what is lost: of all weights tried it hid the fewest cells of tables S and M of sdc.md, and
  // among equals the smaller ones. Dearer for every relation the cell would newly break, cheaper for every one it mends.
  int64_t Cost(int64_t cell) {
    int64_t untouched = 0, mended = 0;
    ForRelations(cell, [&](int d, int64_t parent) {
      const Tally& tally = Relation(d, parent);
      if (tally.several + tally.lone == 0) {
        ++untouched;
      } else if (Broken(d, parent)) {
        ++mended;
      }
    });
    const auto value = static_cast<int64_t>(1000 * std::cbrt(static_cast<double>(Clients(cell))));
    return 1000 * value * (1 + kBreakPenalty * untouched) / (1 + mended);
  }

  const Lattice& lattice_;
  const absl::Span<const int64_t> clients_;
  std::vector<CellState> states_;
  std::vector<Tally> relations_;
  std::vector<std::pair<int, int64_t>> open_;  // Relations to look at again.
};

// Shows again what turned out needless. The pattern stays proven throughout.
void Trim(const Lattice& lattice, absl::Span<const int64_t> clients, uint64_t seed, Chooser* chooser, Proof* proof) {
  int64_t work = 0;
  for (const int64_t cell : chooser->Secondaries()) {
    const std::vector<int64_t> shown = chooser->ShowAgain(cell);
    if (shown.empty()) continue;
    Proof without = Prove(lattice, clients, chooser->states(), seed);
    work += without.hidden;
    if (without.Holds()) {
      *proof = std::move(without);
    } else {
      chooser->HideAgain(shown);
    }
    if (work > kTrimWork) return;
  }
}

}  // namespace

std::string Protection::Text() const {
  if (!Proven()) return "Niet bewezen: de tabel spreekt zichzelf tegen en mag niet worden gepubliceerd.";
  if (proof.hidden == 0) return "Bewezen: er is niets verborgen, want geen cel hoeft te worden beschermd.";
  return absl::StrCat(
      "Bewezen: geen beschermde cel is uit de getoonde cellen te berekenen, ook niet door wie als enige in een ",
      "cel is geteld. Verborgen cellen: ", dutch::Number(proof.hidden),
      "; onderdelen zonder onderling verband: ", dutch::Number(proof.components),
      "; vergelijkingen: ", dutch::Number(proof.equations), ", rang ", dutch::Number(proof.rank), " (gerekend modulo 2^61−1).");
}

Protection Suppress(const Lattice& lattice, absl::Span<const int64_t> clients, const std::vector<bool>& sensitive,
                    const Policy& policy) {
  Chooser chooser(lattice, clients);
  for (int64_t cell = 0; cell < lattice.cells(); ++cell) {
    const auto i = static_cast<size_t>(cell);
    if ((0 < clients[i] && clients[i] < policy.minimum_clients) || (!sensitive.empty() && sensitive[i])) {
      chooser.Hide(cell, CellState::kPrimary);
    }
  }
  Protection protection;
  for (;;) {
    chooser.Mend();
    protection.proof = Prove(lattice, clients, chooser.states(), policy.seed);
    if (protection.proof.Holds()) break;
    bool mended = false;
    for (const int64_t cell : protection.proof.exposed) mended = chooser.HideNear(cell) || mended;
    if (!mended) break;
    ++protection.repairs;
  }
  if (protection.proof.Holds()) Trim(lattice, clients, policy.seed, &chooser, &protection.proof);
  protection.states = chooser.states();
  return protection;
}

}  // namespace nmd::publication
