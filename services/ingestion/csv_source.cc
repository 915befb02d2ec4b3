// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/csv_source.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/core/codes.h"
#include "services/core/money.h"

namespace nmd::ingestion {
namespace {

using internal::v1::DateForm;
using internal::v1::ExportKind;
using internal::v1::MappingFile;
using internal::v1::TextEncoding;

struct FieldRule {
  absl::string_view name;
  bool required;  // Must be mapped.
};

// The fields of a kind, as mapping.proto documents them.
const std::vector<FieldRule>& FieldsOf(ExportKind kind) {
  static const auto* const fields = new std::map<ExportKind, std::vector<FieldRule>>{
      {internal::v1::CLIENTS,
       {{"bsn", false},
        {"external_id", false},
        {"surname", false},
        {"prefix", false},
        {"partner_surname", false},
        {"partner_prefix", false},
        {"initials", false},
        {"given_names", false},
        {"birth_date", true},
        {"sex", false},
        {"postcode", false},
        {"house_number", false},
        {"house_letter", false},
        {"house_addition", false},
        {"wijk", false},
        {"buurt", false},
        {"address_start", false},
        {"address_end", false}}},
      {internal::v1::REFERRALS, {{"bsn", true}, {"law", true}, {"allocation", false}, {"referrer", true}, {"date", true}}},
      {internal::v1::PRODUCT_LEVELS,
       {{"law", true}, {"product", true}, {"title", false}, {"ivn", false}, {"start", true}, {"end", false}}},
      {internal::v1::TARIFFS,
       {{"law", true},
        {"product", true},
        {"provider", false},
        {"unit", true},
        {"tariff", true},
        {"start", true},
        {"end", false}}},
      {internal::v1::POPULATION,
       {{"year", true},
        {"wijk", false},
        {"buurt", false},
        {"age_from", true},
        {"age_to", true},
        {"sex", false},
        {"count", true}}},
      {internal::v1::BUDGET, {{"line", true}, {"year", true}, {"amount", true}, {"document", true}}},
      {internal::v1::CONTRACTS,
       {{"contract", true},
        {"law", true},
        {"provider", true},
        {"provider_name", false},
        {"start", true},
        {"end", false},
        {"ceiling", false},
        {"ceiling_year", false}}},
  };
  static const auto* const none = new std::vector<FieldRule>;
  const auto found = fields->find(kind);
  return found == fields->end() ? *none : found->second;
}

// The codes a field with codes may have; null for other fields.
const std::vector<absl::string_view>* CodesOf(absl::string_view field) {
  static const auto* const codes = new std::map<absl::string_view, std::vector<absl::string_view>>{
      {"law", {"YOUTH", "WMO"}},
      {"sex", {"0", "1", "2"}},
      {"referrer", {"01", "02", "03", "04", "05", "06", "08"}},  // COD327
      {"unit", {"01", "04", "14", "16", "82", "83", "84"}},      // WJ756
      {"ivn", {"1", "2", "3", "4", "5", "6", "7", "8"}},
  };
  const auto found = codes->find(field);
  return found == codes->end() ? nullptr : &found->second;
}

bool IsCodeOf(absl::string_view field, absl::string_view code) {
  const auto* codes = CodesOf(field);
  return codes == nullptr || std::find(codes->begin(), codes->end(), code) != codes->end();
}

// What 0x80..0x9F are in Windows-1252; 0 where nothing is.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

void AppendUtf8(uint32_t point, std::string* out) {
  if (point < 0x80) {
    out->push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (point >> 6)));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | (point >> 12)));
    out->push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
}

// False when a byte stands for nothing.
bool DecodeWindows1252(std::string* text) {
  if (std::all_of(text->begin(), text->end(), absl::ascii_isascii)) return true;
  std::string decoded;
  for (const char c : *text) {
    uint32_t point = static_cast<unsigned char>(c);
    if (point >= 0x80 && point < 0xA0) point = kWindows1252[point - 0x80];
    if (point == 0 && c != 0) return false;
    AppendUtf8(point, &decoded);
  }
  *text = std::move(decoded);
  return true;
}

// RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second >= 0x90)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string Trimmed(absl::string_view text) { return std::string(absl::StripAsciiWhitespace(text)); }

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

