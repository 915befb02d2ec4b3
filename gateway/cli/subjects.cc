// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/subjects.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <istream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "services/core/dutch.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = linking::v1;

constexpr int kExportPage = 1000;

std::string Path(const Context& context, const char* what) { return absl::StrCat(context.client.parent(), "/", what); }

Cell Count(int64_t value) { return {dutch::Number(value), absl::StrCat(value)}; }

// "31-12-1980" of a whole date; what is known of one that is not.
std::string BirthText(const std::string& birth) {
  const std::optional<Day> day = ParseDay(birth);
  return day ? dutch::Date(*day) : birth;
}

// COD046.
std::string SexText(const std::string& code) {
  if (code == "1") return "man";
  if (code == "2") return "vrouw";
  return code == "9" ? "niet gespecificeerd" : "onbekend";
}

std::string MethodText(const std::string& method) {
  if (method == "FindSubjects") return "opgezocht";
  if (method == "ExportSubject") return "overzicht gemaakt";
  if (method == "EraseSubject") return "gewist";
  if (method == "ExportLinks") return "koppelingen uitgevoerd";
  return method == "ShowReviewItem" ? "paar bekeken" : method;
}

// The number on the first line.
absl::StatusOr<std::string> ReadBsn(const SubjectOptions& options, const Context& context) {
  std::string line;
  if (!options.bsn_file.empty()) {
    std::ifstream file(options.bsn_file);
    if (!std::getline(file, line))
      return absl::InvalidArgumentError("--bsn-file: het bestand kan niet worden gelezen of is leeg");
  } else {
    if (context.io.terminal) context.io.err << "Burgerservicenummer: " << std::flush;
    if (context.io.in == nullptr || !std::getline(*context.io.in, line)) {
      return absl::InvalidArgumentError("--bsn: geef het burgerservicenummer op de standaardinvoer");
    }
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

Table SubjectTable(const v1::FindSubjectsResponse& response) {
  Table table;
  table.columns = {{"Cliënt", "client"},   {"Geboren", "geboortedatum"},   {"Achternaam", "achternaam"},
                   {"Bronnen", "bronnen"}, {"Gegevens", "gegevens", true}, {"Laatst bekend", "laatst_bekend"}};
  for (const v1::Subject& subject : response.subjects()) {
    int64_t records = 0;
    std::vector<std::string> sources;
    google::protobuf::Timestamp newest;
    for (const v1::SubjectSource& source : subject.sources()) {
      records += source.record_count();
      sources.push_back(source.source());
      if (source.last_known_time().seconds() >= newest.seconds()) newest = source.last_known_time();
    }
    table.rows.push_back({Cell::Same(subject.client()),
                          {BirthText(subject.birth_date()), subject.birth_date()},
                          Cell::Same(subject.surname()),
                          Cell::Same(absl::StrJoin(sources, " ")),
                          Count(records),
                          MomentCell(newest, true)});
  }
  return table;
}

absl::StatusOr<int> Find(const SubjectOptions& options, const Context& context) {
  v1::FindSubjectsRequest request;
  request.set_purpose(options.purpose);
  if (options.bsn || !options.bsn_file.empty()) {
    NMD_ASSIGN_OR_RETURN(*request.mutable_bsn(), ReadBsn(options, context));
  } else {
    request.set_surname(options.surname);
    request.set_birth_date(options.birth);
  }
  v1::FindSubjectsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "subjects/_find"), request, &response));
  if (context.ForPeople() && response.subjects().empty()) {
    context.io.out << "Er is niemand gevonden.\n";
    return 0;
  }
  context.Print(response, SubjectTable(response));
  return 0;
}

Table RecordTable(const v1::SubjectExport& subject) {
  Table table;
  table.columns = {{"", "bron"},          {"", "bekend_op"}, {"", "levering"},   {"", "telt_mee"},    {"", "bsn"},
                   {"", "geboortedatum"}, {"", "geslacht"},  {"", "achternaam"}, {"", "partnernaam"}, {"", "voornamen"},
                   {"", "voorletters"},   {"", "adres"},     {"", "keren", true}};
  for (const v1::SubjectRecord& record : subject.records()) {
    table.rows.push_back({Cell::Same(record.source()), MomentCell(record.known_time(), true), Cell::Same(record.delivery()),
                          Cell::Same(record.counts() ? "ja" : "nee"), Cell::Same(record.bsn()), Cell::Same(record.birth_date()),
                          Cell::Same(SexText(record.sex())), Cell::Same(record.surname()), Cell::Same(record.partner_surname()),
                          Cell::Same(record.given_names()), Cell::Same(record.initials()), Cell::Same(record.address()),
                          Count(record.copies())});
  }
  return table;
}

