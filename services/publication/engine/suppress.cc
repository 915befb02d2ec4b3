// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/suppress.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::publication::engine {
namespace {

// Linear programs for one table; what they leave open is not published.
constexpr int64_t kMostPrograms = 20'000;

// Hiding a cell costs its value to this power, times 1 + kBreakPenalty for every relation it would newly break. Of all that
// was tried on tables S and M of sdc.md it hid the fewest cells, and among equals the smaller ones.
constexpr double kWorthPower = .25;
constexpr int64_t kBreakPenalty = 3;

uint64_t Mix(uint64_t z) {  // splitmix64
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// That were chosen here, in order.
std::vector<int32_t> Secondaries(const Cells& cells) {
  std::vector<int32_t> found;
  for (size_t cell = 0; cell < cells.states.size(); ++cell) {
    if (cells.states[cell] == CellState::kSecondary && !cells.fixed[cell]) found.push_back(static_cast<int32_t>(cell));
  }
  return found;
}

// Keeps the pattern and, per relation, how many hidden cells it has of which kind.
class Chooser {
 public:
  Chooser(const System& system, Cells* cells)
      : system_(system),
        cells_(*cells),
        tallies_(static_cast<size_t>(system.relations())),
        worth_(static_cast<size_t>(system.cells())) {
    for (size_t cell = 0; cell < worth_.size(); ++cell) {
      worth_[cell] = static_cast<int64_t>(1000 * std::pow(std::fabs(static_cast<double>(cells_.values[cell])), kWorthPower));
    }
    for (int32_t r = 0; r < system.relations(); ++r) {
      const auto members = system.Members(r);
      int64_t nonzero_parts = 0;
      for (size_t k = 1; k < members.size(); ++k) nonzero_parts += State(members[k]) != CellState::kZero;
      TallyOf(r).binds = system.tie(r) == Tie::kSum || nonzero_parts <= 1;
    }
    for (int32_t cell = 0; cell < system.cells(); ++cell) {
      if (!IsHidden(State(cell))) continue;
      Count(cell, +1);
      for (const int32_t r : system.RelationsOf(cell)) open_.push_back(r);
    }
  }

  void Hide(int32_t cell) {
    const auto c = static_cast<size_t>(cell);
    cells_.floors[c] = std::min(cells_.floors[c], cells_.values[c]);  // A zero, which an attacker does not expect.
    HideAgain({&cell, 1});
    for (const int32_t r : system_.RelationsOf(cell)) open_.push_back(r);
  }

  // Secondary cells at present: how many, and the sum of their values.
  using Loss = std::pair<int64_t, int64_t>;
  Loss loss() const { return loss_; }
  int64_t hidden() const { return loss_.first; }
  // What changed since the last call of Mark, in order; a cell that changed twice is there twice.
  absl::Span<const int32_t> changed() const { return changed_; }
  void Mark() { changed_.clear(); }
  // Takes back all changes since then, newest first.
  void Undo() {
    for (size_t k = changed_.size(); k-- > 0;) {
      const int32_t cell = changed_[k];
      if (State(cell) == CellState::kSecondary) {
        Show(cell);
      } else {
        HideAgain({&cell, 1});
      }
    }
    changed_.clear();
    open_.clear();
  }
  // Makes exactly these cells secondary.
  void Restore(absl::Span<const int32_t> secondaries) {
    for (const int32_t cell : Secondaries(cells_)) Show(cell);
    HideAgain(secondaries);
    changed_.clear();
    open_.clear();
  }
  // From here on cells cost up to 40% more or less, by chance; 0: exactly what they cost.
  void Shake(uint64_t seed) { shaken_ = seed; }

  // Mends every relation that gives a hidden cell away by itself. Newest first: a ring of hidden cells is closed before
  // the next is begun.
  void Mend() {
    while (!open_.empty()) {
      const int32_t r = open_.back();
      open_.pop_back();
      if (!Broken(r)) continue;
      std::optional<int32_t> cheapest;
      for (const int32_t member : system_.Members(r)) Offer(member, CellState::kShown, &cheapest);
      if (cheapest) Hide(*cheapest);
    }
  }

  // Hides the cheapest shown cell of these relations; false when there is none.
  bool HideIn(absl::Span<const int32_t> relations) {
    std::optional<int32_t> cheapest;
    for (const int32_t r : relations) {
      for (const int32_t member : system_.Members(r)) Offer(member, CellState::kShown, &cheapest);
    }
    if (cheapest) Hide(*cheapest);
    return cheapest.has_value();
  }

  // Hides the cheapest shown cell nearest to `from`: in its relations, else in those of its hidden neighbours, and so on;
  // a zero only when there is no other. Returns false when everything that is tied to it is hidden or fixed.
  bool HideNear(int32_t from) {
    for (const CellState wanted : {CellState::kShown, CellState::kZero}) {
      std::unordered_set<int32_t> seen = {from};
      std::vector<int32_t> ring = {from};
      std::optional<int32_t> cheapest;
      while (!ring.empty()) {
        std::vector<int32_t> next;
        for (const int32_t cell : ring) {
          for (const int32_t r : system_.RelationsOf(cell)) {
            for (const int32_t member : system_.Members(r)) {
              Offer(member, wanted, &cheapest);
              if (IsHidden(State(member)) && seen.insert(member).second) next.push_back(member);
            }
          }
        }
        if (cheapest) {
          Hide(*cheapest);
          return true;
        }
        ring = std::move(next);
      }
    }
    return false;
  }

  // Shows a secondary cell again, and with it every secondary that is then alone in a relation, and so on. Answers with
  // all cells shown; with none, and nothing changed, when a primary would be alone.
  std::vector<int32_t> ShowAgain(int32_t cell) {
    std::vector<int32_t> shown;
    std::vector<int32_t> next = {cell};
    bool alone = false;
    while (!next.empty() && !alone) {
      const int32_t at = next.back();
      next.pop_back();
      if (State(at) != CellState::kSecondary) continue;
      Show(at);
      shown.push_back(at);
      for (const int32_t r : system_.RelationsOf(at)) {
        if (!Broken(r)) continue;
        for (const int32_t member : system_.Members(r)) {
          if (!IsHidden(State(member))) continue;
          if (State(member) == CellState::kPrimary || IsFixed(member)) {
            alone = true;
          } else {
            next.push_back(member);
          }
        }
      }
    }
    if (alone) {
      HideAgain(shown);
      shown.clear();
    }
    return shown;
  }
  // Shows a secondary cell whatever that breaks; Mend is to follow.
  void Take(int32_t cell) {
    Show(cell);
    for (const int32_t r : system_.RelationsOf(cell)) open_.push_back(r);
  }
  void HideAgain(absl::Span<const int32_t> cells) {
    for (const int32_t cell : cells) {
      State(cell) = CellState::kSecondary;
      Count(cell, +1);
      Lose(cell, +1);
      changed_.push_back(cell);
    }
  }

 private:
  // Hidden members of a relation.
  struct Tally {
    int32_t several = 0;          // That have several contributors,
    int32_t several_primary = 0;  // and those of them that are primary.
    int32_t lone = 0;             // That have one.
    bool lone_total = false;      // The total itself is hidden and has one contributor: so have its parts, and it is the same.
    bool binds = true;            // The total follows from the parts.
  };

  void Show(int32_t cell) {
    Count(cell, -1);
    State(cell) = cells_.values[static_cast<size_t>(cell)] == 0 ? CellState::kZero : CellState::kShown;
    Lose(cell, -1);
    changed_.push_back(cell);
  }
  void Lose(int32_t cell, int64_t by) {
    loss_.first += by;
    loss_.second += by * std::abs(cells_.values[static_cast<size_t>(cell)]);
  }
  bool IsFixed(int32_t cell) const { return cells_.fixed[static_cast<size_t>(cell)]; }
  CellState& State(int32_t cell) { return cells_.states[static_cast<size_t>(cell)]; }
  Tally& TallyOf(int32_t relation) { return tallies_[static_cast<size_t>(relation)]; }

  void Count(int32_t cell, int32_t by) {
    for (const int32_t r : system_.RelationsOf(cell)) {
      Tally& tally = TallyOf(r);
      if (cells_.lone[static_cast<size_t>(cell)]) {
        tally.lone += by;
        if (cell == system_.Members(r)[0]) tally.lone_total = by > 0;
      } else {
        tally.several += by;
        if (State(cell) == CellState::kPrimary) tally.several_primary += by;
      }
    }
  }

  // Whether the relation alone tells a hidden cell to an outsider, who knows the floors, or to a lone contributor.
  bool Broken(int32_t relation) {
    const Tally& tally = TallyOf(relation);
    if (!tally.binds || tally.several >= 2) return false;
    if (tally.several == 1) return tally.lone == 0 || (tally.lone == 1 && tally.several_primary == 1);
    return tally.lone > 0 && !tally.lone_total;
  }

  // Keeps the cheaper of *cheapest and `cell`, if that is in the wanted state and may be hidden; the lower number when they
  // cost the same.
  void Offer(int32_t cell, CellState wanted, std::optional<int32_t>* cheapest) {
    if (State(cell) != wanted || IsFixed(cell)) return;
    if (!cheapest->has_value() || std::pair(Cost(cell), cell) < std::pair(Cost(**cheapest), **cheapest)) *cheapest = cell;
  }
  // Dearer for every relation the cell would newly break, cheaper for every one it mends.
  int64_t Cost(int32_t cell) {
    int64_t untouched = 0, mended = 0;
    for (const int32_t r : system_.RelationsOf(cell)) {
      const Tally& tally = TallyOf(r);
      if (tally.several + tally.lone == 0) {
        untouched += tally.binds;
      } else if (Broken(r)) {
        ++mended;
      }
    }
    int64_t worth = 1000 * worth_[static_cast<size_t>(cell)];
    if (shaken_ != 0) worth = worth / 100 * static_cast<int64_t>(60 + Mix(shaken_ + static_cast<uint64_t>(cell)) % 81);
    return worth * (1 + kBreakPenalty * untouched) / (1 + mended);
  }

  const System& system_;
  Cells& cells_;
  std::vector<Tally> tallies_;
  std::vector<int64_t> worth_;
  std::vector<int32_t> open_;  // Relations to look at again.
  std::vector<int32_t> changed_;
  Loss loss_ = {0, 0};
  uint64_t shaken_ = 0;
};

// Work that may still be done to hide less, in hidden cells judged.
class Effort {
 public:
  explicit Effort(int64_t left) : left_(left) {}
  bool Left() const { return left_ > 0; }
  void Spend(const Prover& prover) { left_ -= static_cast<int64_t>(prover.judged().size()); }

 private:
  int64_t left_;
};

// Hides until no primary can be computed. Returns how often the proof sent the choice back.
int64_t HideUntilProven(Chooser* chooser, Prover* prover, const Cells& cells, Proof* proof) {
  for (int64_t repairs = 0;; ++repairs) {
    chooser->Mend();
    *proof = prover->Prove(cells);
    if (proof->Holds()) return repairs;
    bool mended = false;
    for (const int32_t cell : proof->exposed) mended = chooser->HideNear(cell) || mended;
    if (!mended) return repairs;
  }
}

// Shows those of `candidates` again that turn out needless, dearest first. The pattern stays proven throughout.
// REQUIRES: it is, and the last proof of `prover` judged all components of the candidates as they are now.
void Trim(std::vector<int32_t> candidates, Chooser* chooser, Prover* prover, const Cells& cells, Effort* effort) {
  std::stable_sort(candidates.begin(), candidates.end(), [&](int32_t a, int32_t b) {
    return cells.values[static_cast<size_t>(a)] > cells.values[static_cast<size_t>(b)];
  });
  // A secondary that moves only together with a primary is needed: to show it would tell the primary.
  std::unordered_set<uint64_t> needed;
  const auto learn = [&] {
    for (const int32_t cell : prover->judged()) {
      if (cells.states[static_cast<size_t>(cell)] == CellState::kPrimary) needed.insert(prover->Direction(cell));
    }
    needed.erase(0);
  };
  learn();
  for (const int32_t cell : candidates) {
    if (!effort->Left()) return;
    const auto c = static_cast<size_t>(cell);
    if (cells.states[c] != CellState::kSecondary || cells.fixed[c] || needed.count(prover->Direction(cell)) > 0) continue;
    const std::vector<int32_t> shown = chooser->ShowAgain(cell);
    if (shown.empty()) continue;
    const bool holds = prover->ProveAround(cells, shown).Holds();
    effort->Spend(*prover);
    if (!holds) {
      chooser->HideAgain(shown);
      prover->ProveAround(cells, shown);
      effort->Spend(*prover);
    }
    learn();
  }
}

// Takes some secondaries that lie together away, lets the gap be mended at other costs, and goes on from the outcome when it
// hides no more cells than before; again and again ("ruin and recreate"). Ends with the pattern of the fewest cells, and of
// those the one of the smallest. Every pattern it goes on from is proven.
void Refine(const System& system, Chooser* chooser, Prover* prover, const Cells& cells, uint64_t seed, Effort* effort) {
  constexpr uint64_t kFewest = 2, kMost = 7;
  constexpr int64_t kHopeless = 2;  // So many more hidden cells are hardly trimmed away again.
  constexpr int kRepairs = 3;
  std::vector<int32_t> secondaries = Secondaries(cells), best = secondaries;
  Chooser::Loss least = chooser->loss();
  while (effort->Left() && !secondaries.empty()) {
    const int64_t before = chooser->hidden();
    chooser->Mark();
    seed = Mix(seed);
    std::vector<int32_t> taken = {secondaries[seed % secondaries.size()]};
    const size_t wanted = kFewest + (seed >> 32) % (kMost - kFewest + 1);
    for (size_t next = 0; next < taken.size() && taken.size() < wanted; ++next) {
      for (const int32_t r : system.RelationsOf(taken[next])) {
        for (const int32_t member : system.Members(r)) {
          const auto m = static_cast<size_t>(member);
          if (taken.size() == wanted || cells.states[m] != CellState::kSecondary || cells.fixed[m]) continue;
          if (std::find(taken.begin(), taken.end(), member) == taken.end()) taken.push_back(member);
        }
      }
    }
    for (const int32_t cell : taken) chooser->Take(cell);
    chooser->Shake(seed);
    bool holds = false;
    for (int repairs = 0; !holds && repairs <= kRepairs; ++repairs) {
      chooser->Mend();
      if (chooser->hidden() > before + kHopeless) break;
      const Proof proof = prover->ProveAround(cells, chooser->changed());
      effort->Spend(*prover);
      holds = proof.Holds();
      for (const int32_t cell : proof.exposed) chooser->HideNear(cell);
    }
    if (holds) {
      std::vector<int32_t> near;
      for (const int32_t changed : chooser->changed()) {
        for (const int32_t r : system.RelationsOf(changed)) {
          for (const int32_t member : system.Members(r)) {
            if (cells.states[static_cast<size_t>(member)] == CellState::kSecondary) near.push_back(member);
          }
        }
      }
      std::sort(near.begin(), near.end());
      near.erase(std::unique(near.begin(), near.end()), near.end());
      Trim(std::move(near), chooser, prover, cells, effort);
    }
    if (holds && chooser->hidden() <= before) {
      secondaries = Secondaries(cells);
      if (chooser->loss() < least) {
        least = chooser->loss();
        best = secondaries;
      }
    } else {
      chooser->Undo();
    }
  }
  chooser->Shake(0);
  chooser->Restore(best);
}

// Widens what is narrow at the relations that keep it so. Returns whether anything was hidden.
bool Widen(const Intervals& intervals, Chooser* chooser) {
  bool hidden = false;
  std::unordered_set<int32_t> opened;
  size_t left = (intervals.narrow.size() + 3) / 4;  // The next proof tells whether that did for the others too.
  for (const Intervals::Narrow& narrow : intervals.narrow) {
    if (left == 0) break;
    // What was hidden for another cell may do for this one too.
    const auto is_open = [&](int32_t relation) { return opened.count(relation) > 0; };
    if (std::any_of(narrow.relations.begin(), narrow.relations.end(), is_open)) continue;
    hidden = chooser->HideIn(narrow.relations) || chooser->HideNear(narrow.cell) || hidden;
    opened.insert(narrow.relations.begin(), narrow.relations.end());
    --left;
  }
  return hidden;
}

}  // namespace

std::string Protection::Text() const {
  if (!proof.Holds())
    return "Niet bewezen: er zijn cellen die uit de andere te berekenen zijn. De tabel mag niet worden gepubliceerd.";
  if (!intervals.Holds()) {
    return "Niet bewezen: er zijn cellen die te dicht te benaderen zijn. De tabel mag niet worden gepubliceerd.";
  }
  if (proof.hidden == 0) return "Bewezen: er is niets verborgen, want geen cel hoeft te worden beschermd.";
  return absl::StrCat(
      "Bewezen: geen beschermde cel is uit de getoonde cellen te berekenen, ook niet door wie als enige in een ",
      "cel is geteld. Verborgen cellen: ", dutch::Number(proof.hidden),
      "; onderdelen zonder onderling verband: ", dutch::Number(proof.components),
      "; vergelijkingen: ", dutch::Number(proof.equations), ", rang ", dutch::Number(proof.rank), " (gerekend modulo 2^61−1).");
}

Protection Suppress(const System& system, Cells cells, const SuppressOptions& options) {
  Protection protection{std::move(cells), {}, {}, 0};
  Chooser chooser(system, &protection.cells);
  Prover prover(system, options.seed);
  protection.repairs = HideUntilProven(&chooser, &prover, protection.cells, &protection.proof);
  if (!protection.proof.Holds()) return protection;
  Effort effort(std::min(options.effort, options.effort_per_cell * protection.proof.hidden));
  Trim(Secondaries(protection.cells), &chooser, &prover, protection.cells, &effort);
  Refine(system, &chooser, &prover, protection.cells, options.seed, &effort);
  if (options.intervals) {
    IntervalProver interval_prover(system, options.seed, kMostPrograms);
    for (;;) {
      protection.intervals = interval_prover.Prove(protection.cells);
      if (protection.intervals.Holds() || !Widen(protection.intervals, &chooser)) break;
      protection.repairs += 1 + HideUntilProven(&chooser, &prover, protection.cells, &protection.proof);
    }
  }
  protection.proof = prover.Prove(protection.cells);
  return protection;
}

}  // namespace nmd::publication::engine
