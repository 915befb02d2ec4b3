// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_MESSAGE_PARTS_H_
#define NMD_SERVICES_INGESTION_MESSAGE_PARTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "services/ingestion/message_schema.h"

// What the tables of message_schema.cc are made of: types of values, groups that messages share, headers, and the client with
// contacts and relations. For message_schema.cc only.
namespace nmd::ingestion::parts {

using Kind = SimpleType;

// Value types (domain-standards 1.5 and 2). LDT_ and the XSD names are left off.
inline constexpr SimpleType kAllocationCode = {Kind::kCode, 3, "436", "414"};
inline constexpr SimpleType kAllocationReturnCode = {Kind::kCode, 3, "437", "415"};
inline constexpr SimpleType kStartCode = {Kind::kCode, 3, "438", "418"};
inline constexpr SimpleType kStartReturnCode = {Kind::kCode, 3, "439", "419"};
inline constexpr SimpleType kStopCode = {Kind::kCode, 3, "440", "420"};
inline constexpr SimpleType kStopReturnCode = {Kind::kCode, 3, "441", "421"};
inline constexpr SimpleType kRequestCode = {Kind::kCode, 3, "446", "444"};
inline constexpr SimpleType kRequestReturnCode = {Kind::kCode, 3, "447", "445"};
inline constexpr SimpleType kChangeRequestCode = {Kind::kCode, 3, "486", "480"};
inline constexpr SimpleType kChangeRequestReturnCode = {Kind::kCode, 3, "487", "481"};
inline constexpr SimpleType kReplyCode = {Kind::kCode, 3, "488", "482"};
inline constexpr SimpleType kReplyReturnCode = {Kind::kCode, 3, "489", "483"};
inline constexpr SimpleType kClaimCode = {Kind::kCode, 3, "490", "484"};
inline constexpr SimpleType kAnswerCode = {Kind::kCode, 3, "491", "485"};
inline constexpr SimpleType kVersion3 = {Kind::kFixed, 0, "3"};
inline constexpr SimpleType kSubversion2 = {Kind::kFixed, 0, "2"};
inline constexpr SimpleType kMunicipality = {Kind::kDigits, 4};
inline constexpr SimpleType kAgb = {Kind::kDigits, 8};
inline constexpr SimpleType kBsn = {Kind::kDigits, 9};
inline constexpr SimpleType kSchemaVersion = {Kind::kVersion};
inline constexpr SimpleType kDate = {Kind::kDate};
inline constexpr SimpleType kTime = {Kind::kTime};
inline constexpr SimpleType kNumber = {Kind::kInteger, 999'999'999};
inline constexpr SimpleType kVolume = {Kind::kInteger, 99'999'999};
inline constexpr SimpleType kAmount = {Kind::kInteger, 99'999'999};
inline constexpr SimpleType kTotalAmount = {Kind::kInteger, 999'999'999'999};
inline constexpr SimpleType kHouseNumber = {Kind::kInteger, 99'999};
inline constexpr SimpleType kRank = {Kind::kInteger, 99};
inline constexpr SimpleType kLine1 = {Kind::kLine, 1};
inline constexpr SimpleType kLine4 = {Kind::kLine, 4};
inline constexpr SimpleType kLine5 = {Kind::kLine, 5};
inline constexpr SimpleType kLine8 = {Kind::kLine, 8};
inline constexpr SimpleType kLine10 = {Kind::kLine, 10};
inline constexpr SimpleType kLine12 = {Kind::kLine, 12};
inline constexpr SimpleType kLine20 = {Kind::kLine, 20};
inline constexpr SimpleType kLine24 = {Kind::kLine, 24};
inline constexpr SimpleType kLine25 = {Kind::kLine, 25};
inline constexpr SimpleType kLine35 = {Kind::kLine, 35};
inline constexpr SimpleType kLine36 = {Kind::kLine, 36};
inline constexpr SimpleType kLine64 = {Kind::kLine, 64};
inline constexpr SimpleType kLine80 = {Kind::kLine, 80};
inline constexpr SimpleType kLine200 = {Kind::kLine, 200};
inline constexpr SimpleType kText12 = {Kind::kText, 12};
inline constexpr SimpleType kText20 = {Kind::kText, 20};
inline constexpr SimpleType kAlphanumeric12 = {Kind::kAlphanumeric, 12};
inline constexpr SimpleType kPhone = {Kind::kPhone, 15};
inline constexpr SimpleType kInitials = {Kind::kInitials, 6};
inline constexpr SimpleType kRemark = {Kind::kRemark};
inline constexpr SimpleType kDateUse = {Kind::kCode, 1, "123"};
inline constexpr SimpleType kSex = {Kind::kCode, 1, "012"};
inline constexpr SimpleType kNameUse = {Kind::kCode, 1, "123456"};
inline constexpr SimpleType kTalk = {Kind::kCode, 1, "123"};
inline constexpr SimpleType kSide = {Kind::kCode, 1, "CD"};
inline constexpr SimpleType kStatus = {Kind::kCode, 1, "1239"};
inline constexpr SimpleType kFrequency = {Kind::kCode, 1, "1246"};
inline constexpr SimpleType kUnit = {Kind::kCode, 2, "01041416828384"};
inline constexpr SimpleType kAddressKind = {Kind::kCode, 2, "01020304"};
inline constexpr SimpleType kHouseIndication = {Kind::kCode, 2, "ABBYTOWW"};
inline constexpr SimpleType kLegalStatus = {Kind::kCode, 2, "01020304051112"};
inline constexpr SimpleType kLegalRepresentation = {Kind::kCode, 2, "0607080910"};
inline constexpr SimpleType kRelation = {Kind::kCode, 2, "0304050607080910111213141516171819202122232425"};
inline constexpr SimpleType kChangeReason = {Kind::kCode, 2, "0102030405060708091011121314"};
inline constexpr SimpleType kEndReason = {Kind::kCode, 2, "0220313233343536373839", "0219202122233136373839"};
inline constexpr SimpleType kCategory = {Kind::kCode, 2, "313233343536373840414243444546474849505152535455",
                                         "010203040506070809101112131415161718"};
inline constexpr SimpleType kYesNo = {Kind::kCode, 1, "12"};
inline constexpr SimpleType kReferrer = {Kind::kCode, 2, "01020304050608"};
inline constexpr SimpleType kRequestReason = {Kind::kCode, 1, "12"};
inline constexpr SimpleType kReplyKind = {Kind::kCode, 1, "12"};
inline constexpr SimpleType kRejectionReason = {Kind::kCode, 1, "123456789"};
inline constexpr SimpleType kReturnCode = {
    Kind::kCode, 4,
    "000102000233061180018017802181878214884890199056906390699071907493079308931993219322"
    "932693329333933893399340934193469347934993509351935593579359936093619365936693679369"
    "9373937493759379938493859387938893899390941194129413941494"
    "15S300S329"};
inline constexpr SimpleType kCountry = {
    Kind::kCode, 2,
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDO"
    "DZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKR"
    "KWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPS"
    "PTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWS"
    "YEYTZAZMZW"};

enum Space { kBase, kOwn };
enum Occurs { kOne, kOptional, kMany };

using Store = void (*)(Filling&, const Value&);
using Open = void (*)(Filling&);

constexpr Element Leaf(Space space, Occurs occurs, const char* name, const SimpleType& type, Store store = nullptr) {
  return {.name = name,
          .in_base = space == kBase,
          .optional = occurs == kOptional,
          .repeated = occurs == kMany,
          .type = &type,
          .children = {},
          .required = 0,
          .store = store,
          .open = nullptr};
}

constexpr Element Group(Space space, Occurs occurs, const char* name, absl::Span<const Element> children, Open open = nullptr) {
  uint32_t required = 0;
  for (size_t i = 0; i < children.size(); ++i) required |= (children[i].optional ? 0u : 1u) << i;
  return {.name = name,
          .in_base = space == kBase,
          .optional = occurs == kOptional,
          .repeated = occurs == kMany,
          .type = nullptr,
          .children = children,
          .required = required,
          .store = nullptr,
          .open = open};
}

inline void Set(std::string& into, const Value& value) { into.assign(value.text.data(), value.text.size()); }

// Day of a value; the reader has seen that it is one.
inline Day DayIn(const Value& value) { return static_cast<Day>(value.number); }

// ---- Types that messages share (CDT_) -----------------------------------------------------------------------------------

inline constexpr Element kIdentification[] = {
    Leaf(kBase, kOne, "Identificatie", kLine12, [](Filling& f, const Value& v) { Set(*f.identification, v); }),
    Leaf(kBase, kOne, "Dagtekening", kDate, [](Filling& f, const Value& v) { *f.dated_day = DayIn(v); }),
};

inline constexpr Element kSchemaVersions[] = {
    Leaf(kBase, kOne, "BasisschemaXsdVersie", kSchemaVersion,
         [](Filling& f, const Value& v) { Set(*f.base_schema_version, v); }),
    Leaf(kBase, kOne, "BerichtXsdVersie", kSchemaVersion, [](Filling& f, const Value& v) { Set(*f.schema_version, v); }),
};

inline constexpr Element kReturnCodes[] = {
    Leaf(kOwn, kMany, "RetourCode", kReturnCode, [](Filling& f, const Value& v) { f.return_codes->emplace_back(v.text); }),
};

// The same children, with the return codes that every class of a return ends in; `open` says of which row they are.
template <typename Children>
constexpr auto Returned(const Children& children, Open open) {
  std::array<Element, sizeof(Children) / sizeof(Element) + 1> result = {};
  for (size_t i = 0; i + 1 < result.size(); ++i) result[i] = children[i];
  result.back() = Group(kOwn, kOne, "RetourCodes", kReturnCodes, open);
  return result;
}

inline constexpr Element kBirthDate[] = {
    Leaf(kBase, kOne, "Datum", kDate,
         [](Filling& f, const Value& v) {
           f.person->birth_day = DayIn(v);
           f.person->has_birth_day = true;
         }),
    Leaf(kBase, kOptional, "DatumGebruik", kDateUse, [](Filling& f, const Value& v) { Set(f.person->birth_date_use, v); }),
};

inline constexpr Element kSurname[] = {
    Leaf(kBase, kOne, "Achternaam", kLine200, [](Filling& f, const Value& v) { Set(*f.surname, v); }),
    Leaf(kBase, kOptional, "Voorvoegsel", kLine10, [](Filling& f, const Value& v) { Set(*f.prefix, v); }),
};

inline void OpenSurname(Filling& f) {
  f.surname = &f.person->name.surname;
  f.prefix = &f.person->name.prefix;
}
inline void OpenPartnerSurname(Filling& f) {
  f.surname = &f.person->name.partner_surname;
  f.prefix = &f.person->name.partner_prefix;
}
inline void StoreGivenNames(Filling& f, const Value& v) { Set(f.person->name.given_names, v); }
inline void StoreInitials(Filling& f, const Value& v) { Set(f.person->name.initials, v); }

inline constexpr Element kFullName[] = {
    Group(kBase, kOne, "Geslachtsnaam", kSurname, OpenSurname),
    Group(kBase, kOptional, "Partnernaam", kSurname, OpenPartnerSurname),
    Leaf(kBase, kOptional, "Voornamen", kLine200, StoreGivenNames),
    Leaf(kBase, kOptional, "Voorletters", kInitials, StoreInitials),
    Leaf(kBase, kOne, "NaamGebruik", kNameUse, [](Filling& f, const Value& v) { Set(f.person->name.name_use, v); }),
};

inline constexpr Element kShortName[] = {
    Group(kBase, kOne, "Geslachtsnaam", kSurname, OpenSurname),
    Leaf(kBase, kOptional, "Voornamen", kLine200, StoreGivenNames),
    Leaf(kBase, kOptional, "Voorletters", kInitials, StoreInitials),
};

inline constexpr Element kCommunication[] = {
    Leaf(kBase, kOne, "Vorm", kTalk, [](Filling& f, const Value& v) { Set(f.client->communication, v); }),
    Leaf(kBase, kOptional, "Taal", kLine25, [](Filling& f, const Value&) { f.client->has_language = true; }),
};

inline constexpr Element kHouse[] = {
    Leaf(kBase, kOne, "Huisnummer", kHouseNumber,
         [](Filling& f, const Value& v) { f.address->house_number = static_cast<int32_t>(v.number); }),
    Leaf(kBase, kOptional, "Huisletter", kLine1, [](Filling& f, const Value& v) { Set(f.address->house_letter, v); }),
    Leaf(kBase, kOptional, "HuisnummerToevoeging", kLine4,
         [](Filling& f, const Value& v) { Set(f.address->house_addition, v); }),
    Leaf(kBase, kOptional, "AanduidingWoonadres", kHouseIndication,
         [](Filling& f, const Value& v) { Set(f.address->house_indication, v); }),
};

inline constexpr Element kAddress[] = {
    Group(kBase, kOptional, "Huis", kHouse, [](Filling& f) { f.address->has_house = true; }),
    Leaf(kBase, kOptional, "Postcode", kLine8, [](Filling& f, const Value& v) { Set(f.address->postcode, v); }),
    Leaf(kBase, kOptional, "Straatnaam", kLine24, [](Filling& f, const Value& v) { Set(f.address->street, v); }),
    Leaf(kBase, kOptional, "Plaatsnaam", kLine80, [](Filling& f, const Value& v) { Set(f.address->town, v); }),
    Leaf(kBase, kOptional, "LandCode", kCountry, [](Filling& f, const Value& v) { Set(f.address->country, v); }),
};

inline constexpr Element kTelephone[] = {
    Leaf(kBase, kOne, "Telefoonnummer", kPhone),
    Leaf(kBase, kOne, "Landnummer", kLine4),
};

inline constexpr Element kTelephones[] = {
    Group(kBase, kOne, "Telefoon01", kTelephone),
    Group(kBase, kOptional, "Telefoon02", kTelephone),
};

inline constexpr Element kOpenPeriod[] = {
    Leaf(kBase, kOptional, "Begindatum", kDate,
         [](Filling& f, const Value& v) {
           f.address->period.start = DayIn(v);
           f.address->has_start = true;
         }),
    Leaf(kBase, kOptional, "Einddatum", kDate, [](Filling& f, const Value& v) { f.address->period.end = DayIn(v) + 1; }),
};

inline constexpr Element kClosedPeriod[] = {
    Leaf(kBase, kOne, "Begindatum", kDate, [](Filling& f, const Value& v) { f.period->start = DayIn(v); }),
    Leaf(kBase, kOne, "Einddatum", kDate, [](Filling& f, const Value& v) { f.period->end = DayIn(v) + 1; }),
};

inline void StoreCategory(Filling& f, const Value& v) { Set(*f.category, v); }
inline void StoreProduct(Filling& f, const Value& v) { Set(*f.product, v); }

inline constexpr Element kProduct[] = {
    Leaf(kBase, kOne, "Categorie", kCategory, StoreCategory),
    Leaf(kBase, kOptional, "Code", kLine5, StoreProduct),
};

inline constexpr Element kExtent[] = {
    Leaf(kBase, kOne, "Volume", kVolume, [](Filling& f, const Value& v) { f.volume->volume = v.number; }),
    Leaf(kBase, kOne, "Eenheid", kUnit, [](Filling& f, const Value& v) { Set(f.volume->unit, v); }),
    Leaf(kBase, kOne, "Frequentie", kFrequency, [](Filling& f, const Value& v) { Set(f.volume->frequency, v); }),
};

inline constexpr Element kReferrerChildren[] = {
    Leaf(kBase, kOne, "Type", kReferrer, [](Filling& f, const Value& v) { Set(f.request->referrer, v); }),
    Leaf(kBase, kOptional, "Naam", kLine64, [](Filling& f, const Value& v) { Set(f.request->referrer_name, v); }),
    Leaf(kBase, kOptional, "ZorgverlenerCode", kAgb, [](Filling& f, const Value& v) { Set(f.request->referrer_code, v); }),
};

inline constexpr Element kReference[] = {
    Leaf(kBase, kOne, "ReferentieNummer", kText20, [](Filling& f, const Value& v) { Set(f.line->reference, v); }),
    Leaf(kBase, kOptional, "VorigReferentieNummer", kText20,
         [](Filling& f, const Value& v) { Set(f.line->previous_reference, v); }),
};

inline void StoreCents(Filling& f, const Value& v) { f.amount->cents = v.number; }
inline void StoreSide(Filling& f, const Value& v) { f.amount->credit = v.text == "C"; }

inline constexpr Element kSidedAmount[] = {
    Leaf(kBase, kOne, "Bedrag", kAmount, StoreCents),
    Leaf(kBase, kOne, "DebetCredit", kSide, StoreSide),
};

inline constexpr Element kSidedTotal[] = {
    Leaf(kBase, kOne, "TotaalBedrag", kTotalAmount, StoreCents),
    Leaf(kBase, kOne, "DebetCredit", kSide, StoreSide),
};

// ---- Header (domain-standards 1.4) --------------------------------------------------------------------------------------

constexpr Element Code(const SimpleType& type) {
  return Leaf(kOwn, kOne, "BerichtCode", type, [](Filling& f, const Value& v) { Set(f.message.header.code, v); });
}
inline constexpr Element kVersionElement = Leaf(kOwn, kOne, "BerichtVersie", kVersion3, [](Filling& f, const Value& v) {
  f.message.header.version = static_cast<int>(v.number);
});
inline constexpr Element kSubversionElement =
    Leaf(kOwn, kOne, "BerichtSubversie", kSubversion2,
         [](Filling& f, const Value& v) { f.message.header.subversion = static_cast<int>(v.number); });
inline constexpr Element kIdentificationElement = Group(kOwn, kOne, "BerichtIdentificatie", kIdentification, [](Filling& f) {
  f.identification = &f.message.header.identification;
  f.dated_day = &f.message.header.dated_day;
});
inline constexpr Element kSchemaVersionsElement = Group(kOwn, kOne, "XsdVersie", kSchemaVersions, [](Filling& f) {
  f.base_schema_version = &f.message.header.base_schema_version;
  f.schema_version = &f.message.header.schema_version;
});

constexpr Element Sender(const SimpleType& type) {
  return Leaf(kOwn, kOne, "Afzender", type, [](Filling& f, const Value& v) { Set(f.message.header.sender, v); });
}
constexpr Element Receiver(const SimpleType& type) {
  return Leaf(kOwn, kOne, "Ontvanger", type, [](Filling& f, const Value& v) { Set(f.message.header.receiver, v); });
}

constexpr std::array<Element, 7> HeaderOf(const SimpleType& code, const SimpleType& sender, const SimpleType& receiver) {
  return {Code(code),         kVersionElement,        kSubversionElement,    Sender(sender),
          Receiver(receiver), kIdentificationElement, kSchemaVersionsElement};
}

// A return repeats the header of what it returns, Afzender and Ontvanger included.
constexpr std::array<Element, 12> ReturnHeaderOf(const SimpleType& code, const SimpleType& sender, const SimpleType& receiver) {
  return {
      Code(code),
      kVersionElement,
      kSubversionElement,
      Sender(sender),
      Receiver(receiver),
      kIdentificationElement,
      kSchemaVersionsElement,
      Leaf(kOwn, kOne, "IdentificatieRetour", kLine12,
           [](Filling& f, const Value& v) { Set(f.message.header.return_identification, v); }),
      Leaf(kOwn, kOne, "DagtekeningRetour", kDate,
           [](Filling& f, const Value& v) { f.message.header.return_dated_day = DayIn(v); }),
      Leaf(kOwn, kOptional, "XsltVersie", kSchemaVersion),
      Group(kOwn, kOne, "XsdVersieRetour", kSchemaVersions,
            [](Filling& f) { f.base_schema_version = f.schema_version = &f.scratch_text; }),
      Group(kOwn, kOptional, "RetourCodes", kReturnCodes, [](Filling& f) { f.return_codes = &f.message.header.return_codes; })};
}

inline constexpr auto kAllocationHeader = HeaderOf(kAllocationCode, kMunicipality, kAgb);
inline constexpr auto kAllocationReturnHeader = ReturnHeaderOf(kAllocationReturnCode, kMunicipality, kAgb);
inline constexpr auto kStartHeader = HeaderOf(kStartCode, kAgb, kMunicipality);
inline constexpr auto kStartReturnHeader = ReturnHeaderOf(kStartReturnCode, kAgb, kMunicipality);
inline constexpr auto kStopHeader = HeaderOf(kStopCode, kAgb, kMunicipality);
inline constexpr auto kStopReturnHeader = ReturnHeaderOf(kStopReturnCode, kAgb, kMunicipality);
inline constexpr auto kRequestHeader = HeaderOf(kRequestCode, kAgb, kMunicipality);
inline constexpr auto kRequestReturnHeader = ReturnHeaderOf(kRequestReturnCode, kAgb, kMunicipality);
inline constexpr auto kChangeRequestHeader = HeaderOf(kChangeRequestCode, kAgb, kMunicipality);
inline constexpr auto kChangeRequestReturnHeader = ReturnHeaderOf(kChangeRequestReturnCode, kAgb, kMunicipality);
inline constexpr auto kReplyHeader = HeaderOf(kReplyCode, kMunicipality, kAgb);
inline constexpr auto kReplyReturnHeader = ReturnHeaderOf(kReplyReturnCode, kMunicipality, kAgb);
inline constexpr auto kClaimHeader = HeaderOf(kClaimCode, kAgb, kMunicipality);

inline constexpr Element kAnswerHeader[] = {
    Code(kAnswerCode),
    kVersionElement,
    kSubversionElement,
    Sender(kMunicipality),
    Receiver(kAgb),
    kIdentificationElement,
    kSchemaVersionsElement,
    Group(kOwn, kOne, "DeclaratieIdentificatie", kIdentification,
          [](Filling& f) {
            f.identification = &f.message.header.claim_identification;
            f.dated_day = &f.message.header.claim_dated_day;
          }),
    Leaf(kOwn, kOptional, "XsltVersie", kSchemaVersion),
    Group(kOwn, kOne, "XsdVersieDeclaratie", kSchemaVersions,
          [](Filling& f) {
            f.base_schema_version = &f.scratch_text;
            f.schema_version = &f.message.header.claim_schema_version;
          }),
    Group(kOwn, kOne, "RetourCodes", kReturnCodes, [](Filling& f) { f.return_codes = &f.message.header.return_codes; }),
};

// ---- Clients ------------------------------------------------------------------------------------------------------------

inline void OpenClient(Filling& f) { f.person = f.client = &f.message.clients.emplace_back(); }
inline void OpenClientCodes(Filling& f) { f.return_codes = &f.client->return_codes; }

inline constexpr Element kBsnElement = Leaf(kOwn, kOne, "Bsn", kBsn, [](Filling& f, const Value& v) { Set(f.client->bsn, v); });
inline constexpr Element kBirthElement = Group(kOwn, kOne, "Geboortedatum", kBirthDate);
inline constexpr Element kSexElement =
    Leaf(kOwn, kOne, "Geslacht", kSex, [](Filling& f, const Value& v) { Set(f.person->sex, v); });
inline constexpr Element kShortNameElement = Group(kOwn, kOne, "Naam", kShortName);

inline constexpr Element kContact[] = {
    Leaf(kOwn, kOne, "Soort", kAddressKind, [](Filling& f, const Value& v) { Set(f.address->kind, v); }),
    Group(kOwn, kOptional, "Adres", kAddress, [](Filling& f) { f.address->has_address = true; }),
    Leaf(kOwn, kOptional, "Organisatie", kLine35),
    Group(kOwn, kOptional, "Telefoon", kTelephones, [](Filling& f) { f.address->has_phone = true; }),
    Leaf(kOwn, kOptional, "Emailadres", kLine80),
    Group(kOwn, kOptional, "Periode", kOpenPeriod, [](Filling& f) { f.address->has_period = true; }),
};
inline constexpr auto kReturnedContact = Returned(kContact, [](Filling& f) { f.return_codes = &f.address->return_codes; });

inline void OpenContact(Filling& f) { f.address = &f.person->addresses.emplace_back(); }

constexpr std::array<Element, 7> RelationWith(absl::Span<const Element> contact) {
  return {Leaf(kOwn, kOne, "Nummer", kLine20, [](Filling& f, const Value& v) { Set(f.client->relations.back().number, v); }),
          Leaf(kOwn, kOptional, "Volgorde", kRank),
          Leaf(kOwn, kOne, "Soort", kRelation, [](Filling& f, const Value& v) { Set(f.client->relations.back().kind, v); }),
          Group(kOwn, kOptional, "Geboortedatum", kBirthDate),
          Leaf(kOwn, kOptional, "Geslacht", kSex, [](Filling& f, const Value& v) { Set(f.person->sex, v); }),
          Group(kOwn, kOne, "Naam", kFullName),
          Group(kOwn, kOne, "Contact", contact, OpenContact)};
}
inline constexpr auto kRelationChildren = RelationWith(kContact);
inline constexpr auto kReturnedRelationChildren =
    Returned(RelationWith(kReturnedContact), [](Filling& f) { f.return_codes = &f.person->return_codes; });

inline void OpenRelation(Filling& f) { f.person = &f.client->relations.emplace_back(); }

inline constexpr Element kRelations[] = {Group(kOwn, kMany, "Relatie", kRelationChildren, OpenRelation)};
inline constexpr Element kReturnedRelations[] = {Group(kOwn, kMany, "Relatie", kReturnedRelationChildren, OpenRelation)};

inline constexpr Element kContacts[] = {Group(kOwn, kMany, "Contact", kContact, OpenContact)};
inline constexpr Element kReturnedContacts[] = {Group(kOwn, kMany, "Contact", kReturnedContact, OpenContact)};

}  // namespace nmd::ingestion::parts

#endif  // NMD_SERVICES_INGESTION_MESSAGE_PARTS_H_
