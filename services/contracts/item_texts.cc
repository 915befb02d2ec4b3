// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/item_texts.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

std::string Text(absl::string_view view) { return std::string(view); }

// "1-2-2018 tot en met 28-2-2018", "vanaf 1-2-2018".
std::string DaysOf(const Period& period) {
  if (period.end == kOpenEnd) return absl::StrCat("vanaf ", dutch::Date(period.start));
  return absl::StrCat(dutch::Date(period.start), " tot en met ", dutch::Date(period.end - 1));
}

std::string MonthsOf(const std::vector<Month>& months) {
  std::vector<std::string> names;
  for (const Month month : months) names.push_back(dutch::MonthLong(month));
  if (names.size() < 2) return names.empty() ? "" : names.front();
  const std::string last = names.back();
  names.pop_back();
  return absl::StrCat(absl::StrJoin(names, ", "), " en ", last);
}

const LineRow& LineOf(const Reconciliation& account, const Item& item) {
  return account.books.lines[static_cast<size_t>(item.at)];
}
const ClaimRow& ClaimOf(const Reconciliation& account, const Item& item) {
  const size_t claim = item.kind == ItemKind::kClaim ? static_cast<size_t>(item.at) : LineOf(account, item).claim;
  return account.books.claims[claim];
}
const AllocationRow* AllocationOf(const Reconciliation& account, const Item& item) {
  for (const AllocationRow& row : account.books.allocations) {
    if (row.law == item.law && row.number == item.allocation) return &row;
  }
  return nullptr;
}

std::string AllocationName(const Item& item) { return absl::StrCat("toewijzing ", item.allocation); }

// "Regel r1 van declaratie c1 over 1-2-2018 tot en met 28-2-2018: € 10,00".
std::string LineName(const Reconciliation& account, const Item& item) {
  return absl::StrCat("Regel ", Text(item.reference), " van declaratie ", Text(ClaimOf(account, item).number), " over ",
                      DaysOf(item.period), ", ", dutch::Euro(item.amount));
}

// "40 × 04" is for machines; people read "40 uur".
std::string UnitWord(absl::string_view unit) {
  if (unit == "01") return "minuten";
  if (unit == "04") return "uur";
  if (unit == "14") return "etmalen";
  if (unit == "16") return "dagdelen";
  if (unit == "82" || unit == "84") return "stuks";
  if (unit == "83") return "eurocent";
  return absl::StrCat("van eenheid ", Text(unit));
}

std::string Quantity(int64_t thousandths, absl::string_view unit) {
  const int64_t whole = thousandths / 1000;
  const std::string number =
      thousandths % 1000 == 0 ? dutch::Number(whole) : dutch::Decimal(static_cast<double>(thousandths) / 1000, 3);
  return absl::StrCat(number, " ", UnitWord(unit));
}

// What to do about a line that does not fit: the municipality refuses what it has not answered, the provider takes back what
// was granted (OP366), for only what was granted can be credited (OP360).
std::string Correct(const Item& item, absl::string_view how) {
  if (item.standing == LineStanding::kOpen) {
    return "Gemeente: wijs de regel af in het antwoord (325). Aanbieder: dien daarna de juiste regel in.";
  }
  return absl::StrCat("Aanbieder: crediteer de regel volledig", how, ".");
}
constexpr absl::string_view kAnew = " en dien de juiste regel in";

