// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/workbook_rows.h"

#include <libxml/parser.h>
#include <zip.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace nmd::ingestion {
namespace {

constexpr absl::string_view kDamaged = "de Excel-werkmap is beschadigd; sla haar opnieuw op als .xlsx";
constexpr absl::string_view kTooLarge = "de Excel-werkmap is uitgepakt te groot; verwijder andere gegevens of lever CSV aan";

// Bounds of the XML, far above what a spreadsheet program writes. libxml2 compares every attribute of an element with every
// other one and looks for a namespace among all that are open, so that many of either take hours.
constexpr int kMaxAttributes = 64;
constexpr int kMaxNamespaces = 128;
constexpr size_t kMaxDepth = 64;
// Equal signs since the last opening bracket: a bound for the attributes of an element that is not whole yet.
constexpr int kMaxEqualSigns = 10'000;
constexpr size_t kPieceBytes = 32 * 1024;

absl::string_view View(const xmlChar* text) {
  return text == nullptr ? absl::string_view() : absl::string_view(reinterpret_cast<const char*>(text));
}

struct Attributes {
  const xmlChar** values;
  int count;
  // Value of an attribute by local name; with `prefixed` of one in a namespace, else of one in none. Empty when absent.
  absl::string_view Get(absl::string_view name, bool prefixed = false) const {
    for (int i = 0; i < count; ++i) {
      const xmlChar** a = values + 5 * i;
      if (View(a[0]) == name && (a[2] != nullptr) == prefixed) {
        return {reinterpret_cast<const char*>(a[3]), static_cast<size_t>(a[4] - a[3])};
      }
    }
    return {};
  }
};

// What a part of the workbook holds.
class PartHandler {
 public:
  virtual ~PartHandler() = default;
  virtual void Start(absl::string_view name, const Attributes& attributes) = 0;
  virtual void End(absl::string_view name) { static_cast<void>(name); }
  virtual void Text(absl::string_view text) { static_cast<void>(text); }
};

// Unpacks and parses one part, a piece at a time.
class PartReader {
 public:
  // `limit` bounds what it is unpacked. `failure` gets what is wrong, in Dutch.
  PartReader(zip_t* zip, const std::string& name, int64_t limit, PartHandler* handler)
      : handler_(handler), limit_(limit), parser_(nullptr, xmlFreeParserCtxt), file_(nullptr, zip_fclose) {
    Open(zip, name);
  }
  PartReader(const PartReader&) = delete;
  PartReader& operator=(const PartReader&) = delete;

  // Parses the next piece. False at the end and after a failure.
  bool Step() {
    if (done_) return false;
    char piece[kPieceBytes];
    const zip_int64_t size = zip_fread(file_.get(), piece, sizeof(piece));
    read_ += size;
    if (size < 0) {
      Fail(kDamaged);
    } else if (read_ > limit_) {
      Fail(kTooLarge);
    } else if (!FewEqualSigns({piece, static_cast<size_t>(size)}) ||
               xmlParseChunk(parser_.get(), piece, static_cast<int>(size), size == 0 ? 1 : 0) != 0) {
      Fail(kDamaged);
    }
    if (size == 0) done_ = true;
    return !done_;
  }
  const std::string& failure() const { return failure_; }
  void Fail(absl::string_view text) {
    if (failure_.empty()) failure_ = std::string(text);
    done_ = true;
    if (parser_ != nullptr) xmlStopParser(parser_.get());
  }