// One row with its columns by field name; every question adds a fault when the answer is not usable.
class RowReader {
 public:
  RowReader(const MappingFile& mapping, const std::map<absl::string_view, size_t>& columns, const CsvRows::Row& row,
            std::vector<Finding>* findings)
      : mapping_(mapping), columns_(columns), row_(row), findings_(findings) {}

  bool ok() const { return ok_; }

  // Dutch; without the value.
  void Fault(absl::string_view field, absl::string_view text) {
    ok_ = false;
    const std::string place = absl::StrCat("regel ", row_.line, ", kolom ", mapping_.columns().at(std::string(field)));
    findings_->push_back({"CSV", 1, place, absl::StrCat(place, ": ", text), "", mapping_.owner(), /*fatal=*/false});
  }

  // Empty when the column is not mapped or has nothing in this row.
  std::string Text(absl::string_view field, size_t max_bytes, bool required = false) {
    const auto column = columns_.find(field);
    if (column == columns_.end()) return "";
    std::string text = Trimmed(row_.fields[column->second]);
    if (text.empty()) {
      if (required) Fault(field, "de waarde ontbreekt; vul de kolom");
    } else if (text.size() > max_bytes) {
      Fault(field, absl::StrCat("de waarde is langer dan ", max_bytes, " tekens; kort de waarde in"));
    } else if (HasControl(text)) {
      Fault(field, "de waarde bevat een stuurteken of regeleinde; verwijder dat");
    } else {
      return text;
    }
    return "";
  }

  // A word of the value map, or a code by itself.
  std::string Code(absl::string_view field, bool required = false) {
    std::string text = Text(field, 80, required);
    if (text.empty()) return "";
    const auto map = mapping_.values().find(std::string(field));
    if (map == mapping_.values().end()) {
      if (IsCodeOf(field, text)) return text;
      Fault(field, absl::StrCat("onbekende code; toegestaan: ", absl::StrJoin(*CodesOf(field), ", ")));
      return "";
    }
    std::vector<std::string> words;
    for (const auto& [word, code] : map->second.codes()) {
      if (absl::AsciiStrToLower(word) == absl::AsciiStrToLower(text)) return code;
      words.push_back(word);
    }
    std::sort(words.begin(), words.end());
    Fault(field, absl::StrCat("onbekende waarde; toegestaan: ", absl::StrJoin(words, ", ")));
    return "";
  }

  v1::Law Law() {
    const std::string code = Code("law", true);
    return code == "YOUTH" ? v1::YOUTH : code == "WMO" ? v1::WMO : v1::LAW_UNSPECIFIED;
  }

  std::optional<Day> Date(absl::string_view field, bool required = false) {
    std::string text = Text(field, 10, required);
    if (text.empty()) return std::nullopt;
    const bool dutch = mapping_.dates() == internal::v1::DUTCH_DATE;
    if (dutch && text.size() == 10 && text[2] == '-' && text[5] == '-') {
      text = absl::StrCat(text.substr(6), "-", text.substr(3, 2), "-", text.substr(0, 2));
    } else if (dutch) {
      text.clear();
    }
    std::optional<Day> day = ParseDay(text);
    if (!day) Fault(field, absl::StrCat("geen bestaande datum; schrijf ", dutch ? "dd-mm-jjjj" : "jjjj-mm-dd"));
    return day;
  }

  // Sets both; the end is the last day in the file and exclusive in the result, 0 when open.
  void Validity(absl::string_view start, absl::string_view end, int32_t* start_day, int32_t* end_day) {
    const std::optional<Day> first = Date(start, true);
    const std::optional<Day> last = Date(end);
    if (first && last && *last < *first) Fault(end, "de einddatum ligt voor de begindatum");
    *start_day = first.value_or(0);
    *end_day = last ? *last + 1 : 0;
  }

  int64_t Whole(absl::string_view field, int64_t min, int64_t max, bool required = false) {
    const std::string text = Text(field, 20, required);
    int64_t value = 0;
    if (text.empty()) return 0;
    if (!IsDigits(text) || !absl::SimpleAtoi(text, &value) || value < min || value > max) {
      Fault(field, absl::StrCat("geen geheel getal van ", min, " tot en met ", max));
      return 0;
    }
    return value;
  }

