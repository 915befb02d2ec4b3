// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/provider.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/csv_reader.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/reconciliation.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = contracts::v1;
using v1::ItemResponse;

// What a side says, in the word that is typed and shown.
constexpr std::array<std::pair<const char*, ItemResponse::Position>, 9> kPositions = {{
    {"erkend", ItemResponse::AGREED},
    {"weersproken", ItemResponse::DISPUTED},
    {"wordt-uitgezocht", ItemResponse::INVESTIGATING},
    {"wordt-gecrediteerd", ItemResponse::WILL_CREDIT},
    {"wordt-gedeclareerd", ItemResponse::WILL_DECLARE},
    {"bericht-volgt", ItemResponse::WILL_REPORT},
    {"antwoord-volgt", ItemResponse::WILL_ANSWER},
    {"toewijzing-wordt-aangepast", ItemResponse::WILL_CHANGE_ALLOCATION},
    {"afgesproken", ItemResponse::SETTLED},
}};
constexpr std::array<std::pair<const char*, ItemResponse::Reason>, 10> kReasons = {{
    {"bericht-niet-ontvangen", ItemResponse::MESSAGE_NOT_RECEIVED},
    {"andere-toewijzing", ItemResponse::ALLOCATION_DIFFERS},
    {"andere-prijs", ItemResponse::PRICE_DIFFERS},
    {"hoeveelheid-klopt", ItemResponse::QUANTITY_RIGHT},
    {"hoeveelheid-klopt-niet", ItemResponse::QUANTITY_WRONG},
    {"niet-geleverd", ItemResponse::NOT_DELIVERED},
    {"andere-periode", ItemResponse::OTHER_PERIOD},
    {"andere-gemeente", ItemResponse::OTHER_MUNICIPALITY},
    {"tikfout", ItemResponse::TYPING_FAULT},
    {"anders", ItemResponse::OTHER_REASON},
}};

template <typename Words>
std::vector<std::string> WordsOf(const Words& words) {
  std::vector<std::string> all;
  for (const auto& [word, value] : words) all.emplace_back(word);
  return all;
}
template <typename Words, typename Value>
std::string WordFor(const Words& words, Value value) {
  for (const auto& [word, of] : words) {
    if (of == value) return word;
  }
  return "";
}
template <typename Value, typename Words>
Value ValueFor(const Words& words, const std::string& word) {
  for (const auto& [known, value] : words) {
    if (word == known) return value;
  }
  return Value();
}

// The last day of a period whose end is the first day after it.
Cell LastDayCell(const std::string& end) {
  const std::optional<Day> day = ParseDay(end);
  return {day ? dutch::Date(*day - 1) : "", day ? FormatDay(*day - 1) : ""};
}
std::string LastPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string AccountPath(const Context& context, const ProviderOptions& options) {
  return absl::StrCat(context.client.parent(), "/accounts/", options.provider);
}
std::string DraftPath(const Context& context, const ProviderOptions& options) {
  return absl::StrCat(AccountPath(context, options), "/drafts/", options.law, "-", options.year);
}

absl::StatusOr<int> Follow(const Context& context, const ProviderOptions& options) {
  v1::ListItemChangesResponse all;
  all.set_next_sequence(options.after);
  for (bool first = true;; first = false) {
    const Parameters parameters = {{"after_sequence", absl::StrCat(all.next_sequence())},
                                   {"wait_seconds", absl::StrCat(first ? options.wait_seconds : 0)},
                                   {"page_size", "1000"}};
    v1::ListItemChangesResponse page;
    NMD_RETURN_IF_ERROR(context.client.Get(absl::StrCat(AccountPath(context, options), "/itemchanges"), parameters, &page));
    const bool more = page.next_sequence() != all.next_sequence() && page.changes_size() > 0;
    all.set_next_sequence(page.next_sequence());
    all.set_restarted(all.restarted() || page.restarted());
    for (v1::ItemChange& change : *page.mutable_changes()) *all.add_changes() = std::move(change);
    if (!more) break;
  }
  context.Print(all, ChangeTable(all));
  if (context.ForPeople()) {
    if (all.restarted()) context.io.out << "De lijst begint opnieuw: vergeet wat u eerder las.\n";
    context.io.out << "Volgende keer verder met --after " << all.next_sequence() << ".\n";
  }
  return 0;
}