 private:
  void Open(zip_t* zip, const std::string& name) {
    static const bool ready = [] {
      xmlInitParser();
      return true;
    }();
    static_cast<void>(ready);
    const zip_int64_t index = zip_name_locate(zip, name.c_str(), 0);
    if (index < 0) return Fail(kDamaged);
    zip_stat_t stat;
    if (zip_stat_index(zip, static_cast<zip_uint64_t>(index), 0, &stat) != 0) return Fail(kDamaged);
    // What it says of itself is refused at once; what it really is, below.
    if ((stat.valid & ZIP_STAT_SIZE) != 0 && stat.size > static_cast<zip_uint64_t>(limit_)) return Fail(kTooLarge);
    file_.reset(zip_fopen_index(zip, static_cast<zip_uint64_t>(index), 0));
    if (file_ == nullptr) return Fail(kDamaged);
    xmlSAXHandler sax = {};
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = OnStart;
    sax.endElementNs = OnEnd;
    sax.characters = sax.ignorableWhitespace = OnText;
    sax.cdataBlock = OnText;
    sax.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) { Self(self).Fail(kDamaged); };
    sax.serror = [](void*, xmlErrorPtr) {};
    parser_.reset(xmlCreatePushParserCtxt(&sax, this, nullptr, 0, nullptr));
    if (parser_ == nullptr) return Fail(kDamaged);
    xmlCtxtUseOptions(parser_.get(), XML_PARSE_NONET);
  }
  static PartReader& Self(void* self) { return *static_cast<PartReader*>(self); }
  static void OnStart(void* data, const xmlChar* name, const xmlChar*, const xmlChar*, int namespaces, const xmlChar**,
                      int attributes, int, const xmlChar** values) {
    PartReader& self = Self(data);
    if (self.done_) return;
    self.namespaces_.push_back(namespaces);
    self.open_namespaces_ += namespaces;
    if (attributes > kMaxAttributes || self.open_namespaces_ > kMaxNamespaces || self.namespaces_.size() > kMaxDepth) {
      return self.Fail(kDamaged);
    }
    self.handler_->Start(View(name), {values, attributes});
  }
  static void OnEnd(void* data, const xmlChar* name, const xmlChar*, const xmlChar*) {
    PartReader& self = Self(data);
    if (self.done_ || self.namespaces_.empty()) return;
    self.open_namespaces_ -= self.namespaces_.back();
    self.namespaces_.pop_back();
    self.handler_->End(View(name));
  }
  static void OnText(void* data, const xmlChar* text, int size) {
    if (!Self(data).done_) Self(data).handler_->Text({reinterpret_cast<const char*>(text), static_cast<size_t>(size)});
  }
  bool FewEqualSigns(absl::string_view piece) {
    for (const char c : piece) {
      if (c == '<') equal_signs_ = 0;
      if (c == '=' && ++equal_signs_ > kMaxEqualSigns) return false;
    }
    return true;
  }

  PartHandler* const handler_;
  const int64_t limit_;
  std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxtPtr)> parser_;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file_;
  int64_t read_ = 0;
  int equal_signs_ = 0;
  std::vector<int> namespaces_;  // Declared by each open element.
  int open_namespaces_ = 0;
  bool done_ = false;
  std::string failure_;
};

// Relations of a part: what other parts it has, by kind and by id.
struct Relation {
  std::string id, type, target;
};
class Relations : public PartHandler {
 public:
  void Start(absl::string_view name, const Attributes& a) override {
    if (name != "Relationship" || a.Get("TargetMode") == "External") return;
    relations.push_back({std::string(a.Get("Id")), std::string(a.Get("Type")), std::string(a.Get("Target"))});
  }
  std::vector<Relation> relations;
};

// The sheets by name, and the calendar.
class Contents : public PartHandler {
 public:
  void Start(absl::string_view name, const Attributes& a) override {
    // libxml2 hands an ampersand in an attribute over as a reference, and nothing else.
    if (name == "sheet") {
      sheets.emplace_back(absl::StrReplaceAll(a.Get("name"), {{"&#38;", "&"}}), std::string(a.Get("id", /*prefixed=*/true)));
    }
    if (name == "workbookPr") calendar_1904 = a.Get("date1904") == "1" || a.Get("date1904") == "true";
  }
  std::vector<std::pair<std::string, std::string>> sheets;  // Name and id of the relation.
  bool calendar_1904 = false;
};

