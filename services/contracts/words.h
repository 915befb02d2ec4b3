// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_WORDS_H_
#define NMD_SERVICES_CONTRACTS_WORDS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nmd::contracts {

// The number of a text; 0 is the empty text.
using Word = uint32_t;

// Texts by number, so that a row of facts holds four bytes for each. Texts stay where they are as long as this lives, also when
// it grows on another thread; all else is as a plain value.
class Words {
 public:
  Words() { Add(""); }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  // Equal texts have equal numbers.
  Word Add(absl::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    const absl::string_view kept = Keep(text);
    const auto word = static_cast<Word>(texts_.size());
    texts_.push_back(kept);
    numbers_.emplace(kept, word);
    return word;
  }
  absl::string_view operator[](Word word) const { return texts_[word]; }

 private:
  absl::string_view Keep(absl::string_view text) {
    constexpr size_t kBlock = size_t{1} << 16;
    if (text.size() > left_) {
      left_ = std::max(kBlock, text.size());
      blocks_.push_back(std::make_unique<char[]>(left_));
      next_ = blocks_.back().get();
    }
    char* const at = next_;
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    next_ += text.size();
    left_ -= text.size();
    return {at, text.size()};
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  std::vector<absl::string_view> texts_;
  absl::flat_hash_map<absl::string_view, Word> numbers_;
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_WORDS_H_
