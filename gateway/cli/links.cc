// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/links.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gateway/cli/link_listings.h"
#include "gateway/cli/progress.h"
#include "gateway/transcoder.h"
#include "google/longrunning/operations.pb.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = linking::v1;

// Enough to see what there is to do; --all shows the rest.
constexpr int kFirstItems = 50;
// There are tens of millions of pairs: progress counts thousands.
constexpr int64_t kPairsPerStep = 1000;

std::string Path(const Context& context, const char* what) { return absl::StrCat(context.client.parent(), "/", what); }

// "municipalities/gm1730/linkdecisions/3f0c" of an id or a name.
std::string NameOf(const Context& context, const char* collection, const std::string& given) {
  if (given.find('/') != std::string::npos) return given;
  return absl::StrCat(context.client.parent(), "/", collection, "/", given);
}

v1::Verdict VerdictOf(const LinkOptions& options) { return options.same ? v1::SAME_PERSON : v1::DIFFERENT_PERSONS; }

// A call that fails on the way is sent again: the id keeps it one decision.
std::string NewRequestId() { return RandomHex(32); }

int PrintDecision(const Context& context, const v1::LinkDecision& decision) {
  if (context.ForPeople()) {
    context.io.out << DecisionText(decision) << "\n";
  } else {
    context.Print(decision, DecisionTable({decision}));
  }
  return 0;
}

// Posts what makes or changes a decision, and tells what it came to.
absl::StatusOr<int> Decided(const Context& context, const std::string& path, const google::protobuf::Message& request) {
  v1::LinkDecision decision;
  NMD_RETURN_IF_ERROR(context.client.Post(path, request, &decision));
  return PrintDecision(context, decision);
}

absl::StatusOr<int> Status(const LinkOptions&, const Context& context) {
  v1::LinkSummary summary;
  NMD_RETURN_IF_ERROR(context.client.Get(Path(context, "linksummary"), {}, &summary));
  if (context.ForPeople()) {
    v1::LinkQuality quality;
    NMD_RETURN_IF_ERROR(context.client.Get(Path(context, "linkquality"), {}, &quality));
    context.io.out << LinkStatusText(summary, quality);
  } else {
    context.Print(summary, LinkSummaryTable(summary));
  }
  return 0;
}

absl::StatusOr<int> Review(const LinkOptions& options, const Context& context) {
  Parameters parameters;
  if (!options.source.empty()) parameters.emplace_back("source", options.source);
  if (options.sample) parameters.emplace_back("sample", "true");
  v1::ListReviewItemsResponse response;
  if (options.all) {
    NMD_RETURN_IF_ERROR(context.client.List(Path(context, "reviewitems"), parameters, &response));
  } else {
    parameters.emplace_back("page_size", absl::StrCat(kFirstItems));
    NMD_RETURN_IF_ERROR(context.client.Get(Path(context, "reviewitems"), parameters, &response));
  }
  if (context.ForPeople() && response.items().empty()) {
    context.io.out << (options.sample ? "Er is niets meer te beoordelen.\n" : "Er wachten geen paren op een besluit.\n");
    return 0;
  }
  context.Print(response, ReviewTable(response));
  if (context.ForPeople()) {
    context.io.out << "\n"
                   << dutch::Number(response.items_size()) << " van " << dutch::Number(response.total_count())
                   << (response.total_count() == 1 ? " paar" : " paren")
                   << (response.items_size() < response.total_count() ? "; --all toont alles" : "")
                   << ". Bekijk een paar: nmdctl link show PAAR --purpose TEKST\n";
  }
  return 0;
}

absl::StatusOr<int> Show(const LinkOptions& options, const Context& context) {
  v1::ShowReviewItemRequest request;
  request.set_item(options.item);
  request.set_purpose(options.purpose);
  v1::ReviewItemDetail detail;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "reviewitems/_show"), request, &detail));
  if (!context.ForPeople()) {
    context.Print(detail, ComparedTable(detail));
    return 0;
  }
  // Without the bounds the rest is still worth showing.
  std::optional<LinkBounds> bounds;
  v1::LinkModel model;
  if (!detail.steps().empty() && !detail.model().empty() &&
      context.client.Get(NameOf(context, "linkmodels", detail.model()), {}, &model).ok()) {
    bounds = BoundsOf(model.text());
  }
  context.io.out << DetailText(detail, bounds);
  return 0;
}

absl::StatusOr<int> Decide(const LinkOptions& options, const Context& context) {
  v1::CreateLinkDecisionRequest request;
  request.set_item(options.item);
  request.set_verdict(VerdictOf(options));
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  return Decided(context, Path(context, "linkdecisions"), request);
}

absl::StatusOr<int> Merge(const LinkOptions& options, const Context& context) {
  v1::MergeClientsRequest request;
  for (const std::string& client : options.clients) request.add_clients(client);
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  return Decided(context, Path(context, "clients/_merge"), request);
}