Table AccessTable(const google::protobuf::RepeatedPtrField<v1::AccessRecord>& accesses) {
  Table table;
  table.columns = {{"Wanneer", "wanneer"},
                   {"Wie", "wie"},
                   {"Wat", "wat"},
                   {"Waarvoor", "waarvoor", false, 60},
                   {"Over", "clienten", false, 45}};
  for (const v1::AccessRecord& access : accesses) {
    table.rows.push_back({MomentCell(access.time(), true),
                          Cell::Same(access.actor()),
                          {MethodText(access.method()), access.method()},
                          Cell::Same(access.purpose()),
                          Cell::Same(absl::StrJoin(access.clients(), " "))});
  }
  return table;
}

absl::StatusOr<int> Subject(const SubjectOptions& options, const Context& context) {
  v1::ExportSubjectRequest request;
  request.set_client(options.client);
  request.set_purpose(options.purpose);
  v1::SubjectExport subject;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "subjects/_export"), request, &subject));
  if (context.ForPeople()) {
    context.io.out << SubjectText(subject);
  } else {
    context.Print(subject, RecordTable(subject));
  }
  return 0;
}

absl::StatusOr<int> Export(const SubjectOptions& options, const Context& context) {
  v1::ExportLinksRequest request;
  request.set_purpose(options.purpose);
  request.set_source(options.source);
  request.set_page_size(kExportPage);
  if (!options.known_on.empty()) {
    NMD_ASSIGN_OR_RETURN(const absl::Time known, KnownTimeOf(options.known_on));
    *request.mutable_known_time() = TimestampOf(known);
  }
  v1::ExportLinksResponse all;
  do {
    v1::ExportLinksResponse page;
    NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "links/_export"), request, &page));
    request.set_page_token(page.next_page_token());
    for (v1::ExportedLink& link : *page.mutable_links()) *all.add_links() = std::move(link);
  } while (!request.page_token().empty());
  Table table;
  table.columns = {{"Bron", "bron"}, {"Persoon", "persoon"}, {"Cliënt", "client"}, {"Reden", "reden"}, {"Sinds", "sinds"}};
  for (const v1::ExportedLink& link : all.links()) {
    const Day day = static_cast<Day>(link.known_time().seconds() / 86'400);
    table.rows.push_back({Cell::Same(link.source()),
                          Cell::Same(link.person()),
                          Cell::Same(link.client()),
                          Cell::Same(link.reason()),
                          {dutch::Date(day), FormatDay(day)}});
  }
  context.Print(all, table);
  return 0;
}

absl::StatusOr<int> Accesses(const SubjectOptions&, const Context& context) {
  v1::ListAccessesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(Path(context, "accesses"), {}, &response));
  context.Print(response, AccessTable(response.accesses()));
  return 0;
}

absl::StatusOr<int> Erase(const SubjectOptions& options, const Context& context) {
  v1::EraseSubjectRequest request;
  request.set_client(options.client);
  request.set_purpose(options.purpose);
  request.set_reason(options.reason);
  request.set_confirm(options.confirm);
  v1::SubjectErasure erasure;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "subjects/_erase"), request, &erasure));
  if (context.ForPeople()) {
    context.io.out << "Gewist op " << MomentCell(erasure.erase_time(), true).text << ": "
                   << dutch::Number(erasure.record_count())
                   << (erasure.record_count() == 1 ? " gegeven kan" : " gegevens kunnen") << " niet meer worden gelezen; van "
                   << dutch::Number(erasure.delivery_count())
                   << (erasure.delivery_count() == 1 ? " levering is" : " leveringen is")
                   << " het bestand weg of zonder deze persoon. De cijfers veranderen niet.\n";
    return 0;
  }
  context.Print(
      erasure,
      Table{{{"", "gegevens", true}, {"", "leveringen", true}, {"", "gewist_op"}},
            {{Count(erasure.record_count()), Count(erasure.delivery_count()), MomentCell(erasure.erase_time(), true)}}});
  return 0;
}

}  // namespace

