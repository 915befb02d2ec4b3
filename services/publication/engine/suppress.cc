// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/engine/suppress.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <unordered_map>
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
constexpr double kNoPrice = std::numeric_limits<double>::infinity();

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
  // From here on cells cost up to 70% more or less, by chance; 0: exactly what they cost.
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

  // Hides for every exposed or narrow cell one of those it follows from, so as to serve many with one that costs little; where
  // there are none, a cell near to it. Returns false when nothing could be hidden.
  template <typename Exposed>
  bool HideAcross(const std::vector<Exposed>& exposed) {
    bool hidden = false;
    std::unordered_map<int32_t, std::vector<size_t>> serves;  // By cell that could be hidden.
    std::vector<bool> served(exposed.size(), false);
    for (size_t k = 0; k < exposed.size(); ++k) {
      if (exposed[k].by.empty()) hidden = HideNear(exposed[k].cell) || hidden;
      for (const int32_t cell : exposed[k].by) serves[cell].push_back(k);
    }
    // What one costs per cell it still serves; that only rises while others are hidden.
    const auto price = [&](int32_t cell) {
      int64_t open = 0;
      for (const size_t k : serves[cell]) open += !served[k];
      return open == 0 ? kNoPrice : static_cast<double>(Cost(cell)) / static_cast<double>(open);
    };
    std::vector<std::pair<double, int32_t>> cheapest;
    for (const auto& [cell, of] : serves) cheapest.emplace_back(price(cell), cell);
    std::make_heap(cheapest.begin(), cheapest.end(), std::greater<>());
    while (!cheapest.empty()) {
      std::pop_heap(cheapest.begin(), cheapest.end(), std::greater<>());
      const auto [at, cell] = cheapest.back();
      cheapest.pop_back();
      const double now = price(cell);
      if (now == kNoPrice || State(cell) != CellState::kShown) continue;
      if (now > at) {
        cheapest.emplace_back(now, cell);
        std::push_heap(cheapest.begin(), cheapest.end(), std::greater<>());
        continue;
      }
      Hide(cell);
      hidden = true;
      for (const size_t k : serves[cell]) served[k] = true;
    }
    return hidden;
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

  // Shows a secondary cell again.
  void Show(int32_t cell) {
    Count(cell, -1);
    State(cell) = cells_.values[static_cast<size_t>(cell)] == 0 ? CellState::kZero : CellState::kShown;
    Lose(cell, -1);
    changed_.push_back(cell);
  }
  // Shows a secondary cell again, and with it every secondary that then follows from one relation, and so on; unless that
  // leaves a cell that was hidden before alone in one: nothing need follow from it now, but something may from what is
  // published later. Returns whether it is shown.
  bool ShowNeedless(int32_t cell) {
    std::vector<int32_t> shown, next = {cell};
    while (!next.empty()) {
      const int32_t at = next.back();
      next.pop_back();
      if (State(at) != CellState::kSecondary) continue;
      Show(at);
      shown.push_back(at);
      for (const int32_t r : system_.RelationsOf(at)) {
        if (!Broken(r)) continue;
        for (const int32_t member : system_.Members(r)) {
          if (!IsHidden(State(member))) continue;
          if (IsFixed(member) || State(member) == CellState::kPrimary) {
            HideAgain(shown);
            return false;
          }
          if (!cells_.lone[static_cast<size_t>(member)]) next.push_back(member);
        }
      }
    }
    return true;
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
    int32_t idle = 0;             // Of the several, those that may be computed.
    int32_t lone = 0;             // That have one.
    bool lone_total = false;      // The total itself is hidden and has one contributor: so have its parts, and it is the same.
    bool binds = true;            // The total follows from the parts.
  };

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
        if (cells_.idle[static_cast<size_t>(cell)]) tally.idle += by;
      }
    }
  }

  // Whether the relation alone tells a hidden cell to an outsider, who knows the floors, or to a lone contributor.
  bool Broken(int32_t relation) {
    const Tally& tally = TallyOf(relation);
    if (!tally.binds || tally.several >= 2) return false;
    if (tally.several == 1 && tally.lone == 0) return tally.idle == 0;
    if (tally.several == 1) return tally.lone == 1 && tally.several_primary == 1;
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
    if (shaken_ != 0) worth = worth / 100 * static_cast<int64_t>(30 + Mix(shaken_ + static_cast<uint64_t>(cell)) % 141);
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
  // A try, which may come to nothing before a cell is judged.
  void SpendTry() { --left_; }

 private:
  int64_t left_;
};

// Hides until no primary can be computed. Returns how often the proof sent the choice back.
int64_t HideUntilProven(Chooser* chooser, Prover* prover, const Cells& cells, Proof* proof) {
  for (int64_t repairs = 0;; ++repairs) {
    chooser->Mend();
    *proof = prover->Prove(cells);
    if (proof->Holds()) return repairs;
    if (!chooser->HideAcross(proof->exposed)) return repairs;
  }
}

// Shows those of `candidates` again that turn out needless, dearest first. The pattern stays proven throughout.
// REQUIRES: it is.
void Trim(std::vector<int32_t> candidates, Chooser* chooser, Prover* prover, const Cells& cells, Effort* effort) {
  std::stable_sort(candidates.begin(), candidates.end(), [&](int32_t a, int32_t b) {
    return cells.values[static_cast<size_t>(a)] > cells.values[static_cast<size_t>(b)];
  });
  constexpr size_t kFew = 60;
  constexpr int kMostOfFew = 6, kMost = 30;
  std::unordered_set<int32_t> kept;
  const auto is_done = [&](int32_t cell) {
    const auto c = static_cast<size_t>(cell);
    return cells.states[c] != CellState::kSecondary || cells.fixed[c] || kept.count(cell) > 0;
  };
  for (;;) {
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(), is_done), candidates.end());
    if (candidates.empty() || !effort->Left()) return;
    const std::vector<int32_t> needless = prover->Needless(cells, candidates, candidates.size() < kFew ? kMostOfFew : kMost);
    effort->Spend(*prover);
    if (needless.empty()) return;
    for (const int32_t cell : needless) {
      if (!chooser->ShowNeedless(cell)) kept.insert(cell);
    }
  }
}

// Takes some secondaries that lie together away, lets the gap be mended at other costs, and goes on from the outcome when it
// hides no more cells than before; again and again ("ruin and recreate"). Ends with the pattern of the fewest cells, and of
// those the one of the smallest. Every pattern it goes on from is proven.
void Refine(const System& system, Chooser* chooser, Prover* prover, const Cells& cells, uint64_t seed, Effort* effort) {
  constexpr uint64_t kFewest = 2, kMost = 12;
  constexpr int64_t kHopeless = 2;  // So many more hidden cells are hardly trimmed away again.
  constexpr int kRepairs = 3;
  std::vector<int32_t> secondaries = Secondaries(cells), best = secondaries;
  Chooser::Loss least = chooser->loss();
  while (effort->Left() && !secondaries.empty()) {
    effort->SpendTry();
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
      chooser->HideAcross(proof.exposed);
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
      if (protection.intervals.Holds() || !chooser.HideAcross(protection.intervals.narrow)) break;
      protection.repairs += 1 + HideUntilProven(&chooser, &prover, protection.cells, &protection.proof);
    }
  }
  protection.proof = prover.Prove(protection.cells);
  return protection;
}

}  // namespace nmd::publication::engine