ItemText ExplainLine(const Reconciliation& account, const Item& item) {
  const LineRow& line = LineOf(account, item);
  const AllocationRow* allocation = AllocationOf(account, item);
  const std::string name = LineName(account, item);
  const std::string to = AllocationName(item);
  const std::string fits = item.expected ? dutch::Euro(*item.expected) : "";
  switch (item.outcome) {
    case Outcome::kRejected: {
      const std::string code = item.rule.empty() ? "" : absl::StrCat(" met code ", Text(item.rule));
      if (item.actor == Actor::kNobody) {
        return {absl::StrCat(name, ", is afgewezen", code,
                             ". Dezelfde zorg is daarna opnieuw ingediend, of er is niets meer te doen."),
                ""};
      }
      return {absl::StrCat(name, ", is afgewezen", code, "."), "Aanbieder: herstel de fout en dien een nieuwe regel in."};
    }
    case Outcome::kReferenceRepeated:
      return {absl::StrCat(name, ", heeft een referentienummer dat al is gebruikt. De regel telt niet mee."),
              "Aanbieder: dien de regel in met een nieuw referentienummer, als het andere zorg is."};
    case Outcome::kCreditWithoutDebit:
      return {absl::StrCat(name, ", neemt regel ", Text(line.previous),
                           " terug, maar die regel is niet bekend. Zij telt niet mee."),
              "Aanbieder: controleer het vorige referentienummer."};
    case Outcome::kCreditedTwice:
      return {absl::StrCat(name, ", neemt regel ", Text(line.previous), " terug, die al is teruggenomen. Zij telt niet mee."),
              "Aanbieder: haal de tweede creditregel uit de administratie."};
    case Outcome::kCreditOfRejected:
      return {
          absl::StrCat(name, ", neemt regel ", Text(line.previous), " terug, die is afgewezen. Er valt niets terug te nemen."),
          "Aanbieder: een afgewezen regel hoeft niet gecrediteerd te worden."};
    case Outcome::kCreditDiffers:
      return {absl::StrCat(name, ", is niet gelijk aan regel ", Text(line.previous), " die zij terugneemt: daar hoort ", fits,
                           " bij."),
              "Aanbieder: een creditregel neemt de hele regel terug, met dezelfde gegevens."};
    case Outcome::kCredited:
      return {line.IsCredit() ? absl::StrCat(name, ", neemt regel ", Text(line.previous), " volledig terug.")
                              : absl::StrCat(name, ", is door de aanbieder teruggenomen."),
              ""};
    case Outcome::kCreditPending:
      return {line.IsCredit() ? absl::StrCat(name, ", neemt regel ", Text(line.previous), " terug en wacht op antwoord.")
                              : absl::StrCat(name, ", wordt teruggenomen door een creditregel die op antwoord wacht."),
              "Gemeente: beantwoord eerst de creditregel. Een creditregel kan niet inhoudelijk worden afgewezen."};
    case Outcome::kUnknownAllocation:
      return {absl::StrCat(name, ", noemt ", to, ". Die is er niet voor deze cliënt bij deze aanbieder."),
              Correct(item, " en vraag zo nodig een toewijzing aan")};
    case Outcome::kWithdrawnAllocation:
      return {absl::StrCat(name, ", noemt ", to, ". Die is ingetrokken alsof zij nooit heeft bestaan."), Correct(item, "")};
    case Outcome::kWrongProduct:
      return {absl::StrCat(name, ", is voor product ", Text(line.category), " ", Text(line.product), ", maar ", to, " is voor ",
                           allocation == nullptr ? "" : Text(allocation->category), " ",
                           allocation == nullptr ? "" : Text(allocation->product), "."),
              Correct(item, kAnew)};
    case Outcome::kWrongUnit:
      return {absl::StrCat(name, ", is in ", UnitWord(line.unit), ", maar ", to, " is in ",
                           allocation == nullptr ? "" : UnitWord(allocation->unit), "."),
              Correct(item, kAnew)};
    case Outcome::kOutsidePeriod:
      return {absl::StrCat(name, ", valt buiten ", to, ": ", allocation == nullptr ? "" : DaysOf(allocation->period), "."),
              Correct(item, kAnew)};
    case Outcome::kBrokenPeriod:
      return {absl::StrCat(name, ", gaat niet over het hele deel van de maand waarin ", to, " geldt."), Correct(item, kAnew)};
    case Outcome::kDuplicate:
      return {absl::StrCat(name, ", gaat over zorg op ", to, " die al is gedeclareerd."), Correct(item, "")};
    case Outcome::kDeclaredTooLate:
      return {absl::StrCat(name, ", is meer dan ", kDeclarationYears, " jaar na de zorg gedeclareerd."), Correct(item, "")};
    case Outcome::kAmountDiffers:
      return {absl::StrCat(name, ", is niet ", Quantity(line.volume * 1000, line.unit), " maal ", dutch::Euro(line.tariff),
                           ": dat is ", fits, "."),
              Correct(item, kAnew)};
    case Outcome::kWrongTariff:
      return {absl::StrCat(name, ", rekent met ", dutch::Euro(line.tariff), ". Met het afgesproken tarief is het ", fits, "."),
              Correct(item, kAnew)};
    case Outcome::kOverVolume:
      return {absl::StrCat(name, ", is ", Quantity(line.volume * 1000, line.unit), ". Dat is meer dan ", to,
                           item.rule == "TR321" ? " in deze maand toestaat" : " in totaal nog toestaat", ": ", fits, " past."),
              Correct(item, kAnew)};
    case Outcome::kOverBudget:
      return {absl::StrCat(name, ", past niet in het budget van ", to, ": er is nog ", fits, "."), Correct(item, kAnew)};
    case Outcome::kNoContract:
      return {absl::StrCat(name, ", valt in een periode zonder contract met deze aanbieder."),
              "Gemeente: zoek uit of een contract ontbreekt in het register of in werkelijkheid."};
    case Outcome::kNotContracted:
      return {absl::StrCat(name, ", is voor product ", Text(line.product), ", dat niet in het contract staat."),
              "Gemeente: zoek uit of het product ontbreekt in het register, of niet had mogen worden toegewezen."};
    case Outcome::kAnswerLate:
      return {absl::StrCat(name, ", klopt en heeft na tien werkdagen nog geen antwoord."),
              "Gemeente: stuur het antwoord (325)."};
    case Outcome::kAwaitingAnswer:
      return {absl::StrCat(name, ", klopt en wacht op antwoord."), "Gemeente: stuur het antwoord (325) binnen tien werkdagen."};
    default:
      return {absl::StrCat(name, ", klopt en is toegekend."), ""};
  }
}

