// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ACCOUNT_LEDGER_H_
#define NMD_SERVICES_CONTRACTS_ACCOUNT_LEDGER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/contracts/known_deliveries.h"
#include "services/contracts/provider_books.h"
#include "services/contracts/words.h"

namespace nmd::contracts {

// Every fact that accounts with providers are made of, by provider. Nothing is edited: what is known at a moment is a
// selection, the same for every order of arrival (T-29). About 280 bytes per line of a claim with its
// row in a statement. Not thread-safe; the views of a
// ProviderBooks stay valid as long as this lives, whatever is added.
class AccountLedger {
 public:
  // Whether a fact is one that this keeps.
  static bool Keeps(const ingestion::v1::Fact& fact);

  // Whose account a batch may change.
  struct Touched {
    bool all = false;
    std::vector<std::string> providers;
  };
  // Facts of other kinds are passed over. REQUIRES: sequences increase.
  Touched Add(const ingestion::v1::FactBatch& batch);

  // What a provider itself says it delivered in some whole months of a law.
  struct OwnRow {
    int64_t number = 0;
    absl::string_view product, unit;
    Period period;
    int64_t thousandths = 0;
    Cents amount = 0;
  };
  // Of a law and a month the statement that is known last holds, in the place of the rows that deliveries have about it.
  // REQUIRES: every row begins in `months`, and no statement of the provider that was added before is known later.
  void AddOwn(const std::string& provider, Law law, const Period& months, absl::Time known, bool confirmed,
              const std::vector<OwnRow>& rows);

  // What is known of a provider. Of several versions of an allocation the one assigned last is in force, of those the one known
  // last, then the one with the greater values; of several rows of a statement with one key likewise the last (fact.proto).
  // Cost: some nanoseconds per fact of the provider and per batch.
  ProviderBooks AsKnown(absl::string_view provider, absl::Time at) const;

  // Changes when what was said before counts otherwise, or becomes of use: a delivery was corrected or superseded, or messages
  // of a kind came in for the first time.
  int64_t revision() const { return revision_; }

  // The last moment up to `at` at which something became known or changed: AsKnown gives the same from then on.
  absl::Time KnowledgeMoment(absl::Time at) const;

  // Whether any allocation came in.
  bool HasAllocations() const { return has_allocations_; }

  // AGB codes of everybody with an allocation, claim or statement, in order.
  std::vector<std::string> Providers() const;

 private:
  friend class LiveAccount;  // Selects rows as AsKnown does, a few at a time.
  enum Kind : uint8_t { kStarts = 1, kStops = 2, kClaims = 4, kAnswers = 8, kReturns = 16 };
  struct Batch {
    absl::Time known;
    Word delivery = 0, identification = 0;
    uint8_t kinds = 0;
  };
  // As in provider_books.h.
  struct Allocation {
    uint32_t batch = 0;
    Law law = Law::kYouth;
    bool withdrawn = false;
    Word person = 0, category = 0, product = 0, unit = 0, frequency = 0;
    int64_t number = 0, assigned_second = 0, volume = 0;
    Period period;
    Cents budget = 0;
  };
  struct Care {
    uint32_t batch = 0;
    Law law = Law::kYouth;
    bool stop = false, taken_back = false;
    Word reason = 0;
    int64_t number = 0;
    Day start = 0, end = 0;
  };
  struct Line {
    uint32_t claim = 0;  // Its place in the claims.
    Word person = 0, reference = 0, previous = 0, category = 0, product = 0, unit = 0;
    Day start = 0, end = 0;
    int64_t allocation = 0, volume = 0;
    Cents tariff = 0, amount = 0;
  };
  struct Claim {
    uint32_t batch = 0;
    Law law = Law::kYouth;
    Word number = 0;
    Day dated = 0;
    Period period{0, 0};
    uint32_t first_line = 0, line_count = 0;
    Cents total = 0;
  };
  struct Answer {
    uint32_t batch = 0;
    Law law = Law::kYouth;
    bool rejected = false;
    Word number = 0, claim_identification = 0, code = 0;
    Cents submitted = 0, granted = 0;
    std::vector<std::pair<Word, Word>> lines;  // Reference and code.
  };
  struct Statement {
    uint32_t batch = 0;
    Law law = Law::kYouth;
    Word person = 0, product = 0, unit = 0;
    Period period;
    int64_t number = 0, thousandths = 0;
    Cents amount = 0;
  };
  // A message, or with `is_return` the return of one: its header says which.
  struct Message {
    uint32_t batch = 0;
    Law law = Law::kYouth;
    bool is_return = false, from_provider = false;
    int32_t type = 0;  // Of what is returned.
    Word identification = 0;
    Day dated = 0;  // Its own; 0 when not told.
  };
  struct OwnStatement {
    Law law = Law::kYouth;
    Month first = 0, after = 0;
    absl::Time known;
    bool confirmed = false;
    std::vector<Statement> rows;  // Without a batch and a person.
  };
  struct Provider {
    std::vector<Allocation> allocations;
    std::vector<Care> care;
    std::vector<Claim> claims;
    std::vector<Line> lines;
    std::vector<Answer> answers;
    std::vector<Statement> statements;
    std::vector<OwnStatement> own_statements;
    std::vector<Message> messages;
  };

  // Rows of a provider, by place in its lists.
  struct Selection {
    std::vector<uint32_t> allocations, care, claims, answers, statements;
    std::vector<uint32_t> lines;  // In any order; their claims are in `claims`.
    // Of rejected lines in answers only these, when it is given.
    const absl::flat_hash_set<Word>* references = nullptr;
    // Rows of statements of the provider itself, by statement and row.
    std::vector<std::pair<uint32_t, uint32_t>> own;
  };
  // The books of these rows. `order` has the place of every batch, which grows with its known time and delivery. Without
  // messages and without what books have of all rows together (own months, stated days, what comes in).
  ProviderBooks Assemble(const Provider& rows, const Selection& selection, const std::vector<int32_t>& order) const;
  // The statement of the provider itself that holds of each law and month, as known at a time.
  static std::map<std::pair<Law, Month>, uint32_t> OwnMonths(const Provider& rows, absl::Time at);
  static void SetKinds(uint8_t kinds, ProviderBooks* books);
  void AddMessages(const Provider& rows, const std::vector<int32_t>& order, ProviderBooks* books) const;
  // Whether batch a became known before batch b.
  bool Precedes(uint32_t a, uint32_t b) const;

  // Whose message it was; empty when it is none that is followed.
  std::string AddMessage(const ingestion::v1::FactBatch& batch, uint32_t at);

  Words words_;
  KnownDeliveries deliveries_;
  std::vector<Batch> batches_;
  std::vector<absl::Time> own_known_;  // Of statements of providers themselves, of all.
  uint8_t kinds_ = 0;                  // Of all batches together.
  bool has_allocations_ = false;
  int64_t revision_ = 0;
  absl::flat_hash_map<std::string, Provider> providers_;
};

// By the statements and own months that are in the books.
StatedDays StatedDaysOf(const ProviderBooks& books);

// Law of a fact.
Law LawOf(ingestion::v1::Law law);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ACCOUNT_LEDGER_H_