  Cents Amount(absl::string_view field, bool required, bool negative_allowed) {
    const std::string text = Text(field, 40, required);
    if (text.empty()) return 0;
    const std::optional<Cents> amount = ParseAmount(text, mapping_.decimals());
    if (!amount || (*amount < 0 && !negative_allowed)) {
      Fault(field, absl::StrCat("geen bedrag; schrijf bijvoorbeeld ",
                                mapping_.decimals() == internal::v1::COMMA ? "1.500,00" : "1,500.00"));
      return 0;
    }
    return *amount;
  }

  std::string Agb(bool required) {
    std::string text = Text("provider", 20, required);
    if (!text.empty() && !IsAgbCode(text)) Fault("provider", "geen AGB-code; een AGB-code heeft acht cijfers");
    return text;
  }

  // Spreadsheets drop a leading zero: eight digits get it back.
  std::string Bsn(bool required) {
    std::string text = Text("bsn", 20, required);
    if (text.empty()) return "";
    if (text.size() == 8) text.insert(0, "0");
    if (!IsValidBsn(text)) Fault("bsn", "geen geldig burgerservicenummer (11-proef)");
    return text;
  }

  // All fields that are mapped, lower case and joined: what identifies a row without a number.
  std::string Normalised() const {
    std::vector<std::string> fields;
    for (const auto& [field, column] : columns_) fields.push_back(absl::AsciiStrToLower(Trimmed(row_.fields[column])));
    return absl::StrJoin(fields, "\x1f");
  }

 private:
  const MappingFile& mapping_;
  const std::map<absl::string_view, size_t>& columns_;
  const CsvRows::Row& row_;
  std::vector<Finding>* const findings_;
  bool ok_ = true;
};

bool IsNeighbourhood(absl::string_view code, absl::string_view prefix, size_t digits) {
  return code.size() == prefix.size() + digits && code.substr(0, prefix.size()) == prefix &&
         IsDigits(code.substr(prefix.size()));
}

// Wijk and buurt with the CBS code form (domain-standards 4.4).
void ReadPlace(RowReader& row, std::string* wijk, std::string* buurt) {
  *wijk = row.Text("wijk", 20);
  *buurt = row.Text("buurt", 20);
  if (!wijk->empty() && !IsNeighbourhood(*wijk, "WK", 6)) row.Fault("wijk", "geen wijkcode; schrijf WK en zes cijfers");
  if (!buurt->empty() && !IsNeighbourhood(*buurt, "BU", 8)) row.Fault("buurt", "geen buurtcode; schrijf BU en acht cijfers");
}

void ReadClient(RowReader& row, const std::string& source, Day known_day, const PersonKeyMaker& person_key,
                std::vector<v1::Fact>* facts, std::vector<v1::PersonRecord>* persons) {
  v1::PersonRecord person;
  person.set_bsn(row.Bsn(false));
  const std::string external = row.Text("external_id", 100);
  person.set_birth_day(row.Date("birth_date", true).value_or(0));
  if (person.birth_day() > known_day) row.Fault("birth_date", "de datum ligt in de toekomst");
  person.set_sex(row.Code("sex"));
  if (person.sex().empty()) person.set_sex("0");
  person.set_surname(row.Text("surname", 200));
  person.set_prefix(row.Text("prefix", 10));
  person.set_partner_surname(row.Text("partner_surname", 200));
  person.set_partner_prefix(row.Text("partner_prefix", 10));
  person.set_given_names(row.Text("given_names", 200));
  person.set_initials(row.Text("initials", 20));
  std::string postcode = absl::AsciiStrToUpper(row.Text("postcode", 10));
  if (!postcode.empty() && !IsPostcode(postcode)) row.Fault("postcode", "geen postcode; schrijf vier cijfers en twee letters");
  postcode.erase(std::remove(postcode.begin(), postcode.end(), ' '), postcode.end());
  person.set_postcode(postcode);
  person.set_house_number(static_cast<int32_t>(row.Whole("house_number", 0, 99999)));
  person.set_house_letter(row.Text("house_letter", 1));
  person.set_house_addition(row.Text("house_addition", 4));
  std::string wijk, buurt;
  ReadPlace(row, &wijk, &buurt);
  const std::optional<Day> first = row.Date("address_start");
  const std::optional<Day> last = row.Date("address_end");
  const Day start = first.value_or(known_day);
  if (first && last && *last < *first) row.Fault("address_end", "de einddatum ligt voor de begindatum");
  if (!row.ok()) return;
  person.set_person_key(person_key(!person.bsn().empty() ? absl::StrCat("bsn/", source, "/", person.bsn())
                                   : !external.empty()   ? absl::StrCat(source, "/", external)
                                                         : absl::StrCat(source, "/", row.Normalised())));
  v1::PersonTraits& traits = *facts->emplace_back().mutable_person();
  traits.set_person_key(person.person_key());
  traits.set_birth_day(person.birth_day());
  traits.set_sex(person.sex());
  const int32_t end = last ? *last + 1 : 0;
  if (!wijk.empty() || !buurt.empty()) {
    v1::Residence& residence = *facts->emplace_back().mutable_residence();
    residence.set_person_key(person.person_key());
    residence.set_start_day(start);
    residence.set_end_day(end);
    residence.set_wijk(wijk);
    residence.set_buurt(buurt);
  }
  if (!person.postcode().empty()) {
    person.set_address_start_day(start);
    person.set_address_end_day(end);
  }
  persons->push_back(std::move(person));
}

