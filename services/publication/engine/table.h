// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_TABLE_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace nmd::publication::engine {

// What protection and audit have in common, and all they have: how published numbers are written down.

// One dimension of a set of tables. A code may be summed in several ways, as a year is of months and of quarters.
struct Dimension {
  struct Sum {
    int32_t total;
    std::vector<int32_t> parts;
  };
  std::string name;
  std::vector<std::string> codes;  // Position 0 is the total of all; totals stand before their parts.
  std::vector<Sum> sums;
  // Somebody may be in several parts, as a client is in several months: the largest part <= total <= the sum of the parts.
  bool distinct = false;
};

// A cell of a publication as its owner keeps it: the value is there also when it was hidden.
struct PublishedCell {
  std::vector<int32_t> codes;  // One per dimension of the set; 0 in a dimension the table does not have.
  int64_t value = 0;
  bool primary = false;  // Must not be known.
  bool hidden = false;   // Was published without its value.
  // Was not published at all, but is part of what was: the neighbourhoods of an area that was told as one. Nobody knows that it
  // is not zero, nor that he is alone in it. REQUIRES: hidden.
  bool untold = false;
  // Was told as something near instead of shown or hidden, as when it was rounded: the value is between these, both included.
  // REQUIRES: not hidden.
  bool rounded = false;
  int64_t low = 0, high = 0;
  // Of a primary cell, how far apart the lowest and the highest value that fit must be, when more than the audit asks of all.
  int64_t apart = 0;
};

struct PublishedTable {
  std::string name;  // To say which publication an attacker used. Example: the name of the file.
  std::vector<PublishedCell> cells;
};

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_TABLE_H_