absl::StatusOr<int> Respond(const Context& context, const ProviderOptions& options) {
  v1::RespondToItemRequest request;
  request.set_name(absl::StrCat(AccountPath(context, options), "/items/", options.item));
  request.set_position(ValueFor<ItemResponse::Position>(kPositions, options.position));
  request.set_reason(ValueFor<ItemResponse::Reason>(kReasons, options.reason));
  request.set_note(options.note);
  // A repeat of the command is another response; a repeat of the call is not.
  request.set_request_id(RandomHex(16));
  v1::ListItemResponsesResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.name(), "/_respond"), request, response.add_responses()));
  if (context.ForPeople()) {
    context.io.out << "Vastgelegd. De andere kant ziet het bij deze regel.\n";
  } else {
    context.Print(response.responses(0), ResponseTable(response));
  }
  return 0;
}

absl::StatusOr<int> Responses(const Context& context, const ProviderOptions& options) {
  v1::ListItemResponsesResponse response;
  NMD_RETURN_IF_ERROR(
      context.client.List(absl::StrCat(AccountPath(context, options), "/responses"), {{"item", options.item}}, &response));
  context.Print(response, ResponseTable(response));
  return 0;
}

absl::StatusOr<int> Draft(const Context& context, const ProviderOptions& options) {
  v1::StatementDraft draft;
  NMD_RETURN_IF_ERROR(context.client.Get(DraftPath(context, options), {}, &draft));
  context.Print(draft, StatementLineTable(draft.lines()));
  if (!context.ForPeople()) return 0;
  context.io.out << "Samen " << dutch::Euro(draft.amount_cents()) << " in " << draft.lines_size()
                 << " regels: wat de gemeente heeft toegekend en niet is teruggenomen.\n";
  if (draft.open().count() > 0) {
    context.io.out << "Er zijn nog " << dutch::Number(draft.open().count()) << " regels zonder antwoord, samen "
                   << dutch::Euro(draft.open().amount_cents()) << "; die staan er niet in.\n";
  }
  context.io.out << "Klopt dit: nmdctl provider confirm " << options.provider << " --law " << options.law << " --year "
                 << options.year << " --etag " << draft.etag()
                 << "\nKlopt het niet: lever uw eigen administratie met nmdctl provider state.\n";
  return 0;
}

absl::StatusOr<int> PrintStatement(const Context& context, const v1::ProductionStatement& statement) {
  context.Print(statement, StatementOutcomeTable(statement));
  if (context.ForPeople()) {
    context.io.out << "Verantwoording " << LastPart(statement.name()) << ": " << dutch::Number(statement.line_count())
                   << " regels, samen " << dutch::Euro(statement.amount_cents())
                   << ". Per regel: nmdctl items ... --kind statement\n";
  }
  return 0;
}

absl::StatusOr<int> Confirm(const Context& context, const ProviderOptions& options) {
  v1::ConfirmStatementDraftRequest request;
  request.set_name(DraftPath(context, options));
  request.set_etag(options.etag);
  request.set_request_id(RandomHex(16));
  v1::ProductionStatement statement;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.name(), "/_confirm"), request, &statement));
  return PrintStatement(context, statement);
}

absl::StatusOr<int> State(const Context& context, const ProviderOptions& options) {
  const std::optional<Month> first = ParseMonth(options.from),
                             last = ParseMonth(options.to.empty() ? options.from : options.to);
  FieldCheck check;
  check.Require(first.has_value(), "--from", "moet een maand zijn, zoals 2018-01");
  check.Require(last.has_value(), "--to", "moet een maand zijn, zoals 2018-03");
  std::ifstream file(options.file, std::ios::binary);
  check.Require(file.is_open(), "--file", absl::StrCat("het bestand ", options.file, " is niet te lezen"));
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_ASSIGN_OR_RETURN(const std::vector<v1::StatementLine> lines, ReadStatementLines(file));
  v1::SubmitStatementRequest request;
  request.set_parent(AccountPath(context, options));
  request.set_law(options.law);
  request.set_start_date(FormatDay(FirstDay(*first)));
  request.set_end_date(FormatDay(FirstDay(*last + 1)));
  for (const v1::StatementLine& line : lines) *request.add_lines() = line;
  request.set_request_id(RandomHex(16));
  v1::ProductionStatement statement;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.parent(), "/statements"), request, &statement));
  return PrintStatement(context, statement);
}

