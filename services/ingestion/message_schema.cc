// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/message_schema.h"

#include <array>
#include <optional>
#include <vector>

#include "services/ingestion/message_parts.h"

namespace nmd::ingestion {
namespace {

using namespace parts;  // NOLINT: the words of the tables below

// ---- 301 and 302 --------------------------------------------------------------------------------------------------------

constexpr Element kAllocatedProduct[] = {
    Leaf(kOwn, kOne, "ToewijzingNummer", kNumber,
         [](Filling& f, const Value& v) { f.message.allocations.back().number = v.number; }),
    Leaf(kOwn, kOptional, "ReferentieAanbieder", kLine36,
         [](Filling& f, const Value& v) { Set(f.message.allocations.back().reference, v); }),
    Group(kOwn, kOptional, "Product", kProduct),
    Leaf(kOwn, kOne, "Toewijzingsdatum", kDate,
         [](Filling& f, const Value& v) { f.message.allocations.back().assigned_second = v.number * 86'400; }),
    Leaf(kOwn, kOne, "Toewijzingstijd", kTime,
         [](Filling& f, const Value& v) { f.message.allocations.back().assigned_second += v.number; }),
    Leaf(kOwn, kOne, "Ingangsdatum", kDate,
         [](Filling& f, const Value& v) { f.message.allocations.back().period.start = DayIn(v); }),
    Leaf(kOwn, kOptional, "Einddatum", kDate,
         [](Filling& f, const Value& v) { f.message.allocations.back().period.end = DayIn(v) + 1; }),
    Leaf(kOwn, kOptional, "RedenWijziging", kChangeReason,
         [](Filling& f, const Value& v) { Set(f.message.allocations.back().change_reason, v); }),
    Group(kOwn, kOptional, "Omvang", kExtent, [](Filling& f) { f.volume = &f.message.allocations.back().volume.emplace(); }),
    Leaf(kOwn, kOptional, "Budget", kAmount,
         [](Filling& f, const Value& v) { f.message.allocations.back().budget = v.number; }),
    Leaf(kOwn, kOptional, "Commentaar", kRemark),
};

constexpr auto kReturnedAllocatedProduct =
    Returned(kAllocatedProduct, [](Filling& f) { f.return_codes = &f.message.allocations.back().return_codes; });

void OpenAllocation(Filling& f) {
  AllocatedProduct& row = f.message.allocations.emplace_back();
  f.category = &row.category;
  f.product = &row.product;
}

constexpr Element kAllocatedProducts[] = {Group(kOwn, kMany, "ToegewezenProduct", kAllocatedProduct, OpenAllocation)};
constexpr Element kReturnedAllocatedProducts[] = {
    Group(kOwn, kMany, "ToegewezenProduct", kReturnedAllocatedProduct, OpenAllocation)};

constexpr std::array<Element, 11> AllocationClientWith(absl::Span<const Element> relations, absl::Span<const Element> contacts,
                                                       absl::Span<const Element> products) {
  return {kBsnElement,
          kBirthElement,
          kSexElement,
          Group(kOwn, kOne, "Naam", kFullName),
          Group(kOwn, kOptional, "Communicatie", kCommunication),
          Leaf(kOwn, kOptional, "JuridischeStatus", kLegalStatus),
          Leaf(kOwn, kOptional, "WettelijkeVertegenwoordiging", kLegalRepresentation),
          Leaf(kOwn, kOptional, "Commentaar", kRemark),
          Group(kOwn, kOptional, "Relaties", relations),
          Group(kOwn, kOne, "Contactgegevens", contacts, [](Filling& f) { f.person = f.client; }),
          Group(kOwn, kOne, "ToegewezenProducten", products)};
}
constexpr auto kAllocationClient = AllocationClientWith(kRelations, kContacts, kAllocatedProducts);
constexpr auto kReturnedAllocationClient =
    Returned(AllocationClientWith(kReturnedRelations, kReturnedContacts, kReturnedAllocatedProducts), OpenClientCodes);

constexpr Element kAllocationMessage[] = {
    Group(kOwn, kOne, "Header", kAllocationHeader),
    Group(kOwn, kOne, "Client", kAllocationClient, OpenClient),
};
constexpr Element kAllocationReturnMessage[] = {
    Group(kOwn, kOne, "Header", kAllocationReturnHeader),
    Group(kOwn, kOptional, "Client", kReturnedAllocationClient, OpenClient),
};

// ---- 305-308 ------------------------------------------------------------------------------------------------------------

constexpr Element kStartedProduct[] = {
    Leaf(kOwn, kOptional, "ToewijzingNummer", kNumber,
         [](Filling& f, const Value& v) { f.message.starts.back().number = v.number; }),
    Group(kOwn, kOptional, "Product", kProduct),
    Leaf(kOwn, kOptional, "ToewijzingIngangsdatum", kDate,
         [](Filling& f, const Value& v) { f.message.starts.back().allocation_start = DayIn(v); }),
    Leaf(kOwn, kOne, "Begindatum", kDate, [](Filling& f, const Value& v) { f.message.starts.back().start_day = DayIn(v); }),
    Leaf(kOwn, kOne, "StatusAanlevering", kStatus, [](Filling& f, const Value& v) { Set(f.message.starts.back().status, v); }),
};

constexpr auto kReturnedStartedProduct =
    Returned(kStartedProduct, [](Filling& f) { f.return_codes = &f.message.starts.back().return_codes; });

void OpenStart(Filling& f) {
  StartedProduct& row = f.message.starts.emplace_back();
  f.category = &row.category;
  f.product = &row.product;
}

constexpr Element kStartedProducts[] = {Group(kOwn, kMany, "StartProduct", kStartedProduct, OpenStart)};
constexpr Element kReturnedStartedProducts[] = {Group(kOwn, kMany, "StartProduct", kReturnedStartedProduct, OpenStart)};

constexpr Element kStartClient[] = {
    kBsnElement, kBirthElement, kSexElement, kShortNameElement, Group(kOwn, kOne, "StartProducten", kStartedProducts),
};
constexpr auto kReturnedStartClient =
    Returned(std::array<Element, 5>{kBsnElement, kBirthElement, kSexElement, kShortNameElement,
                                    Group(kOwn, kOne, "StartProducten", kReturnedStartedProducts)},
             OpenClientCodes);

constexpr Element kStartMessage[] = {
    Group(kOwn, kOne, "Header", kStartHeader),
    Group(kOwn, kOne, "Client", kStartClient, OpenClient),
};
constexpr Element kStartReturnMessage[] = {
    Group(kOwn, kOne, "Header", kStartReturnHeader),
    Group(kOwn, kOptional, "Client", kReturnedStartClient, OpenClient),
};

constexpr Element kStoppedProduct[] = {
    Leaf(kOwn, kOptional, "ToewijzingNummer", kNumber,
         [](Filling& f, const Value& v) { f.message.stops.back().number = v.number; }),
    Group(kOwn, kOptional, "Product", kProduct),
    Leaf(kOwn, kOptional, "ToewijzingIngangsdatum", kDate,
         [](Filling& f, const Value& v) { f.message.stops.back().allocation_start = DayIn(v); }),
    Leaf(kOwn, kOne, "Begindatum", kDate, [](Filling& f, const Value& v) { f.message.stops.back().period.start = DayIn(v); }),
    Leaf(kOwn, kOne, "RedenBeeindiging", kEndReason, [](Filling& f, const Value& v) { Set(f.message.stops.back().reason, v); }),
    Leaf(kOwn, kOne, "Einddatum", kDate, [](Filling& f, const Value& v) { f.message.stops.back().period.end = DayIn(v) + 1; }),
    Leaf(kOwn, kOne, "StatusAanlevering", kStatus, [](Filling& f, const Value& v) { Set(f.message.stops.back().status, v); }),
};

constexpr auto kReturnedStoppedProduct =
    Returned(kStoppedProduct, [](Filling& f) { f.return_codes = &f.message.stops.back().return_codes; });

void OpenStop(Filling& f) {
  StoppedProduct& row = f.message.stops.emplace_back();
  f.category = &row.category;
  f.product = &row.product;
}

constexpr Element kStoppedProducts[] = {Group(kOwn, kMany, "StopProduct", kStoppedProduct, OpenStop)};
constexpr Element kReturnedStoppedProducts[] = {Group(kOwn, kMany, "StopProduct", kReturnedStoppedProduct, OpenStop)};

constexpr Element kStopClient[] = {
    kBsnElement, kBirthElement, kSexElement, kShortNameElement, Group(kOwn, kOne, "StopProducten", kStoppedProducts),
};
constexpr auto kReturnedStopClient =
    Returned(std::array<Element, 5>{kBsnElement, kBirthElement, kSexElement, kShortNameElement,
                                    Group(kOwn, kOne, "StopProducten", kReturnedStoppedProducts)},
             OpenClientCodes);

constexpr Element kStopMessage[] = {
    Group(kOwn, kOne, "Header", kStopHeader),
    Group(kOwn, kOne, "Client", kStopClient, OpenClient),
};
constexpr Element kStopReturnMessage[] = {
    Group(kOwn, kOne, "Header", kStopReturnHeader),
    Group(kOwn, kOptional, "Client", kReturnedStopClient, OpenClient),
};

// ---- 315 and 316 --------------------------------------------------------------------------------------------------------

constexpr Element kRequestedProduct[] = {
    Leaf(kOwn, kOne, "ReferentieAanbieder", kLine36, [](Filling& f, const Value& v) { Set(f.request->reference, v); }),
    Leaf(kOwn, kOptional, "BeschikkingNummer", kNumber,
         [](Filling& f, const Value& v) { f.request->decision_number = v.number; }),
    Group(kOwn, kOptional, "Product", kProduct),
    Leaf(kOwn, kOptional, "BeschikkingIngangsdatum", kDate,
         [](Filling& f, const Value& v) { f.request->decision_start = DayIn(v); }),
    Leaf(kOwn, kOne, "ToewijzingIngangsdatum", kDate, [](Filling& f, const Value& v) { f.request->period.start = DayIn(v); }),
    Leaf(kOwn, kOptional, "ToewijzingEinddatum", kDate,
         [](Filling& f, const Value& v) { f.request->period.end = DayIn(v) + 1; }),
    Group(kOwn, kOptional, "Omvang", kExtent, [](Filling& f) { f.volume = &f.request->volume.emplace(); }),
    Leaf(kOwn, kOptional, "Budget", kAmount, [](Filling& f, const Value& v) { f.request->budget = v.number; }),
    Group(kOwn, kOne, "Verwijzer", kReferrerChildren),
    Leaf(kOwn, kOptional, "Raamcontract", kYesNo),
    Leaf(kOwn, kOptional, "Commentaar", kRemark),
};
constexpr auto kReturnedRequestedProduct =
    Returned(kRequestedProduct, [](Filling& f) { f.return_codes = &f.request->return_codes; });

void OpenRequest(Filling& f) {
  f.request = &f.message.requests.emplace_back();
  f.category = &f.request->category;
  f.product = &f.request->product;
}

constexpr Element kRequestedProducts[] = {Group(kOwn, kMany, "AangevraagdProduct", kRequestedProduct, OpenRequest)};
constexpr Element kReturnedRequestedProducts[] = {
    Group(kOwn, kMany, "AangevraagdProduct", kReturnedRequestedProduct, OpenRequest)};

constexpr std::array<Element, 7> YouthRequestClientWith(absl::Span<const Element> products) {
  return {kBsnElement,
          kBirthElement,
          kSexElement,
          kShortNameElement,
          Leaf(kOwn, kOptional, "GezagsdragerBekend", kYesNo),
          Leaf(kOwn, kOptional, "Commentaar", kRemark),
          Group(kOwn, kOne, "AangevraagdeProducten", products)};
}
constexpr std::array<Element, 6> WmoRequestClientWith(absl::Span<const Element> products) {
  return {kBsnElement,
          kBirthElement,
          kSexElement,
          kShortNameElement,
          Leaf(kOwn, kOptional, "Commentaar", kRemark),
          Group(kOwn, kOne, "AangevraagdeProducten", products)};
}
constexpr auto kYouthRequestClient = YouthRequestClientWith(kRequestedProducts);
constexpr auto kWmoRequestClient = WmoRequestClientWith(kRequestedProducts);
constexpr auto kReturnedYouthRequestClient = Returned(YouthRequestClientWith(kReturnedRequestedProducts), OpenClientCodes);
constexpr auto kReturnedWmoRequestClient = Returned(WmoRequestClientWith(kReturnedRequestedProducts), OpenClientCodes);

constexpr Element kYouthRequestMessage[] = {
    Group(kOwn, kOne, "Header", kRequestHeader),
    Group(kOwn, kOne, "Client", kYouthRequestClient, OpenClient),
};
constexpr Element kWmoRequestMessage[] = {
    Group(kOwn, kOne, "Header", kRequestHeader),
    Group(kOwn, kOne, "Client", kWmoRequestClient, OpenClient),
};
constexpr Element kYouthRequestReturnMessage[] = {
    Group(kOwn, kOne, "Header", kRequestReturnHeader),
    Group(kOwn, kOptional, "Client", kReturnedYouthRequestClient, OpenClient),
};
constexpr Element kWmoRequestReturnMessage[] = {
    Group(kOwn, kOne, "Header", kRequestReturnHeader),
    Group(kOwn, kOptional, "Client", kReturnedWmoRequestClient, OpenClient),
};

// ---- 317 and 318 --------------------------------------------------------------------------------------------------------

void OpenWantedCodes(Filling& f) { f.return_codes = &f.wanted->return_codes; }

void OpenUnchanged(Filling& f) { f.wanted = &f.message.change_request->unchanged.emplace_back(); }
void OpenChanged(Filling& f) { f.wanted = &f.message.change_request->changed.emplace_back(); }
void OpenAdded(Filling& f) {
  f.wanted = &f.message.change_request->added.emplace_back();
  f.category = &f.wanted->category;
  f.product = &f.wanted->product;
}

constexpr Element kWantedNumber =
    Leaf(kOwn, kOne, "ToewijzingNummer", kNumber, [](Filling& f, const Value& v) { f.wanted->number = v.number; });
constexpr Element kWantedStart =
    Leaf(kOwn, kOne, "GewensteIngangsdatum", kDate, [](Filling& f, const Value& v) { f.wanted->period.start = DayIn(v); });
constexpr Element kWantedEnd =
    Leaf(kOwn, kOptional, "Einddatum", kDate, [](Filling& f, const Value& v) { f.wanted->period.end = DayIn(v) + 1; });
constexpr Element kWantedVolume =
    Group(kOwn, kOptional, "Omvang", kExtent, [](Filling& f) { f.volume = &f.wanted->volume.emplace(); });
constexpr Element kWantedBudget =
    Leaf(kOwn, kOptional, "Budget", kAmount, [](Filling& f, const Value& v) { f.wanted->budget = v.number; });

constexpr Element kUnchangedProduct[] = {kWantedNumber};
constexpr Element kChangedProduct[] = {kWantedNumber, kWantedStart, kWantedEnd, kWantedVolume, kWantedBudget};
constexpr Element kAddedProduct[] = {
    Group(kOwn, kOptional, "Product", kProduct), kWantedStart, kWantedEnd, kWantedVolume, kWantedBudget,
};
constexpr auto kReturnedUnchangedProduct = Returned(kUnchangedProduct, OpenWantedCodes);
constexpr auto kReturnedChangedProduct = Returned(kChangedProduct, OpenWantedCodes);
constexpr auto kReturnedAddedProduct = Returned(kAddedProduct, OpenWantedCodes);

constexpr Element kUnchangedProducts[] = {Group(kOwn, kMany, "OngewijzigdProduct", kUnchangedProduct, OpenUnchanged)};
constexpr Element kChangedProducts[] = {Group(kOwn, kMany, "TeWijzigenProduct", kChangedProduct, OpenChanged)};
constexpr Element kAddedProducts[] = {Group(kOwn, kMany, "NieuwProduct", kAddedProduct, OpenAdded)};
constexpr Element kReturnedUnchangedProducts[] = {
    Group(kOwn, kMany, "OngewijzigdProduct", kReturnedUnchangedProduct, OpenUnchanged)};
constexpr Element kReturnedChangedProducts[] = {Group(kOwn, kMany, "TeWijzigenProduct", kReturnedChangedProduct, OpenChanged)};
constexpr Element kReturnedAddedProducts[] = {Group(kOwn, kMany, "NieuwProduct", kReturnedAddedProduct, OpenAdded)};

constexpr std::array<Element, 5> ChangeRequestWith(absl::Span<const Element> unchanged, absl::Span<const Element> changed,
                                                   absl::Span<const Element> added) {
  return {Leaf(kOwn, kOne, "ReferentieAanbieder", kLine36,
               [](Filling& f, const Value& v) { Set(f.message.change_request->reference, v); }),
          Leaf(kOwn, kOne, "RedenVerzoek", kRequestReason,
               [](Filling& f, const Value& v) { Set(f.message.change_request->reason, v); }),
          Group(kOwn, kOptional, "OngewijzigdeProducten", unchanged), Group(kOwn, kOptional, "TeWijzigenProducten", changed),
          Group(kOwn, kOptional, "NieuweProducten", added)};
}
constexpr auto kChangeRequest = ChangeRequestWith(kUnchangedProducts, kChangedProducts, kAddedProducts);
constexpr auto kReturnedChangeRequest =
    Returned(ChangeRequestWith(kReturnedUnchangedProducts, kReturnedChangedProducts, kReturnedAddedProducts),
             [](Filling& f) { f.return_codes = &f.message.change_request->return_codes; });

void OpenChangeRequest(Filling& f) { f.message.change_request.emplace(); }

constexpr Element kChangeRequestClient[] = {
    kBsnElement,
    Group(kOwn, kOne, "Verzoek", kChangeRequest, OpenChangeRequest),
};
constexpr auto kReturnedChangeRequestClient =
    Returned(std::array<Element, 2>{kBsnElement, Group(kOwn, kOne, "Verzoek", kReturnedChangeRequest, OpenChangeRequest)},
             OpenClientCodes);

constexpr Element kChangeRequestMessage[] = {
    Group(kOwn, kOne, "Header", kChangeRequestHeader),
    Group(kOwn, kOne, "Client", kChangeRequestClient, OpenClient),
};
constexpr Element kChangeRequestReturnMessage[] = {
    Group(kOwn, kOne, "Header", kChangeRequestReturnHeader),
    Group(kOwn, kOptional, "Client", kReturnedChangeRequestClient, OpenClient),
};

// ---- 319 and 320 --------------------------------------------------------------------------------------------------------

constexpr Element kHomeMunicipality[] = {
    Leaf(kOwn, kOne, "Gemeente", kMunicipality, [](Filling& f, const Value& v) { Set(f.message.reply->municipality, v); }),
};
constexpr auto kReturnedHomeMunicipality =
    Returned(kHomeMunicipality, [](Filling& f) { f.return_codes = &f.message.reply->municipality_return_codes; });

constexpr Element kWmoReply[] = {
    Leaf(kOwn, kOne, "ReferentieAanbieder", kLine36, [](Filling& f, const Value& v) { Set(f.message.reply->reference, v); }),
    Leaf(kOwn, kOne, "VerzoekAntwoord", kReplyKind, [](Filling& f, const Value& v) { Set(f.message.reply->answer, v); }),
    Leaf(kOwn, kOptional, "RedenAfwijzingVerzoek", kRejectionReason,
         [](Filling& f, const Value& v) { Set(f.message.reply->rejection_reason, v); }),
};
constexpr std::array<Element, 4> YouthReplyWith(absl::Span<const Element> home) {
  return {kWmoReply[0], kWmoReply[1], kWmoReply[2], Group(kOwn, kOptional, "Woonplaatsbeginsel", home)};
}
constexpr auto kYouthReply = YouthReplyWith(kHomeMunicipality);

void OpenReply(Filling& f) { f.message.reply.emplace(); }
void OpenReplyCodes(Filling& f) { f.return_codes = &f.message.reply->return_codes; }

constexpr auto kReturnedWmoReply = Returned(kWmoReply, OpenReplyCodes);
constexpr auto kReturnedYouthReply = Returned(YouthReplyWith(kReturnedHomeMunicipality), OpenReplyCodes);

constexpr Element kYouthReplyMessage[] = {
    Group(kOwn, kOne, "Header", kReplyHeader),
    Group(kOwn, kOne, "Antwoord", kYouthReply, OpenReply),
};
constexpr Element kWmoReplyMessage[] = {
    Group(kOwn, kOne, "Header", kReplyHeader),
    Group(kOwn, kOne, "Antwoord", kWmoReply, OpenReply),
};
constexpr Element kYouthReplyReturnMessage[] = {
    Group(kOwn, kOne, "Header", kReplyReturnHeader),
    Group(kOwn, kOptional, "Antwoord", kReturnedYouthReply, OpenReply),
};
constexpr Element kWmoReplyReturnMessage[] = {
    Group(kOwn, kOne, "Header", kReplyReturnHeader),
    Group(kOwn, kOptional, "Antwoord", kReturnedWmoReply, OpenReply),
};

// ---- 323 and 325 --------------------------------------------------------------------------------------------------------

void OpenLines(Filling& f, std::vector<ClaimLine>& lines) {
  lines.reserve(f.expected_lines);
  f.lines = &lines;
}

void OpenLine(Filling& f) {
  const auto client = static_cast<int32_t>(f.message.clients.size()) - 1;
  const int32_t position = !f.lines->empty() && f.lines->back().client == client ? f.lines->back().position + 1 : 0;
  ClaimLine& line = f.lines->emplace_back();
  line.client = client;
  line.position = position;
  f.line = &line;
}

constexpr Element kReferenceElement = Group(kOwn, kOne, "ProductReferentie", kReference);
constexpr Element kLineNumber =
    Leaf(kOwn, kOne, "ToewijzingNummer", kNumber, [](Filling& f, const Value& v) { f.line->allocation = v.number; });
constexpr Element kLineCategory =
    Leaf(kOwn, kOne, "ProductCategorie", kCategory, [](Filling& f, const Value& v) { Set(f.line->category, v); });
constexpr Element kLineProduct =
    Leaf(kOwn, kOne, "ProductCode", kLine5, [](Filling& f, const Value& v) { Set(f.line->product, v); });
constexpr Element kLinePeriod =
    Group(kOwn, kOne, "ProductPeriode", kClosedPeriod, [](Filling& f) { f.period = &f.line->period; });
constexpr Element kLineVolume =
    Leaf(kOwn, kOne, "GeleverdVolume", kVolume, [](Filling& f, const Value& v) { f.line->volume = v.number; });
constexpr Element kLineUnit = Leaf(kOwn, kOne, "Eenheid", kUnit, [](Filling& f, const Value& v) { Set(f.line->unit, v); });
constexpr Element kLineTariff =
    Leaf(kOwn, kOptional, "ProductTarief", kAmount, [](Filling& f, const Value& v) { f.line->tariff = v.number; });
constexpr Element kLineAmount =
    Group(kOwn, kOne, "IngediendBedrag", kSidedAmount, [](Filling& f) { f.amount = &f.line->amount; });

constexpr Element kClaimLine[] = {
    kReferenceElement, kLineNumber, kLineCategory, kLineProduct, kLinePeriod, kLineVolume, kLineUnit, kLineTariff, kLineAmount,
};

constexpr Element kClaimLines[] = {
    Group(kOwn, kMany, "Prestatie", kClaimLine, OpenLine),
};

constexpr Element kClaimClient[] = {
    kBsnElement,
    Group(kOwn, kOne, "Prestaties", kClaimLines),
};

constexpr Element kClaimClients[] = {
    Group(kOwn, kMany, "Client", kClaimClient, OpenClient),
};

constexpr Element kClaim[] = {
    Leaf(kOwn, kOne, "DeclaratieNummer", kAlphanumeric12, [](Filling& f, const Value& v) { Set(f.message.claim->number, v); }),
    Group(kOwn, kOne, "DeclaratiePeriode", kClosedPeriod, [](Filling& f) { f.period = &f.message.claim->period; }),
    Leaf(kOwn, kOne, "DeclaratieDagtekening", kDate, [](Filling& f, const Value& v) { f.message.claim->dated_day = DayIn(v); }),
    Group(kOwn, kOne, "TotaalIngediendBedrag", kSidedTotal, [](Filling& f) { f.amount = &f.message.claim->total; }),
    Group(kOwn, kOne, "Clienten", kClaimClients),
};

constexpr Element kClaimMessage[] = {
    Group(kOwn, kOne, "Header", kClaimHeader),
    Group(kOwn, kOne, "Declaratie", kClaim, [](Filling& f) { OpenLines(f, f.message.claim.emplace().lines); }),
};

constexpr Element kAnswerLine[] = {
    kReferenceElement,
    kLineNumber,
    kLineCategory,
    kLineProduct,
    kLinePeriod,
    kLineVolume,
    kLineUnit,
    kLineTariff,
    kLineAmount,
    Group(kOwn, kOne, "RetourCodes", kReturnCodes, [](Filling& f) { f.return_codes = &f.line->return_codes; }),
};

constexpr Element kAnswerLines[] = {
    Group(kOwn, kMany, "Prestatie", kAnswerLine, OpenLine),
};

constexpr Element kAnswerClient[] = {
    kBsnElement,
    Group(kOwn, kOne, "Prestaties", kAnswerLines),
    Group(kOwn, kOne, "RetourCodes", kReturnCodes, [](Filling& f) { f.return_codes = &f.client->return_codes; }),
};

constexpr Element kAnswerClients[] = {
    Group(kOwn, kMany, "Client", kAnswerClient, OpenClient),
};

constexpr Element kAnswer[] = {
    Leaf(kOwn, kOne, "DeclaratieNummer", kText12, [](Filling& f, const Value& v) { Set(f.message.answer->number, v); }),
    Group(kOwn, kOne, "TotaalIngediendBedrag", kSidedTotal, [](Filling& f) { f.amount = &f.message.answer->submitted; }),
    Group(kOwn, kOne, "TotaalToegekendBedrag", kSidedTotal, [](Filling& f) { f.amount = &f.message.answer->granted; }),
    Group(kOwn, kOptional, "Clienten", kAnswerClients),
    Group(kOwn, kOne, "RetourCodes", kReturnCodes, [](Filling& f) { f.return_codes = &f.message.answer->return_codes; }),
};

constexpr Element kAnswerMessage[] = {
    Group(kOwn, kOne, "Header", kAnswerHeader),
    Group(kOwn, kOptional, "DeclaratieAntwoord", kAnswer, [](Filling& f) { OpenLines(f, f.message.answer.emplace().lines); }),
};

constexpr MessageSchema kSchemas[] = {
    {MessageType::kAllocation, std::nullopt, Group(kOwn, kOne, "Bericht", kAllocationMessage)},
    {MessageType::kAllocationReturn, std::nullopt, Group(kOwn, kOne, "Bericht", kAllocationReturnMessage)},
    {MessageType::kStart, std::nullopt, Group(kOwn, kOne, "Bericht", kStartMessage)},
    {MessageType::kStartReturn, std::nullopt, Group(kOwn, kOne, "Bericht", kStartReturnMessage)},
    {MessageType::kStop, std::nullopt, Group(kOwn, kOne, "Bericht", kStopMessage)},
    {MessageType::kStopReturn, std::nullopt, Group(kOwn, kOne, "Bericht", kStopReturnMessage)},
    {MessageType::kRequest, Law::kYouth, Group(kOwn, kOne, "Bericht", kYouthRequestMessage)},
    {MessageType::kRequest, Law::kWmo, Group(kOwn, kOne, "Bericht", kWmoRequestMessage)},
    {MessageType::kRequestReturn, Law::kYouth, Group(kOwn, kOne, "Bericht", kYouthRequestReturnMessage)},
    {MessageType::kRequestReturn, Law::kWmo, Group(kOwn, kOne, "Bericht", kWmoRequestReturnMessage)},
    {MessageType::kChangeRequest, std::nullopt, Group(kOwn, kOne, "Bericht", kChangeRequestMessage)},
    {MessageType::kChangeRequestReturn, std::nullopt, Group(kOwn, kOne, "Bericht", kChangeRequestReturnMessage)},
    {MessageType::kReply, Law::kYouth, Group(kOwn, kOne, "Bericht", kYouthReplyMessage)},
    {MessageType::kReply, Law::kWmo, Group(kOwn, kOne, "Bericht", kWmoReplyMessage)},
    {MessageType::kReplyReturn, Law::kYouth, Group(kOwn, kOne, "Bericht", kYouthReplyReturnMessage)},
    {MessageType::kReplyReturn, Law::kWmo, Group(kOwn, kOne, "Bericht", kWmoReplyReturnMessage)},
    {MessageType::kClaim, std::nullopt, Group(kOwn, kOne, "Bericht", kClaimMessage)},
    {MessageType::kClaimAnswer, std::nullopt, Group(kOwn, kOne, "Bericht", kAnswerMessage)},
};

}  // namespace

const MessageSchema* SchemaOf(Law law, int number) {
  for (const MessageSchema& schema : kSchemas) {
    if (static_cast<int>(schema.type) == number && schema.law.value_or(law) == law) return &schema;
  }
  return nullptr;
}

}  // namespace nmd::ingestion
