// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/link_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/csv_reader.h"
#include "services/core/dutch.h"
#include "services/linking/engine/link.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace engine = linking::engine;

constexpr int kBarWidth = 30;

enum Role {
  kId,
  kGiven,
  kInitials,
  kPrefix,
  kFamily,
  kPartner,
  kBirth,
  kSex,
  kPostcode,
  kHouse,
  kLetter,
  kAddition,
  kStreet,
  kCity,
  kEmail,
  kPhone,
  kSsn,
  kRoles
};
struct RoleText {
  const char* name;
  const char* text;
};
constexpr std::array<RoleText, kRoles> kRoleTexts = {{{"id", "kenmerk van het record (verplicht)"},
                                                      {"given", "voornamen of roepnaam"},
                                                      {"initials", "voorletters, voor als er geen voornaam is"},
                                                      {"prefix", "tussenvoegsel (telt niet mee)"},
                                                      {"family", "achternaam"},
                                                      {"partner", "achternaam van de partner"},
                                                      {"birth", "geboortedatum"},
                                                      {"sex", "geslacht"},
                                                      {"postcode", "postcode"},
                                                      {"house", "huisnummer"},
                                                      {"letter", "huisletter"},
                                                      {"addition", "huisnummertoevoeging"},
                                                      {"street", "straat"},
                                                      {"city", "plaats"},
                                                      {"email", "e-mailadres"},
                                                      {"phone", "telefoonnummer"},
                                                      {"ssn", "bsn of ander persoonsnummer"}}};

absl::Status Refused(absl::string_view text) { return absl::FailedPreconditionError(text); }

// By role the position of its column; -1 for a role that is not used.
absl::StatusOr<std::array<int, kRoles>> ColumnsOf(const std::vector<std::string>& columns,
                                                  absl::Span<const absl::string_view> header) {
  std::array<int, kRoles> positions;
  positions.fill(-1);
  std::vector<std::string> faults;
  for (const std::string& column : columns) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(column, absl::MaxSplits('=', 1));
    const std::string name = pair.first == "bsn" ? "ssn" : pair.first;
    const auto* role = std::find_if(kRoleTexts.begin(), kRoleTexts.end(), [&](const RoleText& r) { return name == r.name; });
    if (role == kRoleTexts.end() || pair.second.empty()) {
      faults.push_back(absl::StrCat("\"", column, "\" is geen rol=kolom; rollen zijn ", LinkFileRoles()));
      continue;
    }
    int& position = positions[static_cast<size_t>(role - kRoleTexts.begin())];
    if (position >= 0) faults.push_back(absl::StrCat("rol ", name, " staat er twee keer"));
    const auto* found = std::find_if(header.begin(), header.end(),
                                     [&](absl::string_view title) { return absl::StripAsciiWhitespace(title) == pair.second; });
    if (found == header.end()) {
      faults.push_back(absl::StrCat("kolom \"", pair.second, "\" (rol ", name, ") staat niet in het bestand; dat heeft ",
                                    absl::StrJoin(header, ", ")));
    } else {
      position = static_cast<int>(found - header.begin());
    }
  }
  if (faults.empty() && positions[kId] < 0) faults.push_back("zeg met id=... welke kolom het kenmerk van het record is");
  if (faults.empty() && positions[kFamily] < 0 && positions[kGiven] < 0 && positions[kSsn] < 0 && positions[kBirth] < 0) {
    faults.push_back("geef ten minste een van given, family, birth en ssn");
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n  "));
  return positions;
}

// Something in the input that stands out: how often, and where first.
struct Remark {
  const char* text;
  int64_t count = 0, first_line = 0;
  void Add(int64_t line) {
    if (count++ == 0) first_line = line;
  }
};

// A bar on a terminal; elsewhere a line when a stage is done.
class Progress {
 public:
  explicit Progress(const Surroundings& io) : io_(io) {}
  void Show(const char* stage, int64_t done, int64_t all) {
    if (!io_.terminal || all <= 0) return;
    const auto share = static_cast<size_t>(std::clamp<int64_t>(done * kBarWidth / all, 0, kBarWidth));
    if (stage == stage_ && share == share_) return;
    stage_ = stage;
    share_ = share;
    io_.err << "\r\033[K[" << std::string(share, '#') << std::string(kBarWidth - share, '.') << "] " << stage << std::flush;
  }
  void Done(const std::string& text) {
    if (io_.terminal) io_.err << "\r\033[K";
    io_.err << text << "\n";
  }

 private:
  const Surroundings& io_;
  const char* stage_ = nullptr;
  size_t share_ = 0;
};