absl::StatusOr<int> Statements(const Context& context, const ProviderOptions& options) {
  const std::string path = absl::StrCat(AccountPath(context, options), "/statements");
  if (options.statement != 0) {
    v1::ProductionStatement statement;
    NMD_RETURN_IF_ERROR(context.client.Get(absl::StrCat(path, "/", options.statement), {}, &statement));
    context.Print(statement, StatementLineTable(statement.lines()));
    return 0;
  }
  Parameters parameters;
  if (options.year != 0) parameters.emplace_back("year", absl::StrCat(options.year));
  v1::ListStatementsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(path, parameters, &response));
  context.Print(response, StatementTable(response));
  return 0;
}

// A date as people or as machines write it.
std::optional<Day> AnyDay(absl::string_view text) {
  if (text.size() != 10 || text[2] != '-') return ParseDay(text);
  return ParseDay(absl::StrCat(text.substr(6, 4), "-", text.substr(3, 2), "-", text.substr(0, 2)));
}

// A number with so many decimals as a whole number of its smallest part: "12,5" with 3 is 12500. Nothing when it has more
// decimals or is no number. A point or a comma parts the decimals; thousands are not parted.
std::optional<int64_t> ScaledNumber(absl::string_view text, size_t decimals) {
  const size_t point = text.find_first_of(".,");
  const absl::string_view whole = text.substr(0, point);
  std::string part = point == absl::string_view::npos ? "" : std::string(text.substr(point + 1));
  const auto digits = [](absl::string_view of) {
    return std::all_of(of.begin(), of.end(), [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
  };
  if (whole.empty() || !digits(whole) || !digits(part) || part.size() > decimals || whole.size() > 12) return std::nullopt;
  part.resize(decimals, '0');
  int64_t number = 0;
  if (!absl::SimpleAtoi(absl::StrCat(whole, part), &number)) return std::nullopt;
  return number;
}

}  // namespace

absl::StatusOr<std::vector<v1::StatementLine>> ReadStatementLines(std::istream& in) {
  constexpr std::array<absl::string_view, 7> kColumns = {"toewijzing", "product",     "begin", "eind",
                                                         "eenheid",    "hoeveelheid", "bedrag"};
  constexpr size_t kNeeded = 6;  // An amount need not be told.
  CsvReader reader(in);
  FieldCheck check;
  NMD_ASSIGN_OR_RETURN(const bool has_header, reader.Next());
  std::array<std::optional<size_t>, kColumns.size()> place;
  if (has_header) {
    for (size_t at = 0; at < reader.fields().size(); ++at) {
      const std::string name = absl::AsciiStrToLower(reader.fields()[at]);
      const auto column = std::find(kColumns.begin(), kColumns.end(), name);
      if (column != kColumns.end()) place[static_cast<size_t>(column - kColumns.begin())] = at;
    }
  }
  for (size_t i = 0; i < kNeeded; ++i) {
    check.Require(place[i].has_value(), "--file", absl::StrCat("de kolom ", std::string(kColumns[i]), " ontbreekt"));
  }
  NMD_RETURN_IF_ERROR(check.Result());
  std::vector<v1::StatementLine> lines;
  while (true) {
    NMD_ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) break;
    const auto cell = [&](size_t column) {
      const bool there = place[column] && *place[column] < reader.fields().size();
      return there ? std::string(absl::StripAsciiWhitespace(reader.fields()[*place[column]])) : std::string();
    };
    const std::string path = absl::StrCat("regel ", reader.line());
    const auto need = [&](bool good, absl::string_view column, absl::string_view what) {
      check.Require(good, path, absl::StrCat(std::string(column), " ", std::string(what)));
    };
    v1::StatementLine& line = lines.emplace_back();
    int64_t allocation = 0;
    need(absl::SimpleAtoi(cell(0), &allocation) && allocation > 0, "toewijzing", "moet een nummer zijn");
    const std::optional<Day> begin = AnyDay(cell(2)), end = AnyDay(cell(3));
    need(begin.has_value(), "begin", "moet een datum zijn, zoals 2018-03-01");
    need(end.has_value(), "eind", "moet een datum zijn, zoals 2018-03-31");
    const std::optional<int64_t> volume = ScaledNumber(cell(5), 3);
    need(volume.has_value(), "hoeveelheid", "moet een getal zijn met hoogstens drie decimalen");
    const std::optional<int64_t> amount = cell(6).empty() ? std::optional<int64_t>(0) : ScaledNumber(cell(6), 2);
    need(amount.has_value(), "bedrag", "moet leeg zijn of een bedrag, zoals 1250,00");
    line.set_allocation(allocation);
    line.set_product(cell(1));
    line.set_start_date(begin ? FormatDay(*begin) : "");
    line.set_end_date(end ? FormatDay(*end + 1) : "");
    line.set_unit(cell(4));
    line.set_volume_thousandths(volume.value_or(0));
    line.set_amount_cents(amount.value_or(0));
  }
  NMD_RETURN_IF_ERROR(check.Result());
  return lines;
}

