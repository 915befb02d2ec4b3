// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/link_listings.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/figures.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

using linking::v1::ClientHistory;
using linking::v1::GoldStratum;
using linking::v1::LinkDecision;
using linking::v1::LinkModel;
using linking::v1::LinkQuality;
using linking::v1::LinkSummary;
using linking::v1::ReviewItem;
using linking::v1::ReviewItemDetail;

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

Cell Count(int64_t value) { return {dutch::Number(value), absl::StrCat(value)}; }

// "1 paar", "12 paren".
std::string Counted(int64_t count, absl::string_view one, absl::string_view more) {
  return absl::StrCat(dutch::Number(count), " ", count == 1 ? one : more);
}

// Millibits as "+14,2" bits, to a tenth.
std::string Bits(int32_t millibits) {
  const std::string text = dutch::Decimal(millibits / 1000.0, 1);
  return millibits > 0 && text != "0,0" ? absl::StrCat("+", text) : text;
}

Cell BitsCell(bool present, int32_t millibits) {
  return present ? Cell{Bits(millibits), absl::StrFormat("%.3f", millibits / 1000.0)} : Cell{"", ""};
}

// "a", "a en b", "a, b en c".
std::string SourcesText(const ReviewItem& item) {
  const int last = item.sources_size() - 1;
  if (last < 1) return last < 0 ? "" : item.sources(0);
  return absl::StrCat(absl::StrJoin(item.sources().begin(), item.sources().begin() + last, ", "), " en ", item.sources(last));
}

// The model every instance begins with is in force since ever.
Cell ReleaseCell(const LinkModel& model) {
  Cell cell = MomentCell(model.release_time(), model.has_release_time());
  if (model.has_release_time() && model.release_time().seconds() == 0) cell.text = "het begin";
  return cell;
}

std::string VerdictText(linking::v1::Verdict verdict) {
  switch (verdict) {
    case linking::v1::SAME_PERSON:
      return "dezelfde persoon";
    case linking::v1::DIFFERENT_PERSONS:
      return "niet dezelfde persoon";
    default:
      return "";
  }
}

// What a decision says, in a few words. In a merge one person stands for each client.
std::string SaysText(const LinkDecision& decision) {
  switch (decision.kind()) {
    case LinkDecision::MERGE:
      return absl::StrCat("samenvoegen van ", Counted(decision.persons_size(), "cliënt", "cliënten"));
    case LinkDecision::SPLIT:
      return absl::StrCat("losmaken van ", Counted(decision.taken_out_size(), "persoon", "personen"));
    default:
      return VerdictText(decision.verdict());
  }
}

std::string StateText(const LinkDecision& decision) {
  switch (decision.state()) {
    case LinkDecision::PROPOSED:
      return "wacht op een tweede persoon";
    case LinkDecision::EFFECTIVE:
      return decision.followed() ? "geldt" : "geldt, maar wordt niet gevolgd";
    case LinkDecision::UNDONE:
      return "teruggedraaid";
    default:
      return "";
  }
}

// For the column of a table: short. The sentence is ReasonSentence.
std::string ReasonWord(linking::v1::ReviewReason reason) {
  switch (reason) {
    case linking::v1::DOUBTFUL:
      return "twijfel";
    case linking::v1::NUMBER_OF_OTHER:
      return "nummer van een ander?";
    case linking::v1::TWO_NUMBERS:
      return "twee nummers";
    case linking::v1::WEAK_SUPPORT:
      return "weinig steun";
    case linking::v1::SAMPLE:
      return "steekproef";
    default:
      return "";
  }
}

std::string ReasonSentence(linking::v1::ReviewReason reason) {
  switch (reason) {
    case linking::v1::DOUBTFUL:
      return "De gegevens lijken op elkaar, maar niet genoeg om te koppelen en te veel om dat niet te doen.";
    case linking::v1::NUMBER_OF_OTHER:
      return "Het burgerservicenummer is hetzelfde, maar naam en geboortedatum zijn van iemand anders.";
    case linking::v1::TWO_NUMBERS:
      return "De gegevens lijken van één persoon, maar er zijn twee verschillende geldige burgerservicenummers. Is het één "
             "persoon, dan is een van beide fout: laat dat verbeteren in de bron. Koppelen kan hier niet.";
    case linking::v1::WEAK_SUPPORT:
      return "Dit paar alleen lijkt genoeg, maar de andere records van beide cliënten passen er niet bij.";
    case linking::v1::SAMPLE:
      return "Dit paar is geloot voor de steekproef. Wat het model ervan vindt, blijft verborgen.";
    default:
      return "";
  }
}