struct Input {
  engine::Persons persons;
  std::vector<int64_t> lines;  // Of each record, in the order they were read.
  Remark skipped_long{"regels zijn te lang en overgeslagen"};
  Remark skipped_id{"regels zonder kenmerk zijn overgeslagen"};
  Remark ragged{"regels hebben niet zoveel velden als de eerste regel"};
  Remark nameless{"records hebben geen naam"};
  Remark unborn{"geboortedatums liggen in de toekomst; ze tellen mee als typefout"};
  Remark no_date{"geboortedatums zijn niet te lezen en tellen niet mee"};
};

absl::StatusOr<Input> Read(const LinkFile& command, const Surroundings& io, Progress& progress) {
  std::error_code error;
  const auto size = static_cast<int64_t>(std::filesystem::file_size(command.input, error));
  std::ifstream file(command.input, std::ios::binary);
  if (!file || error) return absl::InvalidArgumentError(absl::StrCat(command.input, ": kan niet worden gelezen"));
  CsvReader reader(file);
  const absl::StatusOr<bool> first = reader.Next();
  if (!first.ok()) return Refused(absl::StrCat(command.input, ": ", first.status().message()));
  if (!*first) return absl::InvalidArgumentError(absl::StrCat(command.input, ": het bestand is leeg"));
  const size_t width = reader.fields().size();
  NMD_ASSIGN_OR_RETURN(const auto positions, ColumnsOf(command.columns, reader.fields()));

  // Today as digits, as births are.
  const Civil today = CivilOf(dutch::CalendarDay(io.clock.Now()));
  const uint32_t now = engine::ParseBirth(absl::StrFormat("%04d%02d%02d", today.year, today.month, today.day));

  Input input;
  std::string house;
  for (;;) {
    const absl::StatusOr<bool> next = reader.Next();
    if (!next.ok() && next.status().code() == absl::StatusCode::kOutOfRange) {
      input.skipped_long.Add(reader.line());
      continue;
    }
    if (!next.ok()) return Refused(absl::StrCat(command.input, ": ", next.status().message()));
    if (!*next) break;
    if (reader.fields().size() != width) input.ragged.Add(reader.line());
    const auto at = [&](Role role) -> absl::string_view {
      const int position = positions[role];
      if (position < 0 || static_cast<size_t>(position) >= reader.fields().size()) return {};
      return absl::StripAsciiWhitespace(reader.fields()[static_cast<size_t>(position)]);
    };
    const absl::string_view id = at(kId);
    if (id.empty()) {
      input.skipped_id.Add(reader.line());
      continue;
    }
    engine::PersonText text{at(kSsn),      at(kGiven), at(kFamily), at(kPartner), at(kBirth), at(kSex),
                            at(kPostcode), at(kHouse), at(kStreet), at(kCity),    at(kEmail), at(kPhone)};
    if (text.given.empty()) text.given = at(kInitials);
    if (!at(kLetter).empty() || !at(kAddition).empty()) {
      house = absl::StrCat(text.house, " ", at(kLetter), at(kAddition));
      text.house = house;
    }
    const uint32_t record = input.persons.Add(id, text);
    input.lines.push_back(reader.line());
    const engine::Hot& hot = input.persons.hot(record);
    if (hot.given[0] == 0 && hot.initial() == 0 && hot.family == 0) input.nameless.Add(reader.line());
    if (hot.birth > now) input.unborn.Add(reader.line());
    if (hot.birth == 0 && !text.birth.empty()) input.no_date.Add(reader.line());
    if (input.persons.size() % 4096 == 0) progress.Show("lezen", reader.bytes(), size);
  }
  return input;
}

void AppendField(std::string& row, absl::string_view field) {
  if (field.find_first_of(",\"\r\n") == absl::string_view::npos) {
    row.append(field.data(), field.size());
    return;
  }
  row.push_back('"');
  for (const char c : field) {
    if (c == '"') row.push_back('"');
    row.push_back(c);
  }
  row.push_back('"');
}

std::string Bits(engine::Millibits value) {
  return absl::StrFormat("%s%d.%03d", value < 0 ? "-" : "", std::abs(value) / 1000, std::abs(value) % 1000);
}