Table ChangeTable(const v1::ListItemChangesResponse& response) {
  v1::ListReconciliationItemsResponse items;
  for (const v1::ItemChange& change : response.changes()) *items.add_items() = change.item();
  Table table = ItemTable(items);
  table.columns.insert(table.columns.begin(), {{"Regel", "item"}, {"Toestand", "toestand"}});
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const v1::ItemChange& change = response.changes(static_cast<int>(i));
    table.rows[i].insert(table.rows[i].begin(),
                         {Cell::Same(LastPart(change.name())), Cell::Same(change.has_item() ? "er is" : "verdwenen")});
    // Of what went nothing is left to show.
    if (!change.has_item()) std::fill(table.rows[i].begin() + 2, table.rows[i].end(), Cell{"", ""});
  }
  return table;
}

Table ResponseTable(const v1::ListItemResponsesResponse& response) {
  Table table;
  table.columns = {{"Regel", "item"}, {"Wie", "wie"},           {"Wat", "positie"},         {"Waarom", "reden"},
                   {"Op", "op"},      {"Uitkomst", "uitkomst"}, {"Bedrag", "bedrag", true}, {"Notitie", "notitie", false, 40}};
  for (const ItemResponse& of : response.responses()) {
    // .../items/{item}/responses/{number}
    const std::string item = of.name().substr(0, of.name().rfind("/responses/"));
    table.rows.push_back({Cell::Same(LastPart(item)),
                          Cell::Same(of.side() == ItemResponse::OF_PROVIDER ? "aanbieder" : "gemeente"),
                          Cell::Same(WordFor(kPositions, of.position())), Cell::Same(WordFor(kReasons, of.reason())),
                          MomentCell(of.time(), of.has_time()), Cell::Same(v1::ReconciliationItem::Outcome_Name(of.outcome())),
                          MoneyCell(of.amount_cents()), Cell::Same(of.note())});
  }
  return table;
}

Table StatementTable(const v1::ListStatementsResponse& response) {
  Table table;
  table.columns = {{"Nummer", "nummer"},
                   {"Wet", "wet"},
                   {"Van", "van"},
                   {"Tot en met", "tot"},
                   {"Op", "op"},
                   {"Bevestigd concept", "bevestigd"},
                   {"Regels", "regels", true},
                   {"Bedrag", "bedrag", true},
                   {"Vervangen", "vervangen"}};
  for (const v1::ProductionStatement& of : response.statements()) {
    table.rows.push_back({Cell::Same(LastPart(of.name())), Cell::Same(of.law()), DayCell(of.start_date()),
                          LastDayCell(of.end_date()), MomentCell(of.time(), of.has_time()),
                          Cell::Same(of.confirmed_draft().empty() ? "nee" : "ja"), CountCell(of.line_count()),
                          MoneyCell(of.amount_cents()), Cell::Same(absl::StrJoin(of.replaced_months(), " "))});
  }
  return table;
}