std::string StratumTitle(GoldStratum::Kind kind) {
  switch (kind) {
    case GoldStratum::LINKED_BY_NUMBER:
      return "Gekoppeld op burgerservicenummer";
    case GoldStratum::LINKED_BY_WEIGHT:
      return "Gekoppeld op andere gegevens";
    case GoldStratum::OPEN:
      return "Open: wacht op een besluit";
    case GoldStratum::APART:
      return "Niet gekoppeld";
    default:
      return "Onbekend";
  }
}

std::string Padded(const std::string& text, size_t width) {
  return absl::StrCat(text, std::string(width - std::min(width, TextWidth(text)), ' '));
}

}  // namespace

std::string ChanceWord(int32_t permille) {
  return permille >= 950   ? "bijna zeker"
         : permille >= 750 ? "waarschijnlijk"
         : permille >= 250 ? "onzeker"
         : permille >= 50  ? "onwaarschijnlijk"
                           : "bijna zeker niet";
}

std::optional<LinkBounds> BoundsOf(absl::string_view model_text) {
  for (const absl::string_view line : absl::StrSplit(model_text, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    LinkBounds bounds;
    // grenzen <certain> <likelier> <open> <support>
    if (words.size() >= 4 && words[0] == "grenzen" && absl::SimpleAtoi(words[1], &bounds.linked) &&
        absl::SimpleAtoi(words[3], &bounds.open)) {
      return bounds;
    }
  }
  return std::nullopt;
}

Table LinkSummaryTable(const LinkSummary& summary) {
  Table table;
  table.columns = {{"Koppeling", "koppeling"}, {"Aantal", "aantal", true}};
  const auto add = [&](const char* text, const char* key, int64_t count) { table.rows.push_back({{text, key}, Count(count)}); };
  add("Persoonsrecords", "persoonsrecords", summary.record_count());
  add("Gekoppeld op geldig burgerservicenummer", "bsn_exact", summary.exact_bsn_count());
  add("Gekoppeld op andere gegevens", "gewogen", summary.weighed_count());
  add("Gekoppeld door een besluit van mensen", "besloten", summary.decided_count());
  add("Zonder geldig burgerservicenummer, op zichzelf", "alleen", summary.alone_count());
  add("Paren die wachten op een besluit", "open_paren", summary.open_pair_count());
  add("Cliënten", "clienten", summary.client_count());
  add("Cliënten, als alle open paren één persoon zijn", "clienten_minst", summary.least_client_count());
  add("Huishoudens", "huishoudens", summary.household_count());
  return table;
}

std::string LinkStatusText(const LinkSummary& summary, const LinkQuality& quality) {
  std::string text = quality.statement().empty() ? "" : absl::StrCat(quality.statement(), "\n");
  if (summary.open_pair_count() == 0) {
    absl::StrAppend(&text, "Er wachten geen paren op een besluit: er zijn ",
                    Counted(summary.client_count(), "cliënt", "cliënten"), ".\n");
  } else {
    absl::StrAppend(&text, Counted(summary.open_pair_count(), "paar wacht", "paren wachten"),
                    " op een besluit. Het aantal cliënten ligt daarom tussen ", dutch::Number(summary.least_client_count()),
                    " en ", dutch::Number(summary.client_count()), ".\n");
  }
  absl::StrAppend(&text, "\n", TextOf(LinkSummaryTable(summary)));
  if (summary.sources_size() > 0) {
    Table sources;
    sources.columns = {{"Bron", "bron"},
                       {"Personen", "personen", true},
                       {"Gekoppeld", "gekoppeld", true},
                       {"Niet gekoppeld", "niet_gekoppeld", true}};
    for (const auto& source : summary.sources()) {
      const auto persons = static_cast<double>(std::max<int64_t>(source.person_count(), 1));
      sources.rows.push_back(
          {Cell::Same(source.source()), Count(source.person_count()), Count(source.linked_count()),
           Cell::Same(dutch::Percent(static_cast<double>(source.person_count() - source.linked_count()) / persons))});
    }
    absl::StrAppend(&text, "\n", TextOf(sources));
  }
  if (!summary.model().empty()) absl::StrAppend(&text, "\nKoppelmodel in gebruik: ", summary.model(), "\n");
  return text;
}

Table ReviewTable(const linking::v1::ListReviewItemsResponse& response) {
  Table table;
  table.columns = {{"Paar", "paar"},
                   {"Waarom", "reden"},
                   {"Bronnen", "bronnen"},
                   {"Kans", "kans", true},
                   {"Eén persoon?", "kans_woord"},
                   {"Records", "records", true},
                   {"Open sinds", "bekend_op"},
                   {"Voorgesteld besluit", "besluit"}};
  for (const ReviewItem& item : response.items()) {
    const Cell chance = item.has_permille()
                            ? Cell{dutch::Percent(item.permille() / 1000.0), absl::StrFormat("%.3f", item.permille() / 1000.0)}
                            : Cell{"", ""};
    table.rows.push_back({Cell::Same(item.item()),
                          {ReasonWord(item.reason()), linking::v1::ReviewReason_Name(item.reason())},
                          {SourcesText(item), absl::StrJoin(item.sources(), " ")},
                          chance,
                          Cell::Same(item.has_permille() ? ChanceWord(item.permille()) : ""),
                          Count(item.record_count()),
                          MomentCell(item.known_time(), item.has_known_time()),
                          Cell::Same(IdOf(item.proposed_decision()))});
  }
  return table;
}

Table ComparedTable(const ReviewItemDetail& detail) {
  const bool blind = detail.item().reason() == linking::v1::SAMPLE;
  Table table;
  table.columns = {{"Gegeven", "gegeven"},
                   {"Eerste persoon", "persoon_a", false, 32},
                   {"Tweede persoon", "persoon_b", false, 32},
                   {"Vergelijking", "vergelijking"},
                   {blind ? "" : "Gewicht", "gewicht", true}};
  for (const auto& field : detail.fields()) {
    const auto value = [](const std::string& given) { return Cell{given.empty() ? "onbekend" : given, given}; };
    table.rows.push_back({{field.title(), field.field()},
                          value(field.value_a()),
                          value(field.value_b()),
                          Cell::Same(field.level()),
                          BitsCell(field.has_millibits(), field.millibits())});
  }
  return table;
}

std::string WaterfallText(const ReviewItemDetail& detail, const std::optional<LinkBounds>& bounds, size_t width) {
  if (detail.steps().empty() || width < 2) return "";
  // All levels that are passed, in millibits, lie on the line.
  int64_t level = 0, least = 0, most = 0;
  const auto reach = [&](int64_t at) {
    least = std::min(least, at);
    most = std::max(most, at);
  };
  for (const auto& step : detail.steps()) reach(level += step.millibits());
  if (bounds) {
    reach(bounds->open);
    reach(bounds->linked);
  }
  const int64_t range = std::max<int64_t>(most - least, 1);
  const auto columns = static_cast<int64_t>(width) - 1;
  const auto column = [&](int64_t at) { return static_cast<size_t>(((at - least) * columns + range / 2) / range); };
  const std::string total = "Samen";
  size_t titles = TextWidth(total);
  for (const auto& step : detail.steps()) titles = std::max(titles, TextWidth(step.title()));
  std::string text;
  const auto line = [&](const std::string& title, int64_t from, int64_t to, const std::string& value) {
    std::vector<absl::string_view> cells(width, " ");
    cells[column(0)] = "│";
    if (bounds) {
      cells[column(bounds->open)] = "┆";
      cells[column(bounds->linked)] = "┃";
    }
    const absl::string_view block = to >= from ? "█" : "▒";
    for (size_t i = column(std::min(from, to)); i <= column(std::max(from, to)); ++i) cells[i] = block;
    absl::StrAppend(&text, Padded(title, titles + 2), absl::StrJoin(cells, ""), "  ", value, "\n");
  };
  level = 0;
  for (const auto& step : detail.steps()) {
    line(step.title(), level, level + step.millibits(), Bits(step.millibits()));
    level += step.millibits();
  }
  line(total, 0, level, Bits(static_cast<int32_t>(level)));
  absl::StrAppend(&text, "█ pleit voor één persoon, ▒ pleit ertegen, │ nul");
  if (bounds) {
    absl::StrAppend(&text, ", ┆ vanaf ", Bits(bounds->open), " open, ┃ vanaf ", Bits(bounds->linked), " gekoppeld");
  }
  return text + ".\n";
}

std::string DetailText(const ReviewItemDetail& detail, const std::optional<LinkBounds>& bounds) {
  const ReviewItem& item = detail.item();
  std::string text = absl::StrCat("Paar ", item.item(), " uit ", SourcesText(item), "\n");
  absl::StrAppend(&text, ReasonSentence(item.reason()), "\n");
  if (item.has_permille()) {
    absl::StrAppend(&text, "Kans dat het één persoon is: ", dutch::Percent(item.permille() / 1000.0), " (",
                    ChanceWord(item.permille()), ").\n");
  }
  if (!detail.statement().empty()) absl::StrAppend(&text, detail.statement(), "\n");
  absl::StrAppend(&text, "Een besluit raakt ", Counted(item.record_count(), "record", "records"), ".\n\n",
                  TextOf(ComparedTable(detail)));
  if (const std::string waterfall = WaterfallText(detail, bounds, 48); !waterfall.empty()) {
    absl::StrAppend(&text, "\nVan vooraf naar de score, in bits: elke bit maakt één persoon twee keer zo waarschijnlijk\n",
                    waterfall);
  }
  if (!detail.client_a().empty()) {
    absl::StrAppend(&text, "\nEerste persoon: cliënt ", detail.client_a(), ", persoon ", detail.person_key_a(),
                    "\nTweede persoon: cliënt ", detail.client_b(), ", persoon ", detail.person_key_b(), "\n");
  }
  if (!detail.model().empty()) absl::StrAppend(&text, "Koppelmodel: ", detail.model(), "\n");
  if (!item.proposed_decision().empty()) {
    absl::StrAppend(&text, "Er is een besluit voorgesteld dat wacht op een tweede persoon: ", IdOf(item.proposed_decision()),
                    "\n");
  }
  return text;
}

Table DecisionTable(const std::vector<LinkDecision>& decisions) {
  Table table;
  table.columns = {{"Besluit", "besluit"},
                   {"Wat", "wat"},
                   {"Toestand", "toestand"},
                   {"Door", "voorgesteld_door"},
                   {"Op", "voorgesteld_op"},
                   {"Bevestigd door", "bevestigd_door"},
                   {"Bekend op", "bekend_op"},
                   {"Reden", "reden", false, 40},
                   {"Teruggedraaid door", "teruggedraaid_door"},
                   {"", "teruggedraaid_op"},
                   {"", "reden_terugdraaien"},
                   {"", "gevolgd"},
                   {"", "model"},
                   {"", "score", true}};
  for (const LinkDecision& decision : decisions) {
    table.rows.push_back(
        {Cell::Same(IdOf(decision.name())),
         {SaysText(decision), decision.kind() == LinkDecision::PAIR ? linking::v1::Verdict_Name(decision.verdict())
                                                                    : LinkDecision::Kind_Name(decision.kind())},
         {StateText(decision), LinkDecision::State_Name(decision.state())},
         Cell::Same(decision.proposed_by()),
         MomentCell(decision.proposed_time(), decision.has_proposed_time()),
         Cell::Same(decision.confirmed_by()),
         MomentCell(decision.known_time(), decision.has_known_time()),
         Cell::Same(decision.reason()),
         Cell::Same(decision.undone_by()),
         MomentCell(decision.undone_time(), decision.has_undone_time()),
         Cell::Same(decision.undone_reason()),
         Cell::Same(decision.followed() ? "ja" : "nee"),
         Cell::Same(decision.model()),
         BitsCell(decision.has_score_millibits(), decision.score_millibits())});
  }
  return table;
}

std::string DecisionText(const LinkDecision& decision) {
  const std::string id = IdOf(decision.name());
  std::string text = absl::StrCat("Besluit ", id, ": ", SaysText(decision), ".");
  switch (decision.state()) {
    case LinkDecision::PROPOSED:
      absl::StrAppend(&text, " Het wacht op een tweede persoon. Die bevestigt het met: nmdctl link confirm ", id);
      break;
    case LinkDecision::EFFECTIVE:
      if (decision.followed()) {
        absl::StrAppend(&text, " De koppelingen volgen het sinds ",
                        MomentCell(decision.known_time(), decision.has_known_time()).text, ".");
      } else {
        absl::StrAppend(
            &text,
            " De koppelingen volgen het niet: er zijn twee verschillende geldige burgerservicenummers, of een ander "
            "besluit zegt dat het verschillende personen zijn.");
      }
      absl::StrAppend(&text, " Terugdraaien: nmdctl link undo ", id, " --reason TEKST");
      break;
    case LinkDecision::UNDONE:
      absl::StrAppend(&text, " Het is teruggedraaid op ", MomentCell(decision.undone_time(), decision.has_undone_time()).text,
                      ". Vanaf dat moment zijn de koppelingen alsof het besluit er nooit was.");
      break;
    default:
      break;
  }
  return text;
}

Table HistoryTable(const ClientHistory& history) {
  Table table;
  table.columns = {
      {"Bekend op", "bekend_op"},     {"Wat", "wat"},    {"Bron", "bron"}, {"Persoon", "persoon"}, {"Cliënt", "andere_client"},
      {"Waarom", "tekst", false, 50}, {"Model", "model"}};
  for (const ClientHistory::Event& event : history.events()) {
    const std::string other =
        event.other_client().empty() ? "" : absl::StrCat(event.joined() ? "van " : "naar ", event.other_client());
    table.rows.push_back({MomentCell(event.known_time(), event.has_known_time()),
                          {event.joined() ? "erbij" : "weg", event.joined() ? "JOINED" : "LEFT"},
                          Cell::Same(event.source()),
                          Cell::Same(event.person_key()),
                          {other, event.other_client()},
                          Cell::Same(event.text()),
                          Cell::Same(event.model())});
  }
  return table;
}

std::string HistoryText(const ClientHistory& history) {
  std::string text = history.client().empty() ? "Deze cliënt is er niet meer: geen enkel record telt nog mee.\n"
                                              : absl::StrCat("Cliënt ", history.client(), "\n");
  if (history.aliases_size() > 0) {
    absl::StrAppend(&text, "Ook bekend als: ", absl::StrJoin(history.aliases(), ", "), "\n");
  }
  absl::StrAppend(&text, "\n", TextOf(HistoryTable(history)));
  if (history.decisions_size() > 0) {
    absl::StrAppend(&text, "\nBesluiten\n", TextOf(DecisionTable({history.decisions().begin(), history.decisions().end()})));
  }
  return text;
}

Table ExplainClientTable(const linking::v1::ExplainClientResponse& response) {
  Table table;
  table.columns = {{"Bron", "bron"}, {"Bekend op", "bekend_op"}, {"", "reden"}, {"Waarom", "tekst", false, 80}};
  for (const auto& record : response.records()) {
    table.rows.push_back({Cell::Same(record.source()), MomentCell(record.known_time(), record.has_known_time()),
                          Cell::Same(linking::v1::LinkReason_Name(record.reason())), Cell::Same(record.text())});
  }
  return table;
}

Table ModelTable(const linking::v1::ListLinkModelsResponse& response) {
  Table table;
  table.columns = {{"Model", "model"},
                   {"Gemaakt", "gemaakt"},
                   {"Records", "records", true},
                   {"In gebruik sinds", "vrijgegeven"},
                   {"Nu", "in_gebruik"},
                   {"Door", "vrijgegeven_door"},
                   {"Cliënten nu", "clienten_voor", true},
                   {"Cliënten dan", "clienten_na", true},
                   {"Personen anders", "personen_anders", true},
                   {"Reden", "reden", false, 40}};
  for (const LinkModel& model : response.models()) {
    const auto count = [&](int64_t value) { return model.has_difference() ? Count(value) : Cell{"", ""}; };
    table.rows.push_back({Cell::Same(IdOf(model.name())), MomentCell(model.create_time(), model.has_create_time()),
                          Count(model.record_count()), ReleaseCell(model), Cell::Same(model.in_force() ? "ja" : "nee"),
                          Cell::Same(model.released_by()), count(model.difference().clients_before()),
                          count(model.difference().clients_after()), count(model.difference().persons_moved()),
                          Cell::Same(model.reason())});
  }
  return table;
}

std::string ModelText(const LinkModel& model) {
  const std::string id = IdOf(model.name());
  std::string text = absl::StrCat("Koppelmodel ", id);
  if (model.record_count() == 0) {
    absl::StrAppend(&text, ", van verwachtingen vooraf.");
  } else {
    absl::StrAppend(&text, ", geleerd van ", Counted(model.record_count(), "record", "records"), ".");
  }
  if (model.in_force()) {
    absl::StrAppend(&text, " Het is in gebruik sinds ", ReleaseCell(model).text, ".");
  } else {
    absl::StrAppend(&text, " Het is niet in gebruik.");
  }
  if (model.has_difference()) {
    const LinkModel::Difference& difference = model.difference();
    absl::StrAppend(&text, "\nCliënten: nu ", dutch::Number(difference.clients_before()), ", met dit model ",
                    dutch::Number(difference.clients_after()), ". ",
                    Counted(difference.persons_moved(), "persoon komt", "personen komen"),
                    " bij een andere groep. Open paren: nu ", dutch::Number(difference.open_pairs_before()), ", met dit model ",
                    dutch::Number(difference.open_pairs_after()), ".");
  }
  if (!model.in_force()) absl::StrAppend(&text, "\nIn gebruik nemen: nmdctl link release ", id, " --reason TEKST");
  return text;
}

Table QualityTable(const LinkQuality& quality) {
  Table table;
  table.columns = {
      {"Koppelkwaliteit", "maat"}, {"Schatting", "waarde", true}, {"Zeker tussen", "laag", true}, {"en", "hoog", true}};
  const auto add = [&](const char* text, const char* key, bool present, const linking::v1::EstimatedShare& share) {
    const auto cell = [&](double value) {
      return present ? Cell{dutch::Percent(value), absl::StrFormat("%.4f", value)} : Cell{"", ""};
    };
    table.rows.push_back({{text, key}, cell(share.value()), cell(share.low()), cell(share.high())});
    if (!present) table.rows.back()[1].text = "niet te zeggen";
  };
  add("Van wat gekoppeld is, is terecht", "precisie", quality.has_precision(), quality.precision());
  add("Van wat één persoon is, is gekoppeld", "vangst", quality.has_recall(), quality.recall());
  return table;
}

Table StratumTable(const google::protobuf::RepeatedPtrField<GoldStratum>& strata) {
  Table table;
  table.columns = {{"Paren", "laag"},
                   {"Aantal", "paren", true},
                   {"Geloot", "geloot", true},
                   {"Beoordeeld", "beoordeeld", true},
                   {"Eén persoon", "zelfde", true}};
  for (const GoldStratum& stratum : strata) {
    table.rows.push_back({{StratumTitle(stratum.kind()), GoldStratum::Kind_Name(stratum.kind())},
                          Count(stratum.pair_count()),
                          Count(stratum.drawn_count()),
                          Count(stratum.labelled_count()),
                          Count(stratum.same_count())});
  }
  return table;
}

std::string QualityText(const LinkQuality& quality) {
  std::string text = absl::StrCat(quality.statement(), "\n\n", TextOf(QualityTable(quality)));
  absl::StrAppend(&text, "De grenzen gelden met 95% zekerheid.\n");
  if (quality.strata_size() > 0) absl::StrAppend(&text, "\nGouden steekproef\n", TextOf(StratumTable(quality.strata())));
  return text;
}

std::string SampleText(const linking::v1::GoldSample& sample) {
  int64_t drawn = 0, labelled = 0;
  for (const GoldStratum& stratum : sample.strata()) {
    drawn += stratum.drawn_count();
    labelled += stratum.labelled_count();
  }
  std::string text = absl::StrCat("Gouden steekproef: ", Counted(drawn, "paar", "paren"), " geloot, ", dutch::Number(labelled),
                                  " beoordeeld.\n\n", TextOf(StratumTable(sample.strata())));
  if (labelled < drawn) absl::StrAppend(&text, "\nVerder beoordelen: nmdctl link review --sample\n");
  return text;
}

}  // namespace nmd::cli