std::string SubjectText(const v1::SubjectExport& subject) {
  std::string text = absl::StrCat("Wat de koppeling van cliënt ", subject.client(), " bewaart\n");
  if (subject.records().empty()) absl::StrAppend(&text, "\nEr zijn geen gegevens (meer) die kunnen worden gelezen.\n");
  for (const v1::SubjectRecord& record : subject.records()) {
    absl::StrAppend(&text, "\nBron ", record.source(), ", bekend sinds ", MomentCell(record.known_time(), true).text);
    if (record.copies() > 1) absl::StrAppend(&text, ", ", dutch::Number(record.copies()), " keer zo doorgegeven");
    absl::StrAppend(&text, record.counts() ? "" : ", telt niet meer mee", "\n");
    const std::pair<const char*, std::string> lines[] = {
        {"Burgerservicenummer", record.bsn()},
        {"Achternaam", record.surname()},
        {"Naam van de partner", record.partner_surname()},
        {"Voornamen", record.given_names()},
        {"Voorletters", record.initials()},
        {"Geboren", BirthText(record.birth_date())},
        {"Geslacht", record.sex().empty() ? "" : SexText(record.sex())},
        {"Adres", record.address()},
    };
    for (const auto& [name, value] : lines) {
      if (!value.empty()) absl::StrAppend(&text, "  ", name, ": ", value, "\n");
    }
  }
  if (!subject.reasons().empty()) absl::StrAppend(&text, "\nWaarom dit één persoon is\n");
  for (const std::string& reason : subject.reasons()) absl::StrAppend(&text, "  ", reason, "\n");
  absl::StrAppend(&text, "\nWie er eerder keken\n");
  if (subject.accesses().empty()) absl::StrAppend(&text, "  Niemand.\n");
  for (const v1::AccessRecord& access : subject.accesses()) {
    absl::StrAppend(&text, "  ", MomentCell(access.time(), true).text, "  ", access.actor(), ", ", MethodText(access.method()),
                    ": ", access.purpose(), "\n");
  }
  return text;
}

void AddSubjectCommands(CLI::App& app, CLI::App& link, SubjectOptions& options, const Perform& perform) {
  using Command = absl::StatusOr<int>(const SubjectOptions&, const Context&);
  const auto add = [&](CLI::App& parent, const char* name, const char* text, Command* command) {
    CLI::App* sub = parent.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, perform, command] {
      perform([&options, command](const Context& context) { return command(options, context); });
    });
    return sub;
  };
  const auto add_purpose = [&](CLI::App* sub, const char* text) {
    sub->add_option("--purpose", options.purpose, text)->required();
  };
  constexpr const char* kLogged = "Waarvoor; komt in het inzagelogboek, noem niemand bij naam";

  CLI::App* find = add(link, "find", "Iemand opzoeken voor een verzoek van die persoon", &Find);
  CLI::Option_group* who = find->add_option_group("wie", "Een van deze");
  who->add_flag("--bsn", options.bsn, "Het burgerservicenummer staat op de standaardinvoer, of wordt gevraagd");
  who->add_option("--bsn-file", options.bsn_file, "Het burgerservicenummer staat op de eerste regel van dit bestand");
  CLI::Option* surname = who->add_option("--surname", options.surname, "Achternaam; met --birth");
  who->require_option(1);
  find->add_option("--birth", options.birth, "Geboortedatum, zoals 1980-12-31")->needs(surname);
  add_purpose(find, kLogged);

  CLI::App* subject = add(link, "subject", "Alles wat de koppeling over een cliënt bewaart, voor een inzageverzoek", &Subject);
  subject->add_option("--client", options.client, "Cliënt; zie link find")->required();
  add_purpose(subject, kLogged);

  CLI::App* exported = add(link, "export", "Wie welke cliënt is, met pseudoniemen voor één doel", &Export);
  add_purpose(exported, "Waarvoor; hetzelfde doel geeft dezelfde pseudoniemen");
  exported->add_option("--source", options.source, "Alleen deze bron");
  exported->add_option("--known", options.known_on, "Zoals bekend op deze dag of dit moment");

  add(link, "accesses", "Wie wie opzocht, wanneer en waarvoor", &Accesses);

  CLI::App* erase = add(app, "erase", "Iemand onvindbaar maken; kan niet worden teruggedraaid", &Erase);
  erase->add_option("--client", options.client, "Cliënt; zie link find")->required();
  erase->add_option("--confirm", options.confirm, "De cliënt nog een keer")->required();
  erase->add_option("--reason", options.reason, "Waarom; noem niemand bij naam")->required();
  add_purpose(erase, kLogged);
}

}  // namespace nmd::cli
