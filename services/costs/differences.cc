// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/differences.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/core/dutch.h"

namespace nmd::costs {
namespace {

using type::Figure;
using v1::DifferenceStep;

// A value of one kind: whole, or a ratio.
struct Number {
  int64_t whole = 0;
  double ratio = 0;
};

std::optional<Number> NumberOf(const Figure* figure, Figure::ValueCase kind) {
  if (figure == nullptr) return kind == Figure::kRatio ? std::nullopt : std::optional<Number>(Number());
  if (figure->state() != Figure::ANSWERED || figure->value_case() != kind) return std::nullopt;
  if (kind == Figure::kRatio) return Number{0, figure->ratio()};
  return Number{kind == Figure::kCount ? figure->count() : figure->amount_cents(), 0};
}

Figure::ValueCase KindOf(const Figure* start, const std::vector<Stage>& stages) {
  Figure::ValueCase kind = start == nullptr ? Figure::VALUE_NOT_SET : start->value_case();
  for (const Stage& stage : stages) {
    if (kind == Figure::VALUE_NOT_SET && stage.figure != nullptr) kind = stage.figure->value_case();
  }
  return kind;
}

template <typename Message>
void SetDifference(Figure::ValueCase kind, const Number& from, const Number& to, Message* message) {
  if (kind == Figure::kCount) message->set_count(to.whole - from.whole);
  if (kind == Figure::kAmountCents) message->set_amount_cents(to.whole - from.whole);
  if (kind == Figure::kRatio) message->set_ratio(to.ratio - from.ratio);
}

std::string Plural(int64_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(dutch::Number(count), " ", count == 1 ? one : many);
}

std::string ValueText(const Figure& figure) {
  switch (figure.value_case()) {
    case Figure::kCount:
      return dutch::Number(figure.count());
    case Figure::kAmountCents:
      return dutch::Euro(figure.amount_cents());
    case Figure::kRatio:
      return dutch::Decimal(figure.ratio(), 2);
    default:
      return "geen getal";
  }
}

// "2 meer", "€ 10,00 minder", "gelijk".
template <typename Message>
std::string ChangeText(const Message& message) {
  const auto text = [](bool none, bool more, std::string size) {
    return none ? std::string("gelijk") : absl::StrCat(size, more ? " meer" : " minder");
  };
  if (message.difference_case() == Message::kCount) {
    return text(message.count() == 0, message.count() > 0, dutch::Number(std::abs(message.count())));
  }
  if (message.difference_case() == Message::kAmountCents) {
    return text(message.amount_cents() == 0, message.amount_cents() > 0, dutch::Euro(std::abs(message.amount_cents())));
  }
  const double size = std::fabs(message.ratio());
  return text(size<1e-12, message.ratio()> 0, dutch::Decimal(size, 2));
}

// What brought the difference about, for in a sentence.
absl::string_view NounOf(DifferenceStep::Cause cause) {
  switch (cause) {
    case DifferenceStep::DEFINITION:
      return "door een andere definitie of rekenwijze";
    case DifferenceStep::HORIZON:
      return "doordat het een andere maand is";
    case DifferenceStep::EXTERNAL:
      return "door tabellen en documenten van buiten";
    case DifferenceStep::WITHDRAWAL:
      return "door leveringen die zijn ingetrokken, vervangen of hersteld";
    case DifferenceStep::CORRECTION:
      return "door correcties";
    case DifferenceStep::LATE:
      return "door wat later binnenkwam";
    case DifferenceStep::LINK:
      return "door koppelingen";
    case DifferenceStep::HOUSEHOLD:
      return "door andere huishoudens";
    default:
      return "";
  }
}

std::string KnownOn(const Figure& figure) {
  return dutch::Moment(absl::FromUnixSeconds(figure.known_time().seconds()) + absl::Nanoseconds(figure.known_time().nanos()));
}

}  // namespace

DifferenceStep::Cause MessageOf(Cause cause) {
  return static_cast<DifferenceStep::Cause>(DifferenceStep::HORIZON + static_cast<int>(cause));
}

bool DidSomething(const DifferenceStep& step) {
  return step.count() != 0 || step.amount_cents() != 0 || std::fabs(step.ratio()) > 1e-12;
}

std::string StatementOf(DifferenceStep::Cause cause, const Walk::Extent& extent) {
  const int64_t things = extent.things;
  const std::string out_of = things == 0 ? "." : absl::StrCat(", uit ", Plural(extent.deliveries, "levering.", "leveringen."));
  switch (cause) {
    case DifferenceStep::DEFINITION:
      return "De maat is nu anders gedefinieerd, of wordt anders berekend.";
    case DifferenceStep::HORIZON:
      if (things == 0) return "Beide momenten liggen in dezelfde maand.";
      return absl::StrCat("De momenten liggen ", Plural(things, "maand", "maanden"),
                          " uit elkaar: zorg zonder einddatum telt mee tot twaalf maanden na de maand van bekend zijn.");
    case DifferenceStep::EXTERNAL:
      return absl::StrCat(Plural(things, "tarief, niveau, inwonertal, begrotingsregel of contract",
                                 "tarieven, niveaus, inwonertallen, begrotingsregels of contracten"),
                          " erbij", out_of);
    case DifferenceStep::WITHDRAWAL:
      return absl::StrCat(Plural(things, "gegeven", "gegevens"), " van wat is ingetrokken, vervangen of hersteld", out_of);
    case DifferenceStep::CORRECTION:
      return absl::StrCat(Plural(things, "nieuwe versie of correctie", "nieuwe versies of correcties"),
                          " van wat al bekend was", out_of);
    case DifferenceStep::LATE:
      return absl::StrCat(Plural(things, "gegeven dat", "gegevens die"), " later ", things == 1 ? "binnenkwam" : "binnenkwamen",
                          out_of);
    case DifferenceStep::LINK:
      return absl::StrCat(Plural(things, "persoon is", "personen zijn"), " aan een andere cliënt gekoppeld.");
    case DifferenceStep::HOUSEHOLD:
      return absl::StrCat("Van ", Plural(things, "cliënt", "cliënten"), " is het huishouden veranderd.");
    default:
      return "";
  }
}

bool AddSteps(const Figure* start, const std::vector<Stage>& stages,
              google::protobuf::RepeatedPtrField<DifferenceStep>* steps) {
  const Figure::ValueCase kind = KindOf(start, stages);
  const Figure* end = stages.empty() ? start : stages.back().figure;
  std::optional<Number> last = NumberOf(start, kind);
  const bool measured = kind != Figure::VALUE_NOT_SET && last.has_value() && NumberOf(end, kind).has_value();
  for (const Stage& stage : stages) {
    DifferenceStep* step = steps->Add();
    step->set_cause(stage.cause);
    step->set_thing_count(stage.extent.things);
    step->set_delivery_count(stage.extent.deliveries);
    step->set_statement(StatementOf(stage.cause, stage.extent));
    if (!measured) continue;
    const std::optional<Number> now = NumberOf(stage.figure, kind);
    SetDifference(kind, *last, now.has_value() ? *now : *last, step);
    if (now.has_value()) last = now;
  }
  return measured;
}

void FillDifference(const Figure& earlier, const Figure& later, const std::vector<Stage>& stages,
                    v1::FigureDifference* difference) {
  const bool measured = AddSteps(&earlier, stages, difference->mutable_steps());
  std::string text = absl::StrCat("Zoals bekend op ", KnownOn(earlier), ": ", ValueText(earlier), ". Zoals bekend op ",
                                  KnownOn(later), ": ", ValueText(later));
  if (!measured) {
    difference->set_statement(absl::StrCat(text, ". Er is geen verschil te berekenen."));
    return;
  }
  const Figure::ValueCase kind = later.value_case();
  SetDifference(kind, *NumberOf(&earlier, kind), *NumberOf(&later, kind), difference);
  absl::StrAppend(&text, ", dus ", ChangeText(*difference), ".");
  std::string causes;
  for (const DifferenceStep& step : difference->steps()) {
    if (DidSomething(step)) absl::StrAppend(&causes, causes.empty() ? "" : "; ", NounOf(step.cause()), " ", ChangeText(step));
  }
  if (!causes.empty()) {
    causes[0] = 'D';  // "door ..."
    absl::StrAppend(&text, " ", causes, ".");
  }
  difference->set_statement(text);
}

}  // namespace nmd::costs