void ReadReferral(RowReader& row, const std::string& source, const PersonKeyMaker& person_key, std::vector<v1::Fact>* facts,
                  std::vector<v1::PersonRecord>* persons) {
  v1::Fact fact;
  v1::Referral& referral = *fact.mutable_referral();
  const std::string bsn = row.Bsn(true);
  referral.set_law(row.Law());
  referral.set_allocation(row.Whole("allocation", 0, 999'999'999));
  referral.set_referrer(row.Code("referrer", true));
  referral.set_start_day(row.Date("date", true).value_or(0));
  if (!row.ok()) return;
  referral.set_person_key(person_key(absl::StrCat("bsn/", source, "/", bsn)));
  v1::PersonRecord& person = persons->emplace_back();
  person.set_person_key(referral.person_key());
  person.set_bsn(bsn);
  facts->push_back(std::move(fact));
}

void ReadOther(ExportKind kind, RowReader& row, std::vector<v1::Fact>* facts) {
  v1::Fact fact;
  int32_t start = 0, end = 0;
  switch (kind) {
    case internal::v1::PRODUCT_LEVELS: {
      v1::ProductLevel& level = *fact.mutable_product_level();
      level.set_law(row.Law());
      level.set_product(row.Text("product", 5, true));
      level.set_title(row.Text("title", 200));
      level.set_ivn(row.Code("ivn"));
      if (row.ok() && level.title().empty() && level.ivn().empty()) {
        row.Fault("product", "de regel heeft geen niveau en geen omschrijving; vul er minstens een");
      }
      row.Validity("start", "end", &start, &end);
      level.set_start_day(start);
      level.set_end_day(end);
      break;
    }
    case internal::v1::TARIFFS: {
      v1::Tariff& tariff = *fact.mutable_tariff();
      tariff.set_law(row.Law());
      tariff.set_product(row.Text("product", 5, true));
      tariff.set_provider(row.Agb(false));
      tariff.set_unit(row.Code("unit", true));
      tariff.set_tariff_cents(row.Amount("tariff", true, false));
      row.Validity("start", "end", &start, &end);
      tariff.set_start_day(start);
      tariff.set_end_day(end);
      break;
    }
    case internal::v1::POPULATION: {
      v1::Population& population = *fact.mutable_population();
      population.set_year(static_cast<int32_t>(row.Whole("year", 1900, 2200, true)));
      ReadPlace(row, population.mutable_wijk(), population.mutable_buurt());
      population.set_age_from(static_cast<int32_t>(row.Whole("age_from", 0, 150, true)));
      population.set_age_to(static_cast<int32_t>(row.Whole("age_to", 0, 150, true)));
      if (row.ok() && population.age_to() < population.age_from()) row.Fault("age_to", "kleiner dan de leeftijd vanaf");
      population.set_sex(row.Code("sex"));
      population.set_count(row.Whole("count", 0, 20'000'000, true));
      break;
    }
    case internal::v1::BUDGET: {
      v1::BudgetLine& line = *fact.mutable_budget_line();
      line.set_line(row.Text("line", 100, true));
      line.set_year(static_cast<int32_t>(row.Whole("year", 1900, 2200, true)));
      line.set_amount_cents(row.Amount("amount", true, true));
      line.set_document(row.Text("document", 200, true));
      break;
    }
    case internal::v1::CONTRACTS: {
      v1::Contract& contract = *fact.mutable_contract();
      contract.set_contract(row.Text("contract", 100, true));
      contract.set_law(row.Law());
      contract.set_provider(row.Agb(true));
      contract.set_provider_name(row.Text("provider_name", 200));
      row.Validity("start", "end", &start, &end);
      contract.set_start_day(start);
      contract.set_end_day(end);
      contract.set_ceiling_cents(row.Amount("ceiling", false, false));
      contract.set_ceiling_year(static_cast<int32_t>(row.Whole("ceiling_year", 1900, 2200)));
      break;
    }
    default:
      return;
  }
  if (row.ok()) facts->push_back(std::move(fact));
}

