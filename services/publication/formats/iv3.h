// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_IV3_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_IV3_H_

#include <string>
#include <vector>

#include "services/core/money.h"

namespace nmd::publication::formats {

// What a ledger booked on a task field (taakveld), as valid in the year; empty: on none.
struct Iv3Line {
  std::string taakveld;
  Cents amount = 0;
};

struct Iv3Delivery {
  std::string municipality;        // "gm1730".
  std::string municipality_title;  // "Tynaarlo".
  int year = 0;
  int quarter = 0;                    // 1 to 4, or 5: the whole year.
  std::string made_time, known_time;  // "2026-03-31T12:40:00Z".
  std::string contact_name, contact_email, contact_phone;
  // Economic categories of all costs and all revenues: the ledger facts do not have one that figures know.
  std::string cost_category, revenue_category;
  std::vector<Iv3Line> costs, revenues;
};

// A delivery in the form of Iv3 JSON (CBS schema 2.1), of the actual bookings of a municipality, in euros. Lines without an
// amount are left out. What a delivery has and a monitor of social care does not know (balance sheet, indicators, other task
// fields) is left out and said in its remarks; so is what was booked without a task field. Pure.
std::string WriteIv3(const Iv3Delivery& delivery);

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_IV3_H_