ItemText ExplainClaim(const Reconciliation& account, const Item& item) {
  const AnswerRow* answer = item.answer < 0 ? nullptr : &account.books.answers[static_cast<size_t>(item.answer)];
  const std::string number = item.at >= 0 ? Text(ClaimOf(account, item).number) : "";
  switch (item.outcome) {
    case Outcome::kTotalDiffers:
      return {absl::StrCat("Declaratie ", number, " noemt een totaal van ", dutch::Euro(item.amount), ". De regels zijn samen ",
                           dutch::Euro(item.expected.value_or(0)), "."),
              "Aanbieder: herstel het totaal of de regels."};
    case Outcome::kAnswerDiffers:
      return {absl::StrCat("Het antwoord op declaratie ", number, " noemt ", dutch::Euro(item.amount), " toegekend van ",
                           dutch::Euro(answer == nullptr ? 0 : answer->submitted), ". Volgens de regels is ",
                           dutch::Euro(item.expected.value_or(0)), " toegekend."),
              "Gemeente: controleer het antwoord (325) en stuur zo nodig een nieuw."};
    case Outcome::kAnswerUnknownLine:
      return {absl::StrCat("Het antwoord op declaratie ", number, " wijst regel ", Text(item.reference),
                           " af, die niet in de declaratie staat."),
              "Gemeente: controleer het antwoord (325)."};
    default:
      return {absl::StrCat("Er is een antwoord op declaratie ", answer == nullptr ? "" : Text(answer->number),
                           ", maar die declaratie is hier niet bekend."),
              "Gemeente: zoek uit of de declaratie (323) hier nog geleverd moet worden."};
  }
}

ItemText ExplainAllocation(const Item& item) {
  const std::string name = absl::StrCat("Toewijzing ", item.allocation, " (", DaysOf(item.period), ")");
  const std::string most = item.expected ? absl::StrCat(" Ten hoogste ", dutch::Euro(*item.expected), ".") : "";
  switch (item.outcome) {
    case Outcome::kNotStarted:
      return {absl::StrCat(name, ": er is geen zorg begonnen en niets gedeclareerd."),
              item.actor == Actor::kNobody ? "" : "Aanbieder: begin, of meld waarom de zorg nog niet begint."};
    case Outcome::kStartMissing:
      return {
          absl::StrCat(name,
                       ": er is gedeclareerd, maar een startbericht ontbreekt. De declaratie wordt daarom niet tegengehouden."),
          "Aanbieder: stuur het startbericht (305)."};
    case Outcome::kDeclaredAfterStop:
      return {absl::StrCat(name, ": ", dutch::Euro(item.amount), " is gedeclareerd over ", MonthsOf(item.months),
                           ", na een stopbericht. Dat is een vraag en geen reden om af te wijzen."),
              "Aanbieder: herstel het stopbericht (307) of de declaratie."};
    case Outcome::kNotDeclared:
      return {absl::StrCat(name, ": over ", MonthsOf(item.months), " is niets gedeclareerd, terwijl de zorg liep.", most),
              "Aanbieder: declareer alsnog, of meld dat er geen zorg was."};
    case Outcome::kExpected:
      return {absl::StrCat(name, ": over ", MonthsOf(item.months), " kan nog een declaratie komen.", most), ""};
    default:
      return {absl::StrCat(name, ": de toewijzing is voorbij en een stopbericht ontbreekt."),
              "Aanbieder: stuur het stopbericht (307)."};
  }
}

