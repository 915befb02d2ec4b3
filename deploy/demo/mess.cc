// SPDX-License-Identifier: EUPL-1.2
// What goes wrong in practice. Every file says in its name what is the matter, and none of them may change a figure.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "deploy/demo/files.h"
#include "deploy/demo/rng.h"

namespace nmd::demo {
namespace {

constexpr int64_t kSecondsPerDay = 86400;

size_t At(int i) { return static_cast<size_t>(i); }

std::string Between(absl::string_view text, absl::string_view begin, absl::string_view end) {
  const size_t from = text.find(begin) + begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

class Mess {
 public:
  Mess(const Model& model, uint64_t seed, std::vector<File>* files)
      : rng_(seed, model.profile.id + "/mess"), model_(model), files_(*files) {}

  void Run() {
    OtherContent();
    Doubles(model_.profile.full_mess ? 30 : 4);
    Broken("kapot-afgekapt", [](std::string* xml) { xml->resize(xml->size() * 2 / 3); });
    Broken("kapot-bsn", [](std::string* xml) {
      // The next number never passes the 11-test when this one does: the last digit counts once.
      const std::string bsn = Between(*xml, "Bsn>", "</");
      std::string wrong = bsn;
      wrong.back() = wrong.back() == '9' ? '0' : static_cast<char>(wrong.back() + 1);
      *xml = absl::StrReplaceAll(*xml, {{bsn, wrong}});
    });
    if (!model_.profile.full_mess) return;
    Broken("kapot-schemafout", [](std::string* xml) {
      const std::string date = Between(*xml, "Ingangsdatum>", "</");
      *xml = absl::StrReplaceAll(*xml, {{absl::StrCat("Ingangsdatum>", date), "Ingangsdatum>2018-02-31"}});
    });
    Broken("kapot-latin1", [](std::string* xml) {
      // One byte for e with diaeresis, in a file that says it is UTF-8.
      const std::string name = Between(*xml, "Voornamen>", "</");
      *xml = absl::StrReplaceAll(*xml, {{absl::StrCat("Voornamen>", name), "Voornamen>Dani\xebl"}});
    });
    Broken("kapot-entiteitenbom", [](std::string* xml) {
      std::string bomb = "<!DOCTYPE bom [\n <!ENTITY a0 \"bom\">\n";
      for (int i = 1; i < 10; ++i) {
        absl::StrAppend(&bomb, " <!ENTITY a", i, " \"");
        for (int k = 0; k < 10; ++k) absl::StrAppend(&bomb, "&a", i - 1, ";");
        absl::StrAppend(&bomb, "\">\n");
      }
      absl::StrAppend(&bomb, "]>\n");
      xml->insert(xml->find('\n') + 1, bomb);
      const std::string name = Between(*xml, "Voornamen>", "</");
      *xml = absl::StrReplaceAll(*xml, {{absl::StrCat("Voornamen>", name), "Voornamen>&a9;"}});
    });
    UnknownAllocation();
  }

 private:
  // A message of this schema among those delivered properly; not the contested one, which must stay where it is.
  const File& Some(absl::string_view schema) {
    std::vector<size_t> found;
    for (size_t i = 0; i < files_.size(); ++i) {
      const File& file = files_[i];
      if (file.schema == schema && file.path != contested_ && !absl::StartsWith(file.path, "overig/")) found.push_back(i);
    }
    return files_[found[At(rng_.Below(static_cast<int>(found.size())))]];
  }

  void Add(File file, absl::string_view name, int64_t later) {
    file.path = absl::StrCat("overig/", name, ".xml");
    file.received += later;
    file.arrival = std::max(file.arrival + later, file.received);
    files_.push_back(std::move(file));
  }

  // The same bytes under another name: nothing may happen.
  void Doubles(int count) {
    for (int i = 0; i < count; ++i) {
      const absl::string_view schema = i % 3 == 0 ? "JW301" : i % 3 == 1 ? "JW323" : "WMO301";
      File copy = Some(schema);
      Add(std::move(copy), absl::StrCat("dubbel-", i + 1), kSecondsPerDay * rng_.Between(1, 30));
    }
  }

  // A damaged copy of a good message, under an identification of its own.
  template <typename Damage>
  void Broken(absl::string_view name, Damage damage) {
    File copy = Some("JW301");
    Renumber(&copy.bytes, absl::StrCat("K", ++broken_));
    damage(&copy.bytes);
    copy.schema.clear();
    Add(std::move(copy), name, kSecondsPerDay * 2);
  }

  static void Renumber(std::string* xml, absl::string_view identification) {
    const std::string old = Between(*xml, ":Identificatie>", "</");
    *xml = absl::StrReplaceAll(
        *xml, {{absl::StrCat(":Identificatie>", old, "<"), absl::StrCat(":Identificatie>", identification, "<")}});
  }

  // Well-formed and valid, but about an allocation nobody knows (TR338, TR019).
  void UnknownAllocation() {
    for (absl::string_view schema : {"JW323", "JW305"}) {
      File copy = Some(schema);
      Renumber(&copy.bytes, "K900");
      std::vector<std::pair<std::string, std::string>> changes;
      const std::string number = Between(copy.bytes, "ToewijzingNummer>", "</");
      changes.emplace_back(absl::StrCat("ToewijzingNummer>", number), "ToewijzingNummer>999000111");
      if (schema == "JW323") {
        const std::string declaration = Between(copy.bytes, "DeclaratieNummer>", "</");
        changes.emplace_back(absl::StrCat("DeclaratieNummer>", declaration), "DeclaratieNummer>DX900");
        // One client and one line, under references of their own.
        KeepFirstLine(&copy.bytes);
        const std::string reference = Between(copy.bytes, ":ReferentieNummer>", "</");
        changes.emplace_back(absl::StrCat(":ReferentieNummer>", reference), ":ReferentieNummer>RX900");
      }
      copy.bytes = absl::StrReplaceAll(copy.bytes, changes);
      if (schema == "JW305") Refuse(copy);
      Add(std::move(copy), schema == "JW323" ? "fout-onbekende-toewijzing-declaratie" : "fout-onbekende-toewijzing-start",
          kSecondsPerDay);
    }
  }

  // The return of such a start: every class comes back with a code (TR019 -> 9019, domain-standards 3.1).
  void Refuse(const File& start) {
    File file = start;
    file.schema = "JW306";
    const auto codes = [](absl::string_view code) {
      return absl::StrCat("<jw306:RetourCodes><jw306:RetourCode>", code, "</jw306:RetourCode></jw306:RetourCodes>");
    };
    const std::string versions = Between(file.bytes, "<jw305:XsdVersie>", "</jw305:XsdVersie>");
    file.bytes = absl::StrReplaceAll(
        file.bytes,
        {{"BerichtCode>438", "BerichtCode>439"},
         {"</jw305:Header>",
          absl::StrCat("<jw306:IdentificatieRetour>RK900</jw306:IdentificatieRetour><jw306:DagtekeningRetour>",
                       Between(file.bytes, "Dagtekening>", "</"), "</jw306:DagtekeningRetour>", "<jw306:XsdVersieRetour>",
                       versions, "</jw306:XsdVersieRetour>", codes("0200"), "</jw305:Header>")},
         {"</jw305:StartProduct>", absl::StrCat(codes("9019"), "</jw305:StartProduct>")},
         {"</jw305:Client>", absl::StrCat(codes("0200"), "</jw305:Client>")}});
    file.bytes = absl::StrReplaceAll(file.bytes, {{"jw305", "jw306"}});
    Add(std::move(file), "retour-onbekende-toewijzing-start", 3 * kSecondsPerDay);
  }

  // Cuts a declaration down to its first line, with the total that belongs to it (TR358).
  static void KeepFirstLine(std::string* xml) {
    const std::string end_line = "</jw323:Prestatie>\n";
    const size_t cut = xml->find(end_line) + end_line.size();
    const size_t tail = xml->rfind("</jw323:Prestaties>");
    xml->replace(cut, tail - cut, "     ");
    const std::string amount = Between(*xml, "ijw:Bedrag>", "</"), total = Between(*xml, "ijw:TotaalBedrag>", "</");
    const std::string sign = Between(xml->substr(xml->find("ijw:Bedrag>")), "DebetCredit>", "</");
    const size_t at = xml->find("<ijw:TotaalBedrag>");
    const size_t end = xml->find("</jw323:TotaalIngediendBedrag>");
    xml->replace(at, end - at,
                 absl::StrCat("<ijw:TotaalBedrag>", amount, "</ijw:TotaalBedrag>\n   <ijw:DebetCredit>", sign,
                              "</ijw:DebetCredit>\n  "));
  }

  // One identification, two contents (TR056): both valid, the later received one reaches this instance first and must lose
  // as soon as the earlier one is there. It allocates care in January 2018 that nobody decided on.
  void OtherContent() {
    const auto touches = [this](const AllocationMessage& m) {
      return m.law == Law::kYouth && m.items.size() == 1 && m.dated > DayOf(2017, 11, 1) && m.dated < DayOf(2017, 12, 20) &&
             model_.provisions[At(m.items[0].provision)].allocations.size() == 1;
    };
    const std::vector<AllocationMessage> messages = AllocationMessages(model_);
    const auto found = std::find_if(messages.begin(), messages.end(), touches);
    if (found == messages.end()) return;
    const AllocationMessage::Item item = found->items[0];
    const Provision& provision = model_.provisions[At(item.provision)];
    const std::string number = std::to_string(provision.allocations[At(item.allocation)].number);
    const auto good = std::find_if(files_.begin(), files_.end(), [&](const File& f) {
      return f.schema == "JW301" && absl::StrContains(f.bytes, absl::StrCat("ToewijzingNummer>", number, "<")) &&
             absl::StrContains(f.bytes, absl::StrCat("Dagtekening>", FormatDay(found->dated), "<"));
    });
    File other = *good;
    const std::string block = Between(other.bytes, "<jw301:ToegewezenProduct>", "</jw301:ToegewezenProduct>");
    const Product& product = model_.products[At(provision.product)];
    const Product& another = model_.products[At(provision.product == 0 ? 2 : 0)];
    std::string extra = absl::StrReplaceAll(
        block, {{absl::StrCat("ToewijzingNummer>", number), "ToewijzingNummer>390001"},
                {absl::StrCat("Categorie>", product.category), absl::StrCat("Categorie>", another.category)},
                {absl::StrCat("Code>", product.code), absl::StrCat("Code>", another.code)}});
    // From before January 2018 until after it, whatever the copied decision says.
    const std::string begin = Between(extra, "Ingangsdatum>", "</");
    extra = absl::StrReplaceAll(extra, {{absl::StrCat("Ingangsdatum>", begin), "Ingangsdatum>2017-12-01"}});
    if (absl::StrContains(extra, "Einddatum>")) {
      const std::string end = Between(extra, "Einddatum>", "</");
      extra = absl::StrReplaceAll(extra, {{absl::StrCat("Einddatum>", end), "Einddatum>2018-06-30"}});
    }
    const std::string closing = "</jw301:ToegewezenProduct>\n";
    other.bytes.insert(other.bytes.find(closing) + closing.size(),
                       absl::StrCat("   <jw301:ToegewezenProduct>", extra, "</jw301:ToegewezenProduct>\n"));
    other.path = "overig/tegenspraak-tr056.xml";
    other.received = good->received + 5 * kSecondsPerDay;
    other.arrival = other.received;
    contested_ = good->path;
    good->arrival = other.arrival + 3 * kSecondsPerDay;
    files_.push_back(std::move(other));
  }

  Rng rng_;
  const Model& model_;
  std::vector<File>& files_;
  int broken_ = 0;
  std::string contested_;  // path of the message that tegenspraak-tr056.xml contradicts
};

}  // namespace

void AddMess(const Model& model, uint64_t seed, std::vector<File>* files) { Mess(model, seed, files).Run(); }

}  // namespace nmd::demo
