// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/open_data.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/new_file.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = publication::v1;
using v1::Dataset;

std::string LastOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

Cell StateOf(Dataset::State state) {
  switch (state) {
    case Dataset::CURRENT:
      return {"geldt", "geldt"};
    case Dataset::REPLACED:
      return {"vervangen", "vervangen"};
    case Dataset::WITHDRAWN:
      return {"ingetrokken", "ingetrokken"};
    default:
      return {"onbekend", "onbekend"};
  }
}

absl::StatusOr<int> ListDatasets(const Context& context, const OpenDataOptions&) {
  v1::ListDatasetsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/datasets"), {}, &response));
  context.Print(response, DatasetTable(response));
  return 0;
}

absl::StatusOr<std::string> Iv3(const Context& context, const OpenDataOptions& options) {
  v1::ExportIv3Request request;
  request.set_year(options.year);
  request.set_quarter(options.quarter);
  request.set_municipality_title(options.title);
  request.set_contact_name(options.contact_name);
  request.set_contact_email(options.contact_email);
  request.set_contact_phone(options.contact_phone);
  request.set_cost_category(options.cost_category);
  request.set_revenue_category(options.revenue_category);
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(request, &json).ok())
    return absl::InvalidArgumentError("de opgegeven tekst is geen UTF-8");
  return FetchBytesOf(context.client.options(), absl::StrCat(context.client.parent(), "/iv3/_export"), json);
}

absl::StatusOr<std::string> Exported(const Context& context, const OpenDataOptions& options) {
  const ClientOptions& client = context.client.options();
  const std::string parent = context.client.parent();
  if (options.format == "iv3") return Iv3(context, options);
  if (options.format == "dcat" || options.format == "dcat-turtle") {
    const Parameters turtle = {{"format", "turtle"}};
    return FetchBytes(client, absl::StrCat(parent, "/catalogue"), options.format == "dcat" ? Parameters() : turtle);
  }
  if (options.dataset.empty()) return absl::InvalidArgumentError("geef ook een dataset; nmdctl publish datasets noemt ze");
  if (options.format == "odata") {
    Parameters parameters;
    if (!options.filter.empty()) parameters.emplace_back("$filter", options.filter);
    return FetchBytes(client, absl::StrCat(parent, "/odata/", options.dataset, options.set.empty() ? "" : "/", options.set),
                      parameters);
  }
  return FetchBytes(client, absl::StrCat(parent, "/datasets/", options.dataset, "/files/", options.format), {});
}

absl::StatusOr<int> Export(const Context& context, const OpenDataOptions& options) {
  NMD_ASSIGN_OR_RETURN(const std::string bytes, Exported(context, options));
  if (options.output.empty()) {
    context.io.out << bytes;
  } else {
    NMD_RETURN_IF_ERROR(WriteNewFile(options.output, bytes));
  }
  return 0;
}

}  // namespace

Table DatasetTable(const v1::ListDatasetsResponse& response) {
  Table table;
  table.columns = {{"Dataset", "dataset"},
                   {"Toestand", "toestand"},
                   {"Titel", "titel", false, 40},
                   {"Van", "van"},
                   {"Tot", "tot"},
                   {"Vrijgegeven", "vrijgegeven"},
                   {"Vervangen door", "vervangen_door"},
                   {"Dekking", "dekking"},
                   {"Reden", "reden", false, 40}};
  for (const Dataset& dataset : response.datasets()) {
    table.rows.push_back({Cell::Same(LastOf(dataset.name())), StateOf(dataset.state()), Cell::Same(dataset.title()),
                          Cell::Same(dataset.period().start_date()), Cell::Same(dataset.period().end_date()),
                          MomentCell(dataset.released_time(), dataset.has_released_time()), Cell::Same(dataset.replaced_by()),
                          Cell::Same(dataset.coverage()), Cell::Same(dataset.reason())});
  }
  return table;
}

void AddOpenDataCommands(CLI::App& publish, OpenDataOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const OpenDataOptions&);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = publish.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    return sub;
  };
  add("datasets", "Wat voor iedereen is, met wat is ingetrokken", &ListDatasets);
  CLI::App* sub = add("export", "Open data in een open formaat", &Export);
  sub->add_option("dataset", options.dataset, "Dataset, zoals gm1730-2018-0007");
  sub->add_option(
         "--format", options.format,
         "sdmx-csv, sdmx-structure, csv, csv-metadata, gmsd of odata; dcat of dcat-turtle (de catalogus); iv3 (het grootboek)")
      ->check(
          CLI::IsMember({"sdmx-csv", "sdmx-structure", "csv", "csv-metadata", "gmsd", "odata", "dcat", "dcat-turtle", "iv3"}))
      ->required();
  sub->add_option("--output", options.output, "In dit bestand, dat er nog niet is; anders op het scherm");
  sub->add_option("--set", options.set, "Van odata: welke verzameling, of $metadata; leeg is de lijst ervan");
  sub->add_option("--filter", options.filter, "Van odata: alleen deze rijen, zoals \"Measure eq 'clients'\"");
  sub->add_option("--year", options.year, "Van iv3: boekjaar");
  sub->add_option("--quarter", options.quarter, "Van iv3: 1 tot en met 4, of 5 voor het hele jaar");
  sub->add_option("--title", options.title, "Van iv3: naam van de gemeente");
  sub->add_option("--contact-name", options.contact_name, "Van iv3: bij wie CBS terecht kan");
  sub->add_option("--contact-email", options.contact_email, "Van iv3: het e-mailadres");
  sub->add_option("--contact-phone", options.contact_phone, "Van iv3: het telefoonnummer");
  sub->add_option("--cost-category", options.cost_category, "Van iv3: categorie van alle lasten, zoals 3.4.1");
  sub->add_option("--revenue-category", options.revenue_category, "Van iv3: categorie van alle baten, zoals 3.4.2");
}

}  // namespace nmd::cli