ItemText ExplainStatement(const Reconciliation& account, const Item& item) {
  const std::string to = AllocationName(item);
  if (item.outcome == Outcome::kDeclaredNotDelivered) {
    return {absl::StrCat("Op ", to, " is ", dutch::Euro(item.amount), " gedeclareerd over ", DaysOf(item.period),
                         ", maar dat staat niet in de productieverantwoording. Alleen geleverde zorg wordt betaald."),
            "Aanbieder: vul de verantwoording aan, of crediteer de regels."};
  }
  const StatementRow& row = account.books.statements[static_cast<size_t>(item.at)];
  const std::string name = absl::StrCat("De verantwoording noemt ", Quantity(row.thousandths, row.unit), " ", Text(row.product),
                                        " over ", DaysOf(row.period));
  const std::string declared = dutch::Euro(item.expected.value_or(0));
  switch (item.outcome) {
    case Outcome::kStatementWithoutAllocation:
      return {absl::StrCat(name, " zonder toewijzingsnummer."), "Aanbieder: noem de toewijzing."};
    case Outcome::kUnknownAllocation:
      return {absl::StrCat(name, " op ", to, ". Die is er niet bij deze aanbieder."),
              "Aanbieder: controleer het toewijzingsnummer."};
    case Outcome::kWithdrawnAllocation:
      return {absl::StrCat(name, " op ", to, ". Die is ingetrokken alsof zij nooit heeft bestaan."),
              "Aanbieder en gemeente: zoek uit of er een andere toewijzing is."};
    case Outcome::kWrongProduct:
      return {absl::StrCat(name, " op ", to, ", die voor een ander product is."), "Aanbieder: controleer het product."};
    case Outcome::kOutsidePeriod:
      return {absl::StrCat(name, ", maar toen gold ", to, " niet."), "Aanbieder: controleer de periode."};
    case Outcome::kStatementOverlaps:
      return {absl::StrCat(name, " op ", to, ", en een andere rij gaat over dezelfde dagen."),
              "Aanbieder: noem elke dag in één rij."};
    case Outcome::kDeliveredNotDeclared:
      return {absl::StrCat(name, " op ", to, ", maar daarvan is niets gedeclareerd, of het is teruggenomen."),
              "Aanbieder: declareer alsnog, of herstel de verantwoording."};
    case Outcome::kDeliveredRejected:
      return {absl::StrCat(name, " op ", to, ", maar wat daarvan is gedeclareerd, is afgewezen."),
              "Aanbieder: dien een juiste regel in. Zonder toegekende regel is er niets te betalen."};
    case Outcome::kStatementUnitDiffers:
      return {absl::StrCat(name, " op ", to, ". Er is in een andere eenheid gedeclareerd: ", declared, "."),
              "Aanbieder: verantwoord in de eenheid van de toewijzing."};
    case Outcome::kQuantityDiffers:
      return {absl::StrCat(name, " op ", to, ". Er is een andere hoeveelheid gedeclareerd: ", declared, "."),
              "Aanbieder: herstel de verantwoording, of crediteer en declareer opnieuw."};
    case Outcome::kStatementAmountDiffers:
      return {absl::StrCat(name, " op ", to, " voor ", dutch::Euro(row.amount), ". Er is ", declared, " gedeclareerd."),
              "Aanbieder: herstel de verantwoording, of crediteer en declareer opnieuw."};
    default:
      return {absl::StrCat(name, " op ", to, ". Dat is ook gedeclareerd."), ""};
  }
}

}  // namespace

