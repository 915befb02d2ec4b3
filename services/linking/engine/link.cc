// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/link.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/engine/fold.h"
#include "services/linking/engine/train.h"

namespace nmd::linking::engine {
namespace {

constexpr uint32_t kAllRules = (uint32_t{1} << kMaxRules) - 1;
constexpr size_t kRunsPerTask = 128;
// Records fetched ahead of their use.
constexpr size_t kAhead = 8;

// By record the first record with the same content. What people decided about is never taken for a copy.
std::vector<uint32_t> FirstCopies(const Persons& persons, const Constraints& constraints) {
  absl::flat_hash_set<uint32_t> decided;
  for (const auto* pairs : {&constraints.cannot, &constraints.must, &constraints.same}) {
    for (const auto& [a, b] : *pairs) decided.insert({a, b});
  }
  std::vector<uint32_t> first(persons.size());
  std::vector<std::pair<uint64_t, uint32_t>> keys;
  keys.reserve(persons.size());
  for (uint32_t i = 0; i < persons.size(); ++i) {
    first[i] = i;
    if (decided.empty() || !decided.contains(i)) keys.emplace_back(ContentHash(persons.hot(i)), i);
  }
  GroupByKey(keys);
  for (size_t i = 1, group = 0; i < keys.size(); ++i) {
    if (keys[i].first != keys[group].first) {
      group = i;
    } else if (SameContent(persons.hot(keys[group].second), persons.hot(keys[i].second))) {
      first[keys[i].second] = keys[group].second;
    }
  }
  return first;
}

// Records that are no copy of another, ascending, and how many records each stands for.
struct Items {
  std::vector<uint32_t> records, copies;
};

Items ItemsOf(const std::vector<uint32_t>& first_copy) {
  Items items;
  std::vector<uint32_t> position(first_copy.size());
  for (uint32_t i = 0; i < first_copy.size(); ++i) {
    if (first_copy[i] == i) {
      position[i] = static_cast<uint32_t>(items.records.size());
      items.records.push_back(i);
      items.copies.push_back(1);
    } else {
      ++items.copies[position[first_copy[i]]];
    }
  }
  return items;
}

class PairScoring {
 public:
  PairScoring(const Persons& persons, const Blocks& blocks, const Scorer& scorer, const LinkOptions& options)
      : persons_(persons), blocks_(blocks), scorer_(scorer), options_(options) {}

  std::vector<PairDecision> Run() {
    const int threads = std::max(1, options_.threads);
    std::vector<std::vector<PairDecision>> found(static_cast<size_t>(threads));
    std::vector<std::thread> workers;
    for (int t = 1; t < threads; ++t) workers.emplace_back([&, t] { Work(found[static_cast<size_t>(t)], false); });
    Work(found[0], true);
    for (std::thread& worker : workers) worker.join();
    // The others may have done all of it.
    if (options_.progress) options_.progress(done_, blocks_.pairs());
    std::vector<PairDecision> pairs = std::move(found[0]);
    for (size_t t = 1; t < found.size(); ++t) pairs.insert(pairs.end(), found[t].begin(), found[t].end());
    // Which thread found a pair, and whether two windowed runs did, leaves no trace.
    std::sort(pairs.begin(), pairs.end(),
              [](const PairDecision& x, const PairDecision& y) { return std::pair(x.a, x.b) < std::pair(y.a, y.b); });
    pairs.erase(std::unique(pairs.begin(), pairs.end(),
                            [](const PairDecision& x, const PairDecision& y) { return x.a == y.a && x.b == y.b; }),
                pairs.end());
    return pairs;
  }

 private:
  // A pair by position in the blocks, and the rule that gave it.
  struct Candidate {
    uint32_t x, y, rule;
    Decision decision;
  };

  void Work(std::vector<PairDecision>& found, bool reports) {
    std::vector<Hot> hot;  // Side by side, so that the inner loop reads memory in order.
    std::vector<Candidate> candidates;
    for (;;) {
      const size_t from = next_.fetch_add(kRunsPerTask);
      if (from >= blocks_.runs()) return;
      int64_t pairs = 0;
      candidates.clear();
      for (size_t r = from; r < std::min(from + kRunsPerTask, blocks_.runs()); ++r) {
        const Blocks::Run run = blocks_.run(r);
        const size_t n = run.members.size();
        hot.clear();
        for (size_t k = 0; k < n; ++k) {
          if (k + kAhead < n) __builtin_prefetch(&persons_.hot(blocks_.items()[run.members[k + kAhead]]));
          hot.push_back(persons_.hot(blocks_.items()[run.members[k]]));
        }
        if (r + 1 < blocks_.runs()) {  // The next run, while this one is compared.
          const Blocks::Run next = blocks_.run(r + 1);
          for (size_t k = 0; k < std::min(kAhead, next.members.size()); ++k) {
            __builtin_prefetch(&persons_.hot(blocks_.items()[next.members[k]]));
          }
        }
        Score(run, hot, candidates);
        pairs += run.pairs();
      }
      // Only now, when what Shared reads has arrived.
      for (const Candidate& c : candidates) {
        if ((blocks_.Shared(c.x, c.y) & ((uint32_t{1} << c.rule) - 1)) != 0) continue;  // An earlier rule has the pair.
        const uint32_t a = blocks_.items()[c.x], b = blocks_.items()[c.y];
        found.push_back({std::min(a, b), std::max(a, b), c.decision});
      }
      done_ += pairs;
      if (reports && options_.progress) options_.progress(done_, blocks_.pairs());
    }
  }