CsvReading Refused(const std::string& owner, absl::string_view place, absl::string_view text) {
  CsvReading reading;
  reading.findings.push_back({"CSV", 1, std::string(place), std::string(text), "", owner, /*fatal=*/true});
  return reading;
}

}  // namespace

std::optional<int64_t> ParseAmount(absl::string_view text, internal::v1::DecimalSign sign) {
  const char decimal = sign == internal::v1::COMMA ? ',' : '.';
  const char group = sign == internal::v1::COMMA ? '.' : ',';
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find(decimal);
  const absl::string_view whole = text.substr(0, point);
  const absl::string_view part = point == absl::string_view::npos ? "" : text.substr(point + 1);
  if (point != absl::string_view::npos && (part.empty() || part.size() > 2 || !IsDigits(part))) return std::nullopt;
  const std::vector<absl::string_view> groups = absl::StrSplit(whole, group);
  std::string digits;
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool good = i == 0 ? (groups.size() == 1 || groups[i].size() <= 3) : groups[i].size() == 3;
    if (!good || !IsDigits(groups[i])) return std::nullopt;
    absl::StrAppend(&digits, groups[i]);
  }
  absl::StrAppend(&digits, part, part.empty() ? "00" : part.size() == 1 ? "0" : "");
  int64_t cents = 0;
  if (digits.size() > 18 || !absl::SimpleAtoi(digits, &cents) || cents > 1'000'000'000'000'000) return std::nullopt;
  return negative ? -cents : cents;
}