std::string TitleOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRejected:
      return "Afgewezen";
    case Outcome::kReferenceRepeated:
      return "Referentienummer al gebruikt";
    case Outcome::kCreditWithoutDebit:
      return "Creditregel zonder debetregel";
    case Outcome::kCreditedTwice:
      return "Twee keer teruggenomen";
    case Outcome::kCreditOfRejected:
      return "Creditregel bij een afgewezen regel";
    case Outcome::kCreditDiffers:
      return "Creditregel wijkt af";
    case Outcome::kCredited:
      return "Teruggenomen";
    case Outcome::kCreditPending:
      return "Creditregel wacht op antwoord";
    case Outcome::kUnknownAllocation:
      return "Toewijzing onbekend";
    case Outcome::kWithdrawnAllocation:
      return "Toewijzing ingetrokken";
    case Outcome::kWrongProduct:
      return "Ander product dan toegewezen";
    case Outcome::kWrongUnit:
      return "Andere eenheid dan toegewezen";
    case Outcome::kOutsidePeriod:
      return "Buiten de toewijzing";
    case Outcome::kBrokenPeriod:
      return "Deel van de maand";
    case Outcome::kDuplicate:
      return "Dubbel gedeclareerd";
    case Outcome::kDeclaredTooLate:
      return "Te laat gedeclareerd";
    case Outcome::kAmountDiffers:
      return "Bedrag klopt niet";
    case Outcome::kWrongTariff:
      return "Ander tarief dan afgesproken";
    case Outcome::kOverVolume:
      return "Meer dan toegewezen";
    case Outcome::kOverBudget:
      return "Boven het budget";
    case Outcome::kNoContract:
      return "Geen contract";
    case Outcome::kNotContracted:
      return "Product niet in contract";
    case Outcome::kAnswerLate:
      return "Antwoord is te laat";
    case Outcome::kAwaitingAnswer:
      return "Wacht op antwoord";
    case Outcome::kMatched:
      return "Beide kanten gelijk";
    case Outcome::kTotalDiffers:
      return "Totaal van declaratie klopt niet";
    case Outcome::kAnswerDiffers:
      return "Totaal van antwoord klopt niet";
    case Outcome::kAnswerUnknownLine:
      return "Antwoord over onbekende regel";
    case Outcome::kAnswerWithoutClaim:
      return "Antwoord zonder declaratie";
    case Outcome::kNotStarted:
      return "Zorg niet begonnen";
    case Outcome::kStartMissing:
      return "Startbericht ontbreekt";
    case Outcome::kDeclaredAfterStop:
      return "Gedeclareerd na stopbericht";
    case Outcome::kNotDeclared:
      return "Maanden zonder declaratie";
    case Outcome::kExpected:
      return "Declaratie nog te verwachten";
    case Outcome::kStopMissing:
      return "Stopbericht ontbreekt";
    case Outcome::kStatementWithoutAllocation:
      return "Verantwoording zonder toewijzing";
    case Outcome::kStatementOverlaps:
      return "Verantwoording overlapt";
    case Outcome::kDeliveredNotDeclared:
      return "Geleverd, niet gedeclareerd";
    case Outcome::kDeliveredRejected:
      return "Geleverd, afgewezen";
    case Outcome::kStatementUnitDiffers:
      return "Verantwoord in andere eenheid";
    case Outcome::kQuantityDiffers:
      return "Andere hoeveelheid verantwoord";
    case Outcome::kStatementAmountDiffers:
      return "Ander bedrag verantwoord";
    case Outcome::kDeclaredNotDelivered:
      return "Gedeclareerd, niet verantwoord";
  }
  return "";
}

ItemText ExplainItem(const Reconciliation& account, const Item& item) {
  switch (item.kind) {
    case ItemKind::kLine:
      return ExplainLine(account, item);
    case ItemKind::kClaim:
      return ExplainClaim(account, item);
    case ItemKind::kAllocation:
      return ExplainAllocation(item);
    case ItemKind::kStatement:
      break;
  }
  return ExplainStatement(account, item);
}

std::string ExplainBalances(const Balances& balances, int year) {
  std::vector<std::string> sentences;
  for (const auto& [key, balance] : balances) {
    if (year != 0 && key.second != year) continue;
    std::string text = absl::StrCat(
        "Over ", key.second, " is voor de ", key.first == Law::kWmo ? "Wmo" : "Jeugdwet", " ",
        dutch::Euro(balance.declared.amount), " gedeclareerd: ", dutch::Euro(balance.approved.amount), " is goedgekeurd, ",
        dutch::Euro(balance.rejected.amount), " is afgewezen en ", dutch::Euro(balance.open.amount), " wacht op antwoord.");
    if (balance.not_counted.count > 0) {
      absl::StrAppend(&text, " ", dutch::Number(balance.not_counted.count),
                      balance.not_counted.count == 1 ? " regel telt niet mee." : " regels tellen niet mee.");
    }
    sentences.push_back(std::move(text));
  }
  if (sentences.empty())
    return year == 0 ? "Er is niets gedeclareerd." : absl::StrCat("Over ", year, " is niets gedeclareerd.");
  return absl::StrJoin(sentences, " ");
}

}  // namespace nmd::contracts
