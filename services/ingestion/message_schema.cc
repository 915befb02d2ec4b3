// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/message_schema.h"

#include <array>

namespace nmd::ingestion {
namespace {

using Kind = SimpleType;

// Value types (domain-standards 1.5 and 2). LDT_ and the XSD names are left off.
constexpr SimpleType kAllocationCode = {Kind::kCode, 3, "436", "414"};
constexpr SimpleType kAllocationReturnCode = {Kind::kCode, 3, "437", "415"};
constexpr SimpleType kStartCode = {Kind::kCode, 3, "438", "418"};
constexpr SimpleType kStartReturnCode = {Kind::kCode, 3, "439", "419"};
constexpr SimpleType kStopCode = {Kind::kCode, 3, "440", "420"};
constexpr SimpleType kStopReturnCode = {Kind::kCode, 3, "441", "421"};
constexpr SimpleType kRequestCode = {Kind::kCode, 3, "446", "444"};
constexpr SimpleType kRequestReturnCode = {Kind::kCode, 3, "447", "445"};
constexpr SimpleType kChangeRequestCode = {Kind::kCode, 3, "486", "480"};
constexpr SimpleType kChangeRequestReturnCode = {Kind::kCode, 3, "487", "481"};
constexpr SimpleType kReplyCode = {Kind::kCode, 3, "488", "482"};
constexpr SimpleType kReplyReturnCode = {Kind::kCode, 3, "489", "483"};
constexpr SimpleType kClaimCode = {Kind::kCode, 3, "490", "484"};
constexpr SimpleType kAnswerCode = {Kind::kCode, 3, "491", "485"};
constexpr SimpleType kVersion3 = {Kind::kFixed, 0, "3"};
constexpr SimpleType kSubversion2 = {Kind::kFixed, 0, "2"};
constexpr SimpleType kMunicipality = {Kind::kDigits, 4};
constexpr SimpleType kAgb = {Kind::kDigits, 8};
constexpr SimpleType kBsn = {Kind::kDigits, 9};
constexpr SimpleType kSchemaVersion = {Kind::kVersion};
constexpr SimpleType kDate = {Kind::kDate};
constexpr SimpleType kTime = {Kind::kTime};
constexpr SimpleType kNumber = {Kind::kInteger, 999'999'999};
constexpr SimpleType kVolume = {Kind::kInteger, 99'999'999};
constexpr SimpleType kAmount = {Kind::kInteger, 99'999'999};
constexpr SimpleType kTotalAmount = {Kind::kInteger, 999'999'999'999};
constexpr SimpleType kHouseNumber = {Kind::kInteger, 99'999};
constexpr SimpleType kRank = {Kind::kInteger, 99};
constexpr SimpleType kLine1 = {Kind::kLine, 1};
constexpr SimpleType kLine4 = {Kind::kLine, 4};
constexpr SimpleType kLine5 = {Kind::kLine, 5};
constexpr SimpleType kLine8 = {Kind::kLine, 8};
constexpr SimpleType kLine10 = {Kind::kLine, 10};
constexpr SimpleType kLine12 = {Kind::kLine, 12};
constexpr SimpleType kLine20 = {Kind::kLine, 20};
constexpr SimpleType kLine24 = {Kind::kLine, 24};
constexpr SimpleType kLine25 = {Kind::kLine, 25};
constexpr SimpleType kLine35 = {Kind::kLine, 35};
constexpr SimpleType kLine36 = {Kind::kLine, 36};
constexpr SimpleType kLine64 = {Kind::kLine, 64};
constexpr SimpleType kLine80 = {Kind::kLine, 80};
constexpr SimpleType kLine200 = {Kind::kLine, 200};
constexpr SimpleType kText12 = {Kind::kText, 12};
constexpr SimpleType kText20 = {Kind::kText, 20};
constexpr SimpleType kAlphanumeric12 = {Kind::kAlphanumeric, 12};
constexpr SimpleType kPhone = {Kind::kPhone, 15};
constexpr SimpleType kInitials = {Kind::kInitials, 6};
constexpr SimpleType kRemark = {Kind::kRemark};
constexpr SimpleType kDateUse = {Kind::kCode, 1, "123"};
constexpr SimpleType kSex = {Kind::kCode, 1, "012"};
constexpr SimpleType kNameUse = {Kind::kCode, 1, "123456"};
constexpr SimpleType kTalk = {Kind::kCode, 1, "123"};
constexpr SimpleType kSide = {Kind::kCode, 1, "CD"};
constexpr SimpleType kStatus = {Kind::kCode, 1, "1239"};
constexpr SimpleType kFrequency = {Kind::kCode, 1, "1246"};
constexpr SimpleType kUnit = {Kind::kCode, 2, "01041416828384"};
constexpr SimpleType kAddressKind = {Kind::kCode, 2, "01020304"};
constexpr SimpleType kHouseIndication = {Kind::kCode, 2, "ABBYTOWW"};
constexpr SimpleType kLegalStatus = {Kind::kCode, 2, "01020304051112"};
constexpr SimpleType kLegalRepresentation = {Kind::kCode, 2, "0607080910"};
constexpr SimpleType kRelation = {Kind::kCode, 2, "0304050607080910111213141516171819202122232425"};
constexpr SimpleType kChangeReason = {Kind::kCode, 2, "0102030405060708091011121314"};
constexpr SimpleType kEndReason = {Kind::kCode, 2, "0220313233343536373839", "0219202122233136373839"};
constexpr SimpleType kCategory = {Kind::kCode, 2, "313233343536373840414243444546474849505152535455",
                                  "010203040506070809101112131415161718"};
constexpr SimpleType kYesNo = {Kind::kCode, 1, "12"};
constexpr SimpleType kReferrer = {Kind::kCode, 2, "01020304050608"};
constexpr SimpleType kRequestReason = {Kind::kCode, 1, "12"};
constexpr SimpleType kReplyKind = {Kind::kCode, 1, "12"};
constexpr SimpleType kRejectionReason = {Kind::kCode, 1, "123456789"};
constexpr SimpleType kReturnCode = {Kind::kCode, 4,
                                    "000102000233061180018017802181878214884890199056906390699071907493079308931993219322"
                                    "932693329333933893399340934193469347934993509351935593579359936093619365936693679369"
                                    "9373937493759379938493859387938893899390941194129413941494"
                                    "15S300S329"};
constexpr SimpleType kCountry = {
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

void Set(std::string& into, const Value& value) { into.assign(value.text.data(), value.text.size()); }

// Day of a value; the reader has seen that it is one.
Day DayIn(const Value& value) { return static_cast<Day>(value.number); }

// ---- Types that messages share (CDT_) -----------------------------------------------------------------------------------

constexpr Element kIdentification[] = {
    Leaf(kBase, kOne, "Identificatie", kLine12, [](Filling& f, const Value& v) { Set(*f.identification, v); }),
    Leaf(kBase, kOne, "Dagtekening", kDate, [](Filling& f, const Value& v) { *f.dated_day = DayIn(v); }),
};

constexpr Element kSchemaVersions[] = {
    Leaf(kBase, kOne, "BasisschemaXsdVersie", kSchemaVersion,
         [](Filling& f, const Value& v) { Set(*f.base_schema_version, v); }),
    Leaf(kBase, kOne, "BerichtXsdVersie", kSchemaVersion, [](Filling& f, const Value& v) { Set(*f.schema_version, v); }),
};

constexpr Element kReturnCodes[] = {
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

constexpr Element kBirthDate[] = {
    Leaf(kBase, kOne, "Datum", kDate,
         [](Filling& f, const Value& v) {
           f.person->birth_day = DayIn(v);
           f.person->has_birth_day = true;
         }),
    Leaf(kBase, kOptional, "DatumGebruik", kDateUse, [](Filling& f, const Value& v) { Set(f.person->birth_date_use, v); }),
};

constexpr Element kSurname[] = {
    Leaf(kBase, kOne, "Achternaam", kLine200, [](Filling& f, const Value& v) { Set(*f.surname, v); }),
    Leaf(kBase, kOptional, "Voorvoegsel", kLine10, [](Filling& f, const Value& v) { Set(*f.prefix, v); }),
};

void OpenSurname(Filling& f) {
  f.surname = &f.person->name.surname;
  f.prefix = &f.person->name.prefix;
}
void OpenPartnerSurname(Filling& f) {
  f.surname = &f.person->name.partner_surname;
  f.prefix = &f.person->name.partner_prefix;
}
void StoreGivenNames(Filling& f, const Value& v) { Set(f.person->name.given_names, v); }
void StoreInitials(Filling& f, const Value& v) { Set(f.person->name.initials, v); }

constexpr Element kFullName[] = {
    Group(kBase, kOne, "Geslachtsnaam", kSurname, OpenSurname),
    Group(kBase, kOptional, "Partnernaam", kSurname, OpenPartnerSurname),
    Leaf(kBase, kOptional, "Voornamen", kLine200, StoreGivenNames),
    Leaf(kBase, kOptional, "Voorletters", kInitials, StoreInitials),
    Leaf(kBase, kOne, "NaamGebruik", kNameUse, [](Filling& f, const Value& v) { Set(f.person->name.name_use, v); }),
};

constexpr Element kShortName[] = {
    Group(kBase, kOne, "Geslachtsnaam", kSurname, OpenSurname),
    Leaf(kBase, kOptional, "Voornamen", kLine200, StoreGivenNames),
    Leaf(kBase, kOptional, "Voorletters", kInitials, StoreInitials),
};

constexpr Element kCommunication[] = {
    Leaf(kBase, kOne, "Vorm", kTalk, [](Filling& f, const Value& v) { Set(f.client->communication, v); }),
    Leaf(kBase, kOptional, "Taal", kLine25, [](Filling& f, const Value&) { f.client->has_language = true; }),
};

constexpr Element kHouse[] = {
    Leaf(kBase, kOne, "Huisnummer", kHouseNumber,
         [](Filling& f, const Value& v) { f.address->house_number = static_cast<int32_t>(v.number); }),
    Leaf(kBase, kOptional, "Huisletter", kLine1, [](Filling& f, const Value& v) { Set(f.address->house_letter, v); }),
    Leaf(kBase, kOptional, "HuisnummerToevoeging", kLine4,
         [](Filling& f, const Value& v) { Set(f.address->house_addition, v); }),
    Leaf(kBase, kOptional, "AanduidingWoonadres", kHouseIndication,
         [](Filling& f, const Value& v) { Set(f.address->house_indication, v); }),
};

constexpr Element kAddress[] = {
    Group(kBase, kOptional, "Huis", kHouse, [](Filling& f) { f.address->has_house = true; }),
    Leaf(kBase, kOptional, "Postcode", kLine8, [](Filling& f, const Value& v) { Set(f.address->postcode, v); }),
    Leaf(kBase, kOptional, "Straatnaam", kLine24, [](Filling& f, const Value& v) { Set(f.address->street, v); }),
    Leaf(kBase, kOptional, "Plaatsnaam", kLine80, [](Filling& f, const Value& v) { Set(f.address->town, v); }),
    Leaf(kBase, kOptional, "LandCode", kCountry, [](Filling& f, const Value& v) { Set(f.address->country, v); }),
};

constexpr Element kTelephone[] = {
    Leaf(kBase, kOne, "Telefoonnummer", kPhone),
    Leaf(kBase, kOne, "Landnummer", kLine4),
};

constexpr Element kTelephones[] = {
    Group(kBase, kOne, "Telefoon01", kTelephone),
    Group(kBase, kOptional, "Telefoon02", kTelephone),
};

constexpr Element kOpenPeriod[] = {
    Leaf(kBase, kOptional, "Begindatum", kDate,
         [](Filling& f, const Value& v) {
           f.address->period.start = DayIn(v);
           f.address->has_start = true;
         }),
    Leaf(kBase, kOptional, "Einddatum", kDate, [](Filling& f, const Value& v) { f.address->period.end = DayIn(v) + 1; }),
};

constexpr Element kClosedPeriod[] = {
    Leaf(kBase, kOne, "Begindatum", kDate, [](Filling& f, const Value& v) { f.period->start = DayIn(v); }),
    Leaf(kBase, kOne, "Einddatum", kDate, [](Filling& f, const Value& v) { f.period->end = DayIn(v) + 1; }),
};

void StoreCategory(Filling& f, const Value& v) { Set(*f.category, v); }
void StoreProduct(Filling& f, const Value& v) { Set(*f.product, v); }

constexpr Element kProduct[] = {
    Leaf(kBase, kOne, "Categorie", kCategory, StoreCategory),
    Leaf(kBase, kOptional, "Code", kLine5, StoreProduct),
};

constexpr Element kExtent[] = {
    Leaf(kBase, kOne, "Volume", kVolume, [](Filling& f, const Value& v) { f.volume->volume = v.number; }),
    Leaf(kBase, kOne, "Eenheid", kUnit, [](Filling& f, const Value& v) { Set(f.volume->unit, v); }),
    Leaf(kBase, kOne, "Frequentie", kFrequency, [](Filling& f, const Value& v) { Set(f.volume->frequency, v); }),
};

constexpr Element kReferrerChildren[] = {
    Leaf(kBase, kOne, "Type", kReferrer, [](Filling& f, const Value& v) { Set(f.request->referrer, v); }),
    Leaf(kBase, kOptional, "Naam", kLine64, [](Filling& f, const Value& v) { Set(f.request->referrer_name, v); }),
    Leaf(kBase, kOptional, "ZorgverlenerCode", kAgb, [](Filling& f, const Value& v) { Set(f.request->referrer_code, v); }),
};

constexpr Element kReference[] = {
    Leaf(kBase, kOne, "ReferentieNummer", kText20, [](Filling& f, const Value& v) { Set(f.line->reference, v); }),
    Leaf(kBase, kOptional, "VorigReferentieNummer", kText20,
         [](Filling& f, const Value& v) { Set(f.line->previous_reference, v); }),
};

void StoreCents(Filling& f, const Value& v) { f.amount->cents = v.number; }
void StoreSide(Filling& f, const Value& v) { f.amount->credit = v.text == "C"; }

constexpr Element kSidedAmount[] = {
    Leaf(kBase, kOne, "Bedrag", kAmount, StoreCents),
    Leaf(kBase, kOne, "DebetCredit", kSide, StoreSide),
};

constexpr Element kSidedTotal[] = {
    Leaf(kBase, kOne, "TotaalBedrag", kTotalAmount, StoreCents),
    Leaf(kBase, kOne, "DebetCredit", kSide, StoreSide),
};

// ---- Header (domain-standards 1.4) --------------------------------------------------------------------------------------

constexpr Element Code(const SimpleType& type) {
  return Leaf(kOwn, kOne, "BerichtCode", type, [](Filling& f, const Value& v) { Set(f.message.header.code, v); });
}
constexpr Element kVersionElement = Leaf(kOwn, kOne, "BerichtVersie", kVersion3, [](Filling& f, const Value& v) {
  f.message.header.version = static_cast<int>(v.number);
});
constexpr Element kSubversionElement = Leaf(kOwn, kOne, "BerichtSubversie", kSubversion2, [](Filling& f, const Value& v) {
  f.message.header.subversion = static_cast<int>(v.number);
});
constexpr Element kIdentificationElement = Group(kOwn, kOne, "BerichtIdentificatie", kIdentification, [](Filling& f) {
  f.identification = &f.message.header.identification;
  f.dated_day = &f.message.header.dated_day;
});
constexpr Element kSchemaVersionsElement = Group(kOwn, kOne, "XsdVersie", kSchemaVersions, [](Filling& f) {
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

constexpr auto kAllocationHeader = HeaderOf(kAllocationCode, kMunicipality, kAgb);
constexpr auto kAllocationReturnHeader = ReturnHeaderOf(kAllocationReturnCode, kMunicipality, kAgb);
constexpr auto kStartHeader = HeaderOf(kStartCode, kAgb, kMunicipality);
constexpr auto kStartReturnHeader = ReturnHeaderOf(kStartReturnCode, kAgb, kMunicipality);
constexpr auto kStopHeader = HeaderOf(kStopCode, kAgb, kMunicipality);
constexpr auto kStopReturnHeader = ReturnHeaderOf(kStopReturnCode, kAgb, kMunicipality);
constexpr auto kRequestHeader = HeaderOf(kRequestCode, kAgb, kMunicipality);
constexpr auto kRequestReturnHeader = ReturnHeaderOf(kRequestReturnCode, kAgb, kMunicipality);
constexpr auto kChangeRequestHeader = HeaderOf(kChangeRequestCode, kAgb, kMunicipality);
constexpr auto kChangeRequestReturnHeader = ReturnHeaderOf(kChangeRequestReturnCode, kAgb, kMunicipality);
constexpr auto kReplyHeader = HeaderOf(kReplyCode, kMunicipality, kAgb);
constexpr auto kReplyReturnHeader = ReturnHeaderOf(kReplyReturnCode, kMunicipality, kAgb);
constexpr auto kClaimHeader = HeaderOf(kClaimCode, kAgb, kMunicipality);

constexpr Element kAnswerHeader[] = {
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
          [](Filling& f) { f.base_schema_version = f.schema_version = &f.scratch_text; }),
    Group(kOwn, kOne, "RetourCodes", kReturnCodes, [](Filling& f) { f.return_codes = &f.message.header.return_codes; }),
};

// ---- Clients ------------------------------------------------------------------------------------------------------------

void OpenClient(Filling& f) { f.person = f.client = &f.message.clients.emplace_back(); }
void OpenClientCodes(Filling& f) { f.return_codes = &f.client->return_codes; }

constexpr Element kBsnElement = Leaf(kOwn, kOne, "Bsn", kBsn, [](Filling& f, const Value& v) { Set(f.client->bsn, v); });
constexpr Element kBirthElement = Group(kOwn, kOne, "Geboortedatum", kBirthDate);
constexpr Element kSexElement = Leaf(kOwn, kOne, "Geslacht", kSex, [](Filling& f, const Value& v) { Set(f.person->sex, v); });
constexpr Element kShortNameElement = Group(kOwn, kOne, "Naam", kShortName);

constexpr Element kContact[] = {
    Leaf(kOwn, kOne, "Soort", kAddressKind, [](Filling& f, const Value& v) { Set(f.address->kind, v); }),
    Group(kOwn, kOptional, "Adres", kAddress, [](Filling& f) { f.address->has_address = true; }),
    Leaf(kOwn, kOptional, "Organisatie", kLine35),
    Group(kOwn, kOptional, "Telefoon", kTelephones, [](Filling& f) { f.address->has_phone = true; }),
    Leaf(kOwn, kOptional, "Emailadres", kLine80),
    Group(kOwn, kOptional, "Periode", kOpenPeriod, [](Filling& f) { f.address->has_period = true; }),
};
constexpr auto kReturnedContact = Returned(kContact, [](Filling& f) { f.return_codes = &f.address->return_codes; });

void OpenContact(Filling& f) { f.address = &f.person->addresses.emplace_back(); }

constexpr std::array<Element, 7> RelationWith(absl::Span<const Element> contact) {
  return {Leaf(kOwn, kOne, "Nummer", kLine20, [](Filling& f, const Value& v) { Set(f.client->relations.back().number, v); }),
          Leaf(kOwn, kOptional, "Volgorde", kRank),
          Leaf(kOwn, kOne, "Soort", kRelation, [](Filling& f, const Value& v) { Set(f.client->relations.back().kind, v); }),
          Group(kOwn, kOptional, "Geboortedatum", kBirthDate),
          Leaf(kOwn, kOptional, "Geslacht", kSex, [](Filling& f, const Value& v) { Set(f.person->sex, v); }),
          Group(kOwn, kOne, "Naam", kFullName),
          Group(kOwn, kOne, "Contact", contact, OpenContact)};
}
constexpr auto kRelationChildren = RelationWith(kContact);
constexpr auto kReturnedRelationChildren =
    Returned(RelationWith(kReturnedContact), [](Filling& f) { f.return_codes = &f.person->return_codes; });

void OpenRelation(Filling& f) { f.person = &f.client->relations.emplace_back(); }

constexpr Element kRelations[] = {Group(kOwn, kMany, "Relatie", kRelationChildren, OpenRelation)};
constexpr Element kReturnedRelations[] = {Group(kOwn, kMany, "Relatie", kReturnedRelationChildren, OpenRelation)};

constexpr Element kContacts[] = {Group(kOwn, kMany, "Contact", kContact, OpenContact)};
constexpr Element kReturnedContacts[] = {Group(kOwn, kMany, "Contact", kReturnedContact, OpenContact)};

// ---- 301 and 302
// ----------------------------------------------------------------------------------------------------------------

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

// ---- 305-308 -----------------------------------------------------------------------------------------------------------

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