absl::StatusOr<int> Split(const LinkOptions& options, const Context& context) {
  v1::SplitClientRequest request;
  request.set_client(options.client);
  for (const std::string& person : options.persons) request.add_persons(person);
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  return Decided(context, Path(context, "clients/_split"), request);
}

absl::StatusOr<int> Confirm(const LinkOptions& options, const Context& context) {
  return Decided(context, absl::StrCat(NameOf(context, "linkdecisions", options.decision), "/_confirm"),
                 v1::ConfirmLinkDecisionRequest());
}

absl::StatusOr<int> Undo(const LinkOptions& options, const Context& context) {
  v1::UndoLinkDecisionRequest request;
  request.set_reason(options.reason);
  return Decided(context, absl::StrCat(NameOf(context, "linkdecisions", options.decision), "/_undo"), request);
}

absl::StatusOr<int> Decisions(const LinkOptions& options, const Context& context) {
  Parameters parameters;
  if (options.proposed) parameters.emplace_back("proposed", "true");
  v1::ListLinkDecisionsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(Path(context, "linkdecisions"), parameters, &response));
  context.Print(response, DecisionTable({response.decisions().begin(), response.decisions().end()}));
  return 0;
}

absl::StatusOr<int> History(const LinkOptions& options, const Context& context) {
  v1::GetClientHistoryRequest request;
  request.set_client(options.client);
  v1::ClientHistory history;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "clients/_history"), request, &history));
  if (context.ForPeople()) {
    context.io.out << HistoryText(history);
  } else {
    context.Print(history, HistoryTable(history));
  }
  return 0;
}

absl::StatusOr<int> Explain(const LinkOptions& options, const Context& context) {
  v1::ExplainClientRequest request;
  request.set_client(options.client);
  v1::ExplainClientResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "clients/_explain"), request, &response));
  context.Print(response, ExplainClientTable(response));
  return 0;
}

int PrintModel(const Context& context, const v1::LinkModel& model) {
  if (context.ForPeople()) {
    context.io.out << ModelText(model) << "\n";
  } else {
    v1::ListLinkModelsResponse listed;
    *listed.add_models() = model;
    context.Print(model, ModelTable(listed));
  }
  return 0;
}

absl::StatusOr<int> Train(const LinkOptions&, const Context& context) {
  google::longrunning::Operation operation;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "linkmodels/_train"), v1::TrainLinkModelRequest(), &operation));
  size_t before = 0;
  bool drawn = false;
  v1::LinkModel model;
  const absl::Status trained = context.client.Await(
      &operation,
      [&](const google::longrunning::Operation& running) {
        v1::TrainProgress progress;
        if (!running.metadata().UnpackTo(&progress) || progress.pairs_all() <= 0) return;
        const auto all = static_cast<size_t>((progress.pairs_all() + kPairsPerStep - 1) / kPairsPerStep);
        const size_t done = std::min(all, static_cast<size_t>(std::max<int64_t>(progress.pairs_done(), 0) / kPairsPerStep));
        // A run that was begun anew counts from its own start.
        ShowProgress(std::min(before, done), done, all, "duizend paren", context.io.terminal, context.io.err);
        before = done;
        drawn = true;
      },
      &model);
  if (drawn && context.io.terminal) context.io.err << "\n";
  NMD_RETURN_IF_ERROR(trained);
  return PrintModel(context, model);
}

absl::StatusOr<int> Models(const LinkOptions&, const Context& context) {
  v1::ListLinkModelsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(Path(context, "linkmodels"), {}, &response));
  context.Print(response, ModelTable(response));
  return 0;
}

// The text alone, so that it can be kept in a file and read by `link file --model`.
absl::StatusOr<int> Model(const LinkOptions& options, const Context& context) {
  v1::LinkModel model;
  NMD_RETURN_IF_ERROR(context.client.Get(NameOf(context, "linkmodels", options.model), {}, &model));
  if (!context.ForPeople()) return PrintModel(context, model);
  context.io.out << model.text();
  return 0;
}

absl::StatusOr<int> Release(const LinkOptions& options, const Context& context) {
  v1::ReleaseLinkModelRequest request;
  request.set_reason(options.reason);
  v1::LinkModel model;
  NMD_RETURN_IF_ERROR(
      context.client.Post(absl::StrCat(NameOf(context, "linkmodels", options.model), "/_release"), request, &model));
  return PrintModel(context, model);
}

absl::StatusOr<int> Quality(const LinkOptions&, const Context& context) {
  v1::LinkQuality quality;
  NMD_RETURN_IF_ERROR(context.client.Get(Path(context, "linkquality"), {}, &quality));
  if (context.ForPeople()) {
    context.io.out << QualityText(quality);
  } else {
    context.Print(quality, QualityTable(quality));
  }
  return 0;
}

absl::StatusOr<int> PrintSample(const Context& context, const char* path, const google::protobuf::Message& request) {
  v1::GoldSample sample;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, path), request, &sample));
  if (context.ForPeople()) {
    context.io.out << SampleText(sample);
  } else {
    context.Print(sample, StratumTable(sample.strata()));
  }
  return 0;
}