// The shared strings, one after the other.
class SharedStrings : public PartHandler {
 public:
  void Start(absl::string_view name, const Attributes&) override {
    if (name == "rPh") ++phonetic_;
    in_text_ = name == "t" && phonetic_ == 0;
  }
  void End(absl::string_view name) override {
    if (name == "rPh") --phonetic_;
    if (name == "si" && ends_.size() < kMaxSharedStrings) ends_.push_back(text_.size());
    in_text_ = false;
  }
  void Text(absl::string_view text) override {
    if (in_text_) text_.append(text.data(), text.size());
  }
  std::optional<absl::string_view> At(int64_t index) const {
    if (index < 0 || static_cast<size_t>(index) >= ends_.size()) return std::nullopt;
    const size_t i = static_cast<size_t>(index), begin = i == 0 ? 0 : ends_[i - 1];
    return absl::string_view(text_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string text_;
  std::vector<size_t> ends_;
  int phonetic_ = 0;
  bool in_text_ = false;
};

// "C5" is column 2 (from 0); -1 when it is no reference.
int ColumnOf(absl::string_view reference) {
  int column = 0;
  size_t i = 0;
  for (; i < reference.size() && absl::ascii_isupper(static_cast<unsigned char>(reference[i])); ++i) {
    if (i == 3) return -1;
    column = column * 26 + (reference[i] - 'A' + 1);
  }
  return column - 1;
}

// As Excel shows a number without a format.
std::string Shown(const std::string& text) {
  double number = 0;
  if (!absl::SimpleAtod(text, &number)) return text;
  return absl::StrFormat("%.15g", number);
}

class Sheet : public PartHandler {
 public:
  Sheet(const SharedStrings* strings, int64_t first_row) : strings_(strings), first_row_(first_row) {}

  void Start(absl::string_view name, const Attributes& a) override {
    if (name == "row") {
      int64_t number = 0;
      // A row without a number, or with one that was there already, comes after the one before it.
      row_number_ =
          absl::SimpleAtoi(a.Get("r"), &number) && number > row_number_ && number <= 1'048'576 ? number : row_number_ + 1;
      row_ = Row();
      row_.line = row_number_;
      bytes_ = 0;
      column_ = -1;
      in_row_ = true;
    } else if (name == "c") {
      const int column = ColumnOf(a.Get("r"));
      column_ = column > column_ ? column : column_ + 1;
      type_ = std::string(a.Get("t"));
      value_.clear();
      has_formula_ = has_value_ = false;
      in_cell_ = true;
    } else if (name == "f") {
      has_formula_ = true;
    } else if (name == "rPh") {
      ++phonetic_;
    }
    in_text_ = in_cell_ && (name == "v" || (name == "t" && phonetic_ == 0));
    if (in_text_) has_value_ = true;
  }

  void End(absl::string_view name) override {
    in_text_ = false;
    if (name == "rPh") {
      --phonetic_;
    } else if (name == "c" && in_cell_) {
      in_cell_ = false;
      if (in_row_) EndCell();
    } else if (name == "row" && in_row_) {
      in_row_ = false;
      if (row_number_ >= first_row_ && (!row_.cells.empty() || !row_.fault.empty())) rows.push_back(std::move(row_));
    }
  }

  void Text(absl::string_view text) override {
    // Excel has no longer ones; the row is refused for it below.
    if (in_text_ && value_.size() <= kMaxRowBytes) value_.append(text.data(), text.size());
  }

  // Rows that are whole.
  std::deque<Row> rows;

 private:
  void EndCell() {
    Cell cell;
    if (!has_value_ && !has_formula_) return;  // Only its looks.
    if (!has_value_ || type_ == "e") {
      cell.type = Cell::Type::kError;
    } else if (type_ == "s") {
      int64_t index = -1;
      std::optional<absl::string_view> text;
      if (absl::SimpleAtoi(value_, &index)) text = strings_->At(index);
      if (!text) {
        row_.fault = "een cel verwijst naar een tekst die niet in de werkmap staat; sla haar opnieuw op als .xlsx";
        return;
      }
      cell.text.assign(text->data(), text->size());
    } else if (type_.empty() || type_ == "n") {
      cell.text = Shown(value_);
      cell.type = cell.text.empty() ? Cell::Type::kText : Cell::Type::kNumber;
    } else {
      cell.text = std::move(value_);
      cell.type = type_ == "d" ? Cell::Type::kIsoDate : Cell::Type::kText;
    }
    if (cell.text.empty() && cell.type == Cell::Type::kText) return;
    bytes_ += cell.text.size();
    const auto column = static_cast<size_t>(column_);
    if (column >= kMaxColumns) {
      row_.fault = absl::StrCat("de regel heeft meer dan ", kMaxColumns, " kolommen");
    } else if (bytes_ > kMaxRowBytes) {
      row_.fault = absl::StrCat("de regel is langer dan ", kMaxRowBytes, " tekens");
    }
    if (!row_.fault.empty()) {
      row_.cells.clear();
      return;
    }
    if (row_.cells.size() <= column) row_.cells.resize(column + 1);
    row_.cells[column] = std::move(cell);
  }

  const SharedStrings* const strings_;
  const int64_t first_row_;
  Row row_;
  int64_t row_number_ = 0;
  int column_ = -1;
  size_t bytes_ = 0;
  std::string type_, value_;
  int phonetic_ = 0;
  bool in_row_ = false, in_cell_ = false, in_text_ = false, has_formula_ = false, has_value_ = false;
};

// The name of a part that a relation of the part `from` points to. Example: "xl/workbook.xml" and "worksheets/sheet1.xml"
// give "xl/worksheets/sheet1.xml".
std::string Resolve(absl::string_view from, absl::string_view target) {
  std::vector<absl::string_view> path;
  if (!absl::StartsWith(target, "/")) {
    path = absl::StrSplit(from, '/');
    path.pop_back();
  }
  for (const absl::string_view part : absl::StrSplit(target, '/')) {
    if (part == "..") {
      if (!path.empty()) path.pop_back();
    } else if (!part.empty() && part != ".") {
      path.push_back(part);
    }
  }
  return absl::StrJoin(path, "/");
}

std::string RelationsOf(absl::string_view part) {
  const size_t slash = part.rfind('/');
  const absl::string_view folder = slash == absl::string_view::npos ? "" : part.substr(0, slash + 1);
  return absl::StrCat(folder, "_rels/", part.substr(folder.size()), ".rels");
}

const Relation* Find(const Relations& relations, absl::string_view type_end) {
  for (const Relation& relation : relations.relations) {
    if (absl::EndsWith(relation.type, type_end)) return &relation;
  }
  return nullptr;
}

}  // namespace

class WorkbookRows::Workbook {
 public:
  Workbook(absl::string_view bytes, absl::string_view sheet, int64_t first_row)
      : zip_(nullptr, zip_discard), sheet_(&strings_, first_row) {
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
    if (source != nullptr) zip_.reset(zip_open_from_source(source, ZIP_RDONLY, nullptr));
    if (zip_ == nullptr) {
      zip_source_free(source);
      failure_ = std::string(kDamaged);
      return;
    }
    Open(sheet);
  }