Table StatementLineTable(const google::protobuf::RepeatedPtrField<v1::StatementLine>& lines) {
  Table table;
  table.columns = {{"Toewijzing", "toewijzing"}, {"Product", "product"},
                   {"Begin", "begin"},           {"Eind", "eind"},
                   {"Eenheid", "eenheid"},       {"Hoeveelheid", "hoeveelheid", true},
                   {"Bedrag", "bedrag", true}};
  for (const v1::StatementLine& line : lines) {
    const int64_t volume = line.volume_thousandths();
    table.rows.push_back(
        {Cell::Same(absl::StrCat(line.allocation())),
         Cell::Same(line.product()),
         DayCell(line.start_date()),
         LastDayCell(line.end_date()),
         Cell::Same(line.unit()),
         {dutch::Decimal(static_cast<double>(volume) / 1000.0, 3), absl::StrFormat("%d.%03d", volume / 1000, volume % 1000)},
         MoneyCell(line.amount_cents())});
  }
  return table;
}

Table StatementOutcomeTable(const v1::ProductionStatement& statement) {
  Table table;
  table.columns = {{"Uitkomst", "uitkomst"}, {"Wie", "wie"}, {"Aantal", "aantal", true}, {"Bedrag", "bedrag", true}};
  for (const auto& count : statement.outcomes()) {
    const auto actor = count.actor();
    table.rows.push_back({{count.title(), v1::ReconciliationItem::Outcome_Name(count.outcome())},
                          Cell::Same(actor == v1::ReconciliationItem::CARE_PROVIDER  ? "aanbieder"
                                     : actor == v1::ReconciliationItem::MUNICIPALITY ? "gemeente"
                                                                                     : "niemand"),
                          CountCell(count.items().count()),
                          MoneyCell(count.items().amount_cents())});
  }
  return table;
}

void AddProviderCommands(CLI::App& app, ProviderOptions& options, const Perform& perform) {
  CLI::App* provider = app.add_subcommand("provider", "Wat een aanbieder met zijn rekening doet");
  provider->fallthrough();
  provider->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, absl::StatusOr<int> (*run)(const Context&, const ProviderOptions&)) {
    CLI::App* sub = provider->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    sub->add_option("provider", options.provider, "AGB-code")->required();
    return sub;
  };
  const auto add_law = [&](CLI::App* sub) {
    sub->add_option("--law", options.law, "jeugdwet of wmo")->required()->check(CLI::IsMember({"jeugdwet", "wmo"}));
  };
  CLI::App* follow = add("follow", "Wat er op de rekening kwam, veranderde of verdween", &Follow);
  follow->add_option("--after", options.after, "Verder vanaf waar het de vorige keer ophield");
  follow->add_option("--wait", options.wait_seconds, "Hooguit zoveel seconden wachten als er niets is")
      ->check(CLI::Range(0, 30));

  CLI::App* respond = add("respond", "Reageren op een regel van de rekening", &Respond);
  respond->add_option("item", options.item, "Regel, zoals nmdctl provider follow die noemt")->required();
  respond->add_option("--position", options.position, "Wat u ervan vindt")
      ->required()
      ->check(CLI::IsMember(WordsOf(kPositions)));
  respond->add_option("--reason", options.reason, "Waarom")->check(CLI::IsMember(WordsOf(kReasons)));
  respond->add_option("--note", options.note, "Toelichting, zonder namen van personen");

  add("responses", "Wat beide kanten over regels zeiden", &Responses)
      ->add_option("--item", options.item, "Alleen over deze regel");

  CLI::App* draft = add("draft", "De verantwoording van een jaar zoals de gemeente die heeft", &Draft);
  CLI::App* confirm = add("confirm", "Bevestigen dat het concept is wat er is geleverd", &Confirm);
  for (CLI::App* sub : {draft, confirm}) {
    add_law(sub);
    sub->add_option("--year", options.year, "Kalenderjaar")->required();
  }
  confirm->add_option("--etag", options.etag, "Van het concept dat u las")->required();

  CLI::App* state = add("state", "De eigen administratie leveren: alles wat in deze maanden is geleverd", &State);
  add_law(state);
  state->add_option("--from", options.from, "Eerste maand, zoals 2018-01")->required();
  state->add_option("--to", options.to, "Laatste maand, die meetelt; anders alleen de eerste");
  state->add_option("--file", options.file, "CSV met toewijzing, product, begin, eind, eenheid, hoeveelheid en bedrag")
      ->required();

  CLI::App* statements = add("statements", "Wat eerder is verantwoord", &Statements);
  statements->add_option("--year", options.year, "Alleen dit kalenderjaar");
  statements->add_option("--number", options.statement, "De regels van deze verantwoording");
}

}  // namespace nmd::cli