// A file that appears under its name only when all files were written.
class Output {
 public:
  static absl::StatusOr<Output> Open(const std::string& path) {
    Output output(path);
    if (!output.file_) return absl::InvalidArgumentError(absl::StrCat(path, ": kan niet worden geschreven"));
    return output;
  }
  void Write(absl::string_view text) { file_.write(text.data(), static_cast<std::streamsize>(text.size())); }
  absl::Status Close() {
    file_.close();
    std::error_code error;
    if (file_) std::filesystem::rename(temporary_, path_, error);
    if (!file_ || error) {
      return absl::InvalidArgumentError(absl::StrCat(path_, ": kan niet worden geschreven"));
    }
    temporary_.clear();
    return absl::OkStatus();
  }
  Output(Output&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})), file_(std::move(other.file_)) {}
  Output& operator=(Output&&) = delete;
  ~Output() {
    std::error_code error;
    if (!temporary_.empty()) std::filesystem::remove(temporary_, error);
  }

 private:
  explicit Output(const std::string& path)
      : path_(path), temporary_(path + ".deel"), file_(temporary_, std::ios::binary | std::ios::trunc) {}
  std::string path_, temporary_;
  std::ofstream file_;
};

// The id that names each cluster: the shortest of its records, then the first in order.
std::vector<uint32_t> Names(const engine::Persons& persons, const std::vector<uint32_t>& cluster) {
  std::vector<uint32_t> name(cluster.size());
  for (uint32_t i = 0; i < cluster.size(); ++i) name[i] = i;
  for (uint32_t i = 0; i < cluster.size(); ++i) {
    uint32_t& best = name[cluster[i]];
    const auto order = [&](uint32_t record) { return std::pair(persons.id(record).size(), persons.id(record)); };
    if (order(i) < order(best)) best = i;
  }
  return name;
}

std::string ClustersCsv(const engine::Persons& persons, const std::vector<uint32_t>& cluster) {
  const std::vector<uint32_t> name = Names(persons, cluster);
  std::vector<uint32_t> by_input(persons.size());
  for (uint32_t i = 0; i < persons.size(); ++i) by_input[persons.added(i)] = i;
  std::string text = "record_id,cluster_id\n";
  text.reserve(persons.size() * 24);
  for (const uint32_t i : by_input) {
    AppendField(text, persons.id(i));
    text.push_back(',');
    AppendField(text, persons.id(name[cluster[i]]));
    text.push_back('\n');
  }
  return text;
}

void WritePairs(engine::Persons& persons, const engine::LinkResult& result, Output& output) {
  static constexpr const char* kFieldKeys[engine::kFields] = {"number",  "given",  "family", "birth", "sex",
                                                              "address", "street", "city",   "email", "phone"};
  std::string row = "record_a,record_b,decision,reason,probability,weight,prior";
  for (const char* key : kFieldKeys) absl::StrAppend(&row, ",", key);
  output.Write(absl::StrCat(row, ",household,explanation,model\n"));
  const engine::Scorer scorer(result.model, persons);
  const std::string version = result.model.Version();
  const auto write = [&](uint32_t a, uint32_t b, absl::string_view decision, absl::string_view reason) {
    const engine::Explanation e = scorer.Explain(persons.hot(a), persons.hot(b));
    row.clear();
    AppendField(row, persons.id(a));
    row.push_back(',');
    AppendField(row, persons.id(b));
    absl::StrAppend(&row, ",", decision, ",", reason.empty() ? engine::ReasonName(e.decision.reason) : reason);
    absl::StrAppendFormat(&row, ",%.6f,%s,%s", engine::ProbabilityOf(e.decision.score), Bits(e.decision.score), Bits(e.prior));
    for (size_t f = 0; f < engine::kFields; ++f) absl::StrAppend(&row, ",", Bits(e.field[f] + e.rarity[f]));
    absl::StrAppend(&row, ",", Bits(e.household), ",");
    AppendField(row, engine::DutchSentence(e));
    absl::StrAppend(&row, ",", version, "\n");
    output.Write(row);
  };
  for (uint32_t i = 0; i < persons.size(); ++i) {
    if (result.first_copy[i] != i) write(result.first_copy[i], i, "linked", "zelfde record");
  }
  for (const engine::PairDecision& pair : result.pairs) {
    const bool together = result.cluster[pair.a] == result.cluster[pair.b];
    if (pair.decision.verdict == engine::Verdict::kLink) {
      write(pair.a, pair.b, together ? "linked" : "refused", together ? "" : "groep verdraagt het niet");
    } else {
      write(pair.a, pair.b, "review", "");
    }
  }
}