absl::StatusOr<int> Sample(const LinkOptions& options, const Context& context) {
  v1::DrawGoldSampleRequest request;
  request.set_size(options.size);
  return PrintSample(context, "goldsamples/_draw", request);
}

absl::StatusOr<int> Label(const LinkOptions& options, const Context& context) {
  v1::LabelGoldPairRequest request;
  request.set_item(options.item);
  request.set_verdict(VerdictOf(options));
  return PrintSample(context, "goldsamples/_label", request);
}

}  // namespace

void AddLinkCommands(CLI::App& link, LinkOptions& options, const Perform& perform) {
  using Command = absl::StatusOr<int>(const LinkOptions&, const Context&);
  const auto add = [&](const char* name, const char* text, Command* command) {
    CLI::App* sub = link.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, perform, command] {
      perform([&options, command](const Context& context) { return command(options, context); });
    });
    return sub;
  };
  const auto add_item = [&](CLI::App* sub) { sub->add_option("item", options.item, "Paar uit de wachtrij")->required(); };
  const auto add_reason = [&](CLI::App* sub) {
    sub->add_option("--reason", options.reason, "Waarom; noem niemand bij naam")->required();
  };
  // One of the two, and neither by default.
  const auto add_verdict = [&](CLI::App* sub) {
    CLI::Option_group* verdict = sub->add_option_group("oordeel", "Een van beide");
    verdict->add_flag("--same", options.same, "Dezelfde persoon");
    verdict->add_flag("--different", options.different, "Niet dezelfde persoon");
    verdict->require_option(1);
  };

  add("status", "Hoe goed de koppelingen zijn, en hoeveel er zijn", &Status);

  CLI::App* review = add("review", "Paren waarvan niet zeker is of zij één persoon zijn", &Review);
  review->add_option("--source", options.source, "Alleen deze bron");
  review->add_flag("--all", options.all, "Alle paren, niet alleen de eerste vijftig");
  review->add_flag("--sample", options.sample, "De paren van de gouden steekproef die nog geen oordeel hebben");

  CLI::App* show = add("show", "Een paar bekijken: beide personen, en wat elk gegeven zegt", &Show);
  add_item(show);
  show->add_option("--purpose", options.purpose, "Waarvoor u kijkt; komt in het inzagelogboek")->required();

  CLI::App* decide = add("decide", "Besluiten of een paar één persoon is", &Decide);
  add_item(decide);
  add_verdict(decide);
  add_reason(decide);

  CLI::App* merge = add("merge", "Besluiten dat cliënten één persoon zijn", &Merge);
  merge->add_option("clients", options.clients, "Twee tot tien cliënten")->required()->expected(2, 10);
  add_reason(merge);

  CLI::App* split = add("split", "Besluiten dat personen niet bij hun cliënt horen", &Split);
  split->add_option("client", options.client, "Cliënt")->required();
  split->add_option("--persons", options.persons, "Wie eruit gaan, samen; zie link history")
      ->delimiter(',')
      ->required()
      ->expected(1, 100);
  add_reason(split);

  for (const auto& [name, text, command] :
       {std::make_tuple("confirm", "Een besluit van iemand anders bevestigen", &Confirm),
        std::make_tuple("undo", "Een besluit terugdraaien: vanaf nu alsof het er nooit was", &Undo)}) {
    CLI::App* sub = add(name, text, command);
    sub->add_option("decision", options.decision, "Besluit")->required();
    if (command == &Undo) add_reason(sub);
  }
  add("decisions", "Wie wat besloot, wanneer en waarom", &Decisions)
      ->add_flag("--proposed", options.proposed, "Alleen wat op een tweede persoon wacht");
  add("history", "Wie er bij een cliënt kwamen en weggingen, en waarom", &History)
      ->add_option("client", options.client, "Cliënt")
      ->required();

  add("explain", "Waarom de records van een cliënt bij elkaar horen", &Explain)
      ->add_option("client", options.client, "Cliënt")
      ->required();

  add("train", "Een nieuw koppelmodel leren; het geldt pas na link release", &Train);
  add("models", "Koppelmodellen", &Models);
  add("model", "De gewichten en grenzen van een koppelmodel", &Model)
      ->add_option("model", options.model, "Koppelmodel")
      ->required();
  CLI::App* release = add("release", "Een koppelmodel in gebruik nemen: alles wordt opnieuw gekoppeld", &Release);
  release->add_option("model", options.model, "Koppelmodel")->required();
  add_reason(release);

  add("quality", "Hoe goed de koppelingen zijn, geschat met de gouden steekproef", &Quality);
  add("sample", "Paren loten voor de gouden steekproef", &Sample)
      ->add_option("--size", options.size, "Hoeveel paren")
      ->required()
      ->check(CLI::Range(10, 2000));
  CLI::App* label = add("label", "Een paar van de gouden steekproef beoordelen; verandert geen koppeling", &Label);
  add_item(label);
  add_verdict(label);
}

}  // namespace nmd::cli