bool CsvRows::Next(Row* row) {
  row->fields.clear();
  row->fault.clear();
  // Empty lines.
  while (at_ < text_.size() &&
         (text_[at_] == '\n' || (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n'))) {
    at_ += text_[at_] == '\n' ? 1 : 2;
    ++line_;
  }
  if (at_ >= text_.size()) return false;
  row->line = line_;
  const size_t begin = at_;
  const size_t limit = std::min(text_.size(), begin + kMaxRowBytes);
  size_t at = begin;
  int64_t lines = 0;
  bool complete = false;
  while (row->fault.empty() && !complete) {
    std::string field;
    if (at < limit && text_[at] == '"') {
      bool closed = false;
      for (++at; at < limit; ++at) {
        if (text_[at] == '\n') ++lines;
        if (text_[at] != '"') {
          field.push_back(text_[at]);
        } else if (at + 1 < limit && text_[at + 1] == '"') {
          field.push_back('"');
          ++at;
        } else {
          closed = true;
          ++at;
          break;
        }
      }
      if (!closed) {
        row->fault = "een aanhalingsteken wordt niet gesloten";
        break;
      }
    } else {
      const size_t start = at;
      while (at < limit && text_[at] != separator_ && text_[at] != '\n') ++at;
      field.assign(text_.data() + start, at - start);
      if (at < text_.size() && text_[at] == '\n' && !field.empty() && field.back() == '\r') field.pop_back();
      if (field.find('"') != std::string::npos) row->fault = "een aanhalingsteken staat midden in een veld";
    }
    row->fields.push_back(std::move(field));
    if (at < text_.size() && text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n') ++at;
    if (at >= text_.size()) {
      complete = true;
    } else if (at >= limit) {
      row->fault = absl::StrCat("de regel is langer dan ", kMaxRowBytes, " tekens");
    } else if (text_[at] == '\n') {
      ++at;
      ++lines;
      complete = true;
    } else if (text_[at] == separator_) {
      ++at;
      if (row->fields.size() >= kMaxColumns) row->fault = absl::StrCat("de regel heeft meer dan ", kMaxColumns, " kolommen");
    } else {
      row->fault = "na een gesloten aanhalingsteken volgt nog tekst";
    }
  }
  if (row->fault.empty()) {
    at_ = at;
    line_ += lines;
    return true;
  }
  const size_t end = text_.find('\n', begin);
  at_ = end == absl::string_view::npos ? text_.size() : end + 1;
  ++line_;
  return true;
}

absl::StatusOr<CsvSource> CsvSource::Make(const MappingFile& mapping) {
  std::vector<std::string> faults;
  const auto check = [&](bool good, auto&&... text) {
    if (!good) faults.push_back(absl::StrCat(text...));
  };
  const std::string& id = mapping.source();
  check(!id.empty() && id.size() <= 63 && id != "auto" &&
            std::all_of(id.begin(), id.end(),
                        [](char c) {
                          return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                                 absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
                        }),
        "source: give 1 to 63 lower-case letters, digits and dashes, and not \"auto\"");
  check(mapping.owner() == "gemeente" || mapping.owner() == "aanbieder" || mapping.owner() == "leverancier",
        "owner: give gemeente, aanbieder or leverancier");
  check(mapping.separator() == "tab" || (mapping.separator().size() == 1 && mapping.separator() != "\"" &&
                                         !absl::ascii_isalnum(static_cast<unsigned char>(mapping.separator()[0]))),
        "separator: give one character, or tab");
  const std::vector<FieldRule>& fields = FieldsOf(mapping.kind());
  check(!fields.empty(), "kind: give one of those in mapping.proto");
  const auto has = [&](absl::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [&](const FieldRule& field) { return field.name == name; });
  };
  std::set<std::string> headers;
  for (const auto& [field, header] : std::map<std::string, std::string>(mapping.columns().begin(), mapping.columns().end())) {
    check(fields.empty() || has(field), "columns.", field, ": the kind has no such field");
    check(!Trimmed(header).empty(), "columns.", field, ": give the header of the column");
    check(headers.insert(absl::AsciiStrToLower(Trimmed(header))).second, "columns.", field, ": the header is used twice");
  }
  for (const FieldRule& field : fields) {
    check(!field.required || mapping.columns().contains(std::string(field.name)), "columns: the kind needs ", field.name);
  }
  if (mapping.kind() == internal::v1::CLIENTS) {
    check(mapping.columns().contains("bsn") || mapping.columns().contains("external_id"),
          "columns: the kind needs bsn or external_id");
  }
  for (const auto& [field, map] :
       std::map<std::string, internal::v1::ValueMap>(mapping.values().begin(), mapping.values().end())) {
    check(mapping.columns().contains(field) && CodesOf(field) != nullptr, "values.", field,
          ": only a mapped field with codes can have words");
    std::vector<std::string> wrong;
    for (const auto& [word, code] : map.codes()) {
      if (!IsCodeOf(field, code)) wrong.push_back(word);
    }
    std::sort(wrong.begin(), wrong.end());
    check(wrong.empty(), "values.", field, ": no code of the field: ", absl::StrJoin(wrong, ", "));
  }
  if (!faults.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("mapping of source \"", id, "\":\n  ", absl::StrJoin(faults, "\n  ")));
  }
  CsvSource source(mapping);
  source.separator_ = mapping.separator() == "tab" ? '\t' : mapping.separator()[0];
  return source;
}

std::vector<std::string> CsvSource::Headers() const {
  std::vector<std::string> headers;
  for (const auto& [field, header] : mapping_.columns()) headers.push_back(header);
  std::sort(headers.begin(), headers.end());
  return headers;
}

CsvReading CsvSource::Read(absl::string_view bytes, Day known_day, const PersonKeyMaker& person_key) const {
  const std::string& owner = mapping_.owner();
  if (bytes.substr(0, 2) == "\xFF\xFE" || bytes.substr(0, 2) == "\xFE\xFF") {
    return Refused(owner, "bestand", "het bestand is UTF-16; sla het op als UTF-8 of Windows-1252");
  }
  if (mapping_.encoding() == internal::v1::UTF_8 && bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  const auto decode = [&](CsvRows::Row* row) {
    for (std::string& field : row->fields) {
      if (!row->fault.empty()) return;
      if (mapping_.encoding() == internal::v1::WINDOWS_1252 && !DecodeWindows1252(&field)) {
        row->fault = "de tekst is geen Windows-1252; sla het bestand opnieuw op";
      } else if (mapping_.encoding() == internal::v1::UTF_8 && !IsUtf8(field)) {
        row->fault = "de tekst is geen UTF-8; sla het bestand opnieuw op als UTF-8";
      }
    }
  };

  CsvRows rows(bytes, separator_);
  CsvRows::Row row;
  if (!rows.Next(&row)) return Refused(owner, "bestand", "het bestand is leeg; de eerste regel bevat de kolomnamen");
  decode(&row);
  if (!row.fault.empty()) {
    return Refused(owner, absl::StrCat("regel ", row.line), absl::StrCat("regel ", row.line, ", kolomnamen: ", row.fault));
  }
  std::map<std::string, std::vector<size_t>> headers;
  for (size_t i = 0; i < row.fields.size(); ++i) headers[absl::AsciiStrToLower(Trimmed(row.fields[i]))].push_back(i);
  std::map<absl::string_view, size_t> columns;
  std::vector<std::string> missing, repeated;
  for (const auto& [field, header] : mapping_.columns()) {
    const auto found = headers.find(absl::AsciiStrToLower(Trimmed(header)));
    if (found == headers.end()) {
      missing.push_back(header);
    } else if (found->second.size() > 1) {
      repeated.push_back(header);
    } else {
      columns.emplace(field, found->second.front());
    }
  }
  std::sort(missing.begin(), missing.end());
  std::sort(repeated.begin(), repeated.end());
  if (!missing.empty() || !repeated.empty()) {
    return Refused(
        owner, absl::StrCat("regel ", row.line),
        absl::StrCat(missing.empty() ? "" : absl::StrCat("ontbrekende kolommen: ", absl::StrJoin(missing, ", "), ". "),
                     repeated.empty() ? "" : absl::StrCat("dubbele kolommen: ", absl::StrJoin(repeated, ", "), ". "),
                     "Lever het bestand opnieuw aan met alle kolommen"));
  }

  const size_t width = row.fields.size();
  CsvReading reading;
  int64_t faulty = 0;
  std::vector<Finding> faults;
  while (rows.Next(&row)) {
    if (++reading.record_count > kMaxRows) {
      return Refused(owner, "bestand", absl::StrCat("het bestand heeft meer dan ", kMaxRows, " regels; splits het bestand"));
    }
    decode(&row);
    if (row.fault.empty() && row.fields.size() != width) {
      row.fault = absl::StrCat("de regel heeft ", row.fields.size(), " velden in plaats van ", width);
    }
    faults.clear();
    if (row.fault.empty()) {
      RowReader reader(mapping_, columns, row, &faults);
      if (mapping_.kind() == internal::v1::CLIENTS) {
        ReadClient(reader, id(), known_day, person_key, &reading.facts, &reading.persons);
      } else if (mapping_.kind() == internal::v1::REFERRALS) {
        ReadReferral(reader, id(), person_key, &reading.facts, &reading.persons);
      } else {
        ReadOther(mapping_.kind(), reader, &reading.facts);
      }
    } else {
      const std::string place = absl::StrCat("regel ", row.line);
      faults.push_back({"CSV", 1, place, absl::StrCat(place, ": ", row.fault), "", owner, /*fatal=*/false});
    }
    if (faults.empty()) {
      ++reading.sound_record_count;
    } else if (++faulty <= kMaxRowFindings) {
      std::move(faults.begin(), faults.end(), std::back_inserter(reading.findings));
    }
  }
  if (faulty > kMaxRowFindings) {
    reading.findings.push_back({"CSV", 1, "bestand", absl::StrCat("nog ", faulty - kMaxRowFindings, " regels met fouten"), "",
                                owner, /*fatal=*/false});
  }
  return reading;
}

}  // namespace nmd::ingestion