  void Score(const Blocks::Run& run, const std::vector<Hot>& hot, std::vector<Candidate>& candidates) const {
    const Millibits floor = scorer_.model().review;
    const size_t n = hot.size();
    for (size_t i = 0; i + 1 < n; ++i) {
      const size_t end = run.windowed ? std::min<size_t>(n, i + 1 + kWindow) : n;
      const Hot& a = hot[i];
      for (size_t j = i + 1; j < end; ++j) {
        if (!scorer_.MayReach(a, hot[j], floor)) continue;
        const Decision decision = scorer_.Decide(a, hot[j], floor);
        if (decision.verdict == Verdict::kApart) continue;
        blocks_.Prefetch(run.members[i]);
        blocks_.Prefetch(run.members[j]);
        candidates.push_back({run.members[i], run.members[j], run.rule, decision});
      }
    }
  }

  const Persons& persons_;
  const Blocks& blocks_;
  const Scorer& scorer_;
  const LinkOptions& options_;
  std::atomic<size_t> next_{0};
  std::atomic<int64_t> done_{0};
};

}  // namespace

Model Learn(Persons& persons) {
  persons.Sort();
  const Items items = ItemsOf(FirstCopies(persons, {}));
  return Train(persons, Blocks(persons, items.records, kAllRules, /*choose=*/true), items.copies);
}

LinkResult Link(Persons& persons, const LinkOptions& options) {
  LinkResult result;
  persons.Sort();
  std::vector<uint32_t> first = FirstCopies(persons, options.constraints);
  const Items items = ItemsOf(first);
  const uint32_t rules = options.model == nullptr ? kAllRules : options.model->rules;
  Blocks blocks(persons, items.records, rules, options.model == nullptr);
  result.model = options.model == nullptr ? Train(persons, blocks, items.copies) : *options.model;
  if (options.link.has_value()) {
    result.model.link = *options.link;
    result.model.sure = std::max(result.model.sure, result.model.link);
    result.model.review = std::min(result.model.review, result.model.link);
  }
  const Scorer scorer(result.model, persons);

  // A copy says that somebody was written down twice only when one record says enough to know a person by.
  bool weak_copies = false;
  for (uint32_t i = 0; i < persons.size(); ++i) {
    if (first[i] == i) continue;
    if (scorer.Decide(persons.hot(i), persons.hot(first[i])).verdict == Verdict::kLink) {
      ++result.copies;
    } else {
      first[i] = i;
      weak_copies = true;
    }
  }
  if (weak_copies) blocks = Blocks(persons, ItemsOf(first).records, blocks.rules(), false);
  result.compared = blocks.pairs();
  result.windowed_runs = blocks.windowed_runs();
  result.pairs = PairScoring(persons, blocks, scorer, options).Run();

  std::vector<Edge> edges;
  Constraints constraints = options.constraints;
  for (const PairDecision& pair : result.pairs) {
    if (pair.decision.verdict == Verdict::kLink) {
      edges.push_back({pair.a, pair.b, pair.decision.score, pair.decision.reason == Reason::kSameNumber});
    } else if (pair.decision.reason == Reason::kNumberOfOther) {
      constraints.other.emplace_back(pair.a, pair.b);
    }
  }
  Clustering clustering = Cluster(
      persons.size(), std::move(edges), constraints, result.model.support,
      [&](uint32_t i) {
        const Hot& hot = persons.hot(i);
        return result.model.bsn && (hot.flags & Hot::kValidBsn) != 0 ? hot.number : 0;
      },
      [&](uint32_t a, uint32_t b) { return scorer.Decide(persons.hot(a), persons.hot(b)).score; });
  result.cluster = std::move(clustering.cluster);
  result.refused = std::move(clustering.refused);
  for (uint32_t i = 0; i < persons.size(); ++i) {
    if (first[i] != i) result.cluster[i] = result.cluster[first[i]];
  }
  result.first_copy = std::move(first);
  return result;
}

}  // namespace nmd::linking::engine
