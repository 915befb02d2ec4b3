// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/compared_text.h"

#include "absl/strings/str_cat.h"
#include "services/core/date.h"

namespace nmd::linking {

ComparedText ComparedTextOf(const ingestion::v1::PersonRecord& record, bool number_of_nobody) {
  ComparedText text;
  if (!number_of_nobody) text.bsn = record.bsn();
  text.given = record.given_names().empty() ? record.initials() : record.given_names();
  const auto with_prefix = [](const std::string& prefix, const std::string& name) {
    return prefix.empty() || name.empty() ? name : absl::StrCat(prefix, " ", name);
  };
  text.family = with_prefix(record.prefix(), record.surname());
  text.partner = with_prefix(record.partner_prefix(), record.partner_surname());
  // DatumGebruik: 1 the day, 2 day and month, 3 all of it is not known (COD170).
  if (record.birth_day() != 0 && record.birth_date_use() != "3") {
    text.birth = FormatDay(record.birth_day());
    if (!record.birth_date_use().empty()) text.birth.replace(8, 2, "00");
    if (record.birth_date_use() == "2") text.birth.replace(5, 2, "00");
  }
  text.sex = record.sex();
  text.postcode = record.postcode();
  if (record.house_number() != 0) {
    text.house = absl::StrCat(record.house_number(), " ", record.house_letter(), " ", record.house_addition());
  }
  return text;
}

int64_t ContentHashOf(const ingestion::v1::PersonRecord& record, const Key& key) {
  ingestion::v1::PersonRecord said = record;
  said.clear_address_start_day();
  said.clear_address_end_day();
  const std::string mac = key.Derive("content").Mac(said.SerializeAsString());
  int64_t hash = 0;
  for (int i = 0; i < 8; ++i) hash = static_cast<int64_t>(static_cast<uint64_t>(hash) << 8 | static_cast<uint8_t>(mac[i]));
  return hash == 0 ? 1 : hash;
}

}  // namespace nmd::linking
