// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_AREAS_H_
#define NMD_SERVICES_COSTS_AREAS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/core/date.h"

namespace nmd::costs {

struct MonthRange;
struct PopulationCount;
struct Question;

// Which neighbourhood codes are of which years. The CBS counts inhabitants per code every year, so the codes of a year are
// those it counted for; years nobody counted tell nothing. A residence keeps the code of the year it began in, so that rows of
// a later year may have a code that is not one of that year's. That a border moved and the code stayed cannot be seen from
// this.
class Areas {
 public:
  Areas() = default;
  explicit Areas(const std::vector<PopulationCount>& populations);

  // Whether the code is of some year of the periods and not of another: what it counts there is not about one area.
  bool Changes(bool buurt, const std::string& code, const std::vector<MonthRange>& periods) const;
  // "2016 t/m 2018"; empty when the code is of every year, or of none.
  std::string YearsOf(bool buurt, const std::string& code) const;

 private:
  struct Level {
    std::set<int> years;
    std::map<std::string, std::set<int>> codes;
  };
  const Level& LevelOf(bool buurt) const { return buurt ? buurten_ : wijken_; }
  Level wijken_, buurten_;
};

// Whether any neighbourhood a cell with these values (none: the total) is about changes in the periods: one of its own, or one
// of the filters.
bool AreaChanges(const Areas& areas, const Question& question, const std::vector<std::string>& values,
                 const std::vector<MonthRange>& periods);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_AREAS_H_