std::string Summary(const engine::Persons& persons, const engine::LinkResult& result) {
  int64_t clusters = 0, linked = 0, review = 0, refused = 0;
  for (uint32_t i = 0; i < persons.size(); ++i) clusters += result.cluster[i] == i;
  double wrong = 0, missed = 0;
  for (const engine::PairDecision& pair : result.pairs) {
    const double p = engine::ProbabilityOf(pair.decision.score);
    if (pair.decision.verdict == engine::Verdict::kReview) {
      ++review;
      missed += p;
    } else if (result.cluster[pair.a] == result.cluster[pair.b]) {
      ++linked;
      if (pair.decision.reason == engine::Reason::kWeight) wrong += 1 - p;
    } else {
      ++refused;
    }
  }
  return absl::StrCat(dutch::Number(persons.size()), " records zijn ", dutch::Number(clusters), " personen\n",
                      dutch::Number(result.compared), " paren vergeleken, ", dutch::Number(linked), " gekoppeld, ",
                      dutch::Number(review), " twijfelachtig, ", dutch::Number(refused), " geweigerd door hun groep, ",
                      dutch::Number(result.copies), " records zijn gelijk aan een ander\n",
                      "verwacht: ", dutch::Decimal(wrong, 1), " koppelingen te veel, ", dutch::Decimal(missed, 1),
                      " te weinig bij de twijfelachtige; koppelmodel ", result.model.Version(), "\n");
}

}  // namespace

std::string LinkFileRoles() {
  return absl::StrJoin(kRoleTexts, ", ",
                       [](std::string* out, const RoleText& role) { absl::StrAppend(out, role.name, " (", role.text, ")"); });
}

absl::StatusOr<int> RunLinkFile(const LinkFile& command, const Surroundings& io) {
  engine::LinkOptions options;
  std::optional<engine::Model> model;
  if (!command.model.empty()) {
    std::ifstream file(command.model, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return absl::InvalidArgumentError(absl::StrCat(command.model, ": kan niet worden gelezen"));
    NMD_ASSIGN_OR_RETURN(model, engine::Model::Parse(text.str()));
    options.model = &*model;
  }
  Progress progress(io);
  NMD_ASSIGN_OR_RETURN(Input input, Read(command, io, progress));
  progress.Done(absl::StrCat(dutch::Number(input.persons.size()), " records gelezen"));
  int64_t skipped = input.skipped_long.count + input.skipped_id.count;
  for (const Remark* remark :
       {&input.skipped_long, &input.skipped_id, &input.ragged, &input.nameless, &input.unborn, &input.no_date}) {
    if (remark->count == 0) continue;
    io.err << "let op: " << dutch::Number(remark->count) << " " << remark->text << " (de eerste op regel "
           << dutch::Number(remark->first_line) << ")\n";
  }

  // Outputs are opened before the work, so that a wrong path costs no time.
  NMD_ASSIGN_OR_RETURN(Output clusters, Output::Open(command.output));
  std::optional<Output> pairs, saved;
  if (!command.explain.empty()) {
    NMD_ASSIGN_OR_RETURN(Output output, Output::Open(command.explain));
    pairs.emplace(std::move(output));
  }
  if (!command.save_model.empty()) {
    NMD_ASSIGN_OR_RETURN(Output output, Output::Open(command.save_model));
    saved.emplace(std::move(output));
  }

  options.threads = command.threads > 0 ? command.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (command.certainty != .5) options.link = engine::LogOdds(command.certainty);
  options.progress = [&](int64_t done, int64_t all) { progress.Show("vergelijken", done, all); };
  input.persons.Sort();
  for (uint32_t i = 1; i < input.persons.size(); ++i) {
    if (input.persons.id(i) != input.persons.id(i - 1)) continue;
    const int64_t a = input.lines[input.persons.added(i - 1)], b = input.lines[input.persons.added(i)];
    return Refused(absl::StrCat(command.input, ": regel ", std::min(a, b), " en regel ", std::max(a, b),
                                " hebben hetzelfde kenmerk; ieder record heeft een eigen kenmerk nodig"));
  }
  const engine::LinkResult result = engine::Link(input.persons, options);
  if (result.windowed_runs > 0) {
    io.err << "let op: " << dutch::Number(result.windowed_runs)
           << " waarden komen zo vaak voor dat niet al hun records met elkaar zijn vergeleken\n";
  }
  clusters.Write(ClustersCsv(input.persons, result.cluster));
  if (pairs.has_value()) WritePairs(input.persons, result, *pairs);
  if (saved.has_value()) saved->Write(result.model.Text());
  NMD_RETURN_IF_ERROR(clusters.Close());
  if (pairs.has_value()) NMD_RETURN_IF_ERROR(pairs->Close());
  if (saved.has_value()) NMD_RETURN_IF_ERROR(saved->Close());
  if (io.terminal) io.err << "\r\033[K";
  io.out << Summary(input.persons, result);
  return skipped > 0 ? 1 : 0;
}

}  // namespace nmd::cli