  bool Next(Row* row) {
    while (Take(row)) {
      if (width_ == 0) width_ = row->cells.size();
      if (!row->fault.empty()) return true;
      row->cells.resize(width_);
      if (std::any_of(row->cells.begin(), row->cells.end(), IsFilled)) return true;
    }
    return false;
  }

  const std::string& failure() const { return failure_; }
  bool calendar_1904() const { return contents_.calendar_1904; }

 private:
  static bool IsFilled(const Cell& cell) { return cell.type == Cell::Type::kError || !cell.text.empty(); }

  bool Take(Row* row) {
    while (sheet_.rows.empty()) {
      if (reader_ == nullptr || !failure_.empty()) return false;
      const bool more = reader_->Step();
      failure_ = reader_->failure();
      if (!failure_.empty() || (!more && sheet_.rows.empty())) return false;
    }
    *row = std::move(sheet_.rows.front());
    sheet_.rows.pop_front();
    return true;
  }

  // Reads a whole part; false with a failure.
  bool ReadPart(const std::string& name, int64_t limit, PartHandler* handler) {
    PartReader reader(zip_.get(), name, limit, handler);
    while (reader.Step()) {
    }
    failure_ = reader.failure();
    return failure_.empty();
  }

  void Open(absl::string_view sheet) {
    Relations package, relations;
    if (!ReadPart("_rels/.rels", kMaxWorkbookBytes, &package)) return;
    const Relation* document = Find(package, "/officeDocument");
    if (document == nullptr) {
      failure_ = "het bestand is een zip, maar geen Excel-werkmap; lever .xlsx of CSV aan";
      return;
    }
    const std::string workbook = Resolve("", document->target);
    if (!ReadPart(workbook, kMaxWorkbookBytes, &contents_)) return;
    if (!ReadPart(RelationsOf(workbook), kMaxWorkbookBytes, &relations)) return;
    const auto found = std::find_if(contents_.sheets.begin(), contents_.sheets.end(),
                                    [&](const auto& named) { return sheet.empty() || named.first == sheet; });
    if (found == contents_.sheets.end()) {
      failure_ = sheet.empty() ? "de Excel-werkmap heeft geen werkbladen"
                               : absl::StrCat("de Excel-werkmap heeft geen werkblad met de naam ", sheet);
      return;
    }
    const auto part = std::find_if(relations.relations.begin(), relations.relations.end(),
                                   [&](const Relation& relation) { return relation.id == found->second; });
    if (part == relations.relations.end() || !absl::EndsWith(part->type, "/worksheet")) {
      failure_ = std::string(kDamaged);
      return;
    }
    const Relation* strings = Find(relations, "/sharedStrings");
    if (strings != nullptr && !ReadPart(Resolve(workbook, strings->target), kMaxStringBytes, &strings_)) return;
    reader_ = std::make_unique<PartReader>(zip_.get(), Resolve(workbook, part->target), kMaxSheetBytes, &sheet_);
    failure_ = reader_->failure();
  }

  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_;
  Contents contents_;
  SharedStrings strings_;
  Sheet sheet_;
  std::unique_ptr<PartReader> reader_;  // Of the sheet. After the zip it reads from: goes first.
  size_t width_ = 0;                    // Of the first row; 0 before.
  std::string failure_;
};

WorkbookRows::WorkbookRows(absl::string_view bytes, absl::string_view sheet, int64_t first_row)
    : workbook_(std::make_unique<Workbook>(bytes, sheet, first_row)) {}

WorkbookRows::~WorkbookRows() = default;

bool WorkbookRows::Next(Row* row) { return workbook_->Next(row); }

std::string WorkbookRows::Failure() const { return workbook_->failure(); }

std::optional<Day> WorkbookRows::DayOfNumber(int64_t number) const {
  // From 1900-01-01 to 9999-12-31 in either calendar.
  if (workbook_->calendar_1904()) {
    if (number < 0 || number > 2'957'003) return std::nullopt;
    return DayOf(1904, 1, 1) + static_cast<Day>(number);
  }
  if (number < 1 || number == 60 || number > 2'958'465) return std::nullopt;
  return DayOf(1899, 12, number < 60 ? 31 : 30) + static_cast<Day>(number);
}

bool IsWorkbook(absl::string_view bytes) { return bytes.substr(0, 4) == "PK\x03\x04"; }

bool IsOldWorkbook(absl::string_view bytes) { return bytes.substr(0, 4) == "\xD0\xCF\x11\xE0"; }

}  // namespace nmd::ingestion
