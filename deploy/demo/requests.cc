// SPDX-License-Identifier: EUPL-1.2
// What providers ask for and what becomes of it: 315, 317 and 319, and returns.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "deploy/demo/message_parts.h"

namespace nmd::demo {
namespace {

// Requests of each kind and law in a municipality with all of the mess, and in its neighbours.
constexpr int kRequests = 8, kRequestsOfNeighbours = 3;

// What somebody asks for, with the period it should hold for.
struct Wanted {
  int product = 0;
  int64_t volume = 1;
  Period period;
};

void PutVolume(const Product& product, int64_t volume, Xml* xml) {
  xml->Open("Omvang");
  xml->Base("Volume", volume);
  xml->Base("Eenheid", product.unit);
  xml->Base("Frequentie", product.frequency);
  xml->Close();
}

class Requests {
 public:
  Requests(const Model& model, uint64_t seed, Post* post)
      : rng_(seed, model.profile.id + "/requests"), model_(model), post_(*post) {
    for (const Provision& p : model.provisions) {
      for (const Allocation& a : p.allocations) {
        for (const Version& v : a.versions) {
          Day& last = last_start_[p.person];
          last = std::max(last, v.start);
        }
      }
      ++provisions_of_[p.person];
    }
  }

  void Run() {
    const int count = model_.profile.full_mess ? kRequests : kRequestsOfNeighbours;
    for (const Law law : {Law::kYouth, Law::kWmo}) {
      for (int i = 0; i < count; ++i) AskForCare(law, i);
      for (int i = 0; i < count; ++i) AskForChange(law, i);
    }
  }

 private:
  // A day to ask on: spread over 2018, so that all is answered within that year.
  static Day DayOfRequest(int i) { return WorkdayBefore(DayOf(2018, 3 + i, 12)); }

  // A provision that runs on `day`, known by then, of somebody who has asked nothing yet.
  template <typename Fits>
  const Provision* Find(Law law, Day day, Fits fits) {
    const int count = static_cast<int>(model_.provisions.size());
    const int first = rng_.Below(count);
    for (int i = 0; i < count; ++i) {
      const Provision& p = model_.provisions[At((first + i) % count)];
      const Version& decided = p.allocations.front().versions.front();
      if (p.law != law || p.withdrawn || !p.used || asked_.count(p.person) > 0) continue;
      if (decided.assigned >= (int64_t{day} - 60) * kSecondsPerDay || p.start >= day || p.end < day + 90) continue;
      if (!fits(p)) continue;
      asked_.insert(p.person);
      return &p;
    }
    return nullptr;
  }

  // Another product of the same law: asking for what one has would be stacking (OP347).
  int OtherProduct(const Provision& p) {
    int product;
    do product = rng_.Below(static_cast<int>(model_.products.size()));
    while (product == p.product || model_.products[At(product)].law != p.law);
    return product;
  }

  std::string Reference(absl::string_view kind, Law law, int provider) {
    return absl::StrFormat("%s-%s-%04d", kind, model_.profile.code, ++references_[{law, provider}]);
  }

  // Asked for nothing that could begin before whatever the person has: who referred then says nothing of what runs.
  void AskForCare(Law law, int i) {
    const Day day = DayOfRequest(i);
    const Provision* p = Find(law, day, [&](const Provision& one) { return last_start_[one.person] < day; });
    if (p == nullptr) return;
    const std::string reference = Reference("VOT", law, p->provider);
    const Wanted wanted = {OtherProduct(*p), rng_.Between(1, 4), {day + 21, day + 21 + 182}};
    Xml xml(law, "315");
    const Returned sent = Open("315", *p, day, &xml);
    PutPerson(model_.persons[At(p->person)], false, &xml);
    xml.Open("AangevraagdeProducten");
    xml.Open("AangevraagdProduct");
    xml.Put("ReferentieAanbieder", reference);
    PutProduct(model_.products[At(wanted.product)], &xml);
    xml.Put("ToewijzingIngangsdatum", FormatDay(wanted.period.start));
    xml.Put("ToewijzingEinddatum", LastDay(wanted.period.end));
    PutVolume(model_.products[At(wanted.product)], wanted.volume, &xml);
    // A doctor is named, somebody who came by himself is not (CD067, CD068).
    const bool by_doctor = rng_.Chance(600);
    xml.Open("Verwijzer");
    xml.Base("Type", by_doctor ? "02" : "06");
    xml.Base("Naam", by_doctor ? "Huisartsenpraktijk De Verzonnen Brink" : "");
    xml.Close();
    xml.Close();
    xml.Close();
    CloseAndSend(sent, &xml);
    // Youth care is for the municipality where the child belongs: some are refused because that is another one.
    const bool elsewhere = law == Law::kYouth && i % 4 == 0;
    Answer(*p, reference, "1", elsewhere ? "8" : i % 2 == 0 ? "6" : "7", WorkdaysAfter(day, 4));
  }

  // A request names all that the client has at the provider (TR349): here one allocation, so that it is easy to see.
  void AskForChange(Law law, int i) {
    const Day day = DayOfRequest(i);
    const Provision* p = Find(law, day, [&](const Provision& one) {
      return provisions_of_[one.person] == 1 && one.allocations.size() == 1 && one.allocations[0].versions.size() == 1;
    });
    if (p == nullptr) return;
    const std::string reference = Reference("VOW", law, p->provider);
    const Allocation& allocation = p->allocations[0];
    const Period period = {day + 21, std::min(allocation.Current().end, day + 21 + 365)};
    Xml xml(law, "317");
    const Returned sent = Open("317", *p, day, &xml);
    xml.Put("Bsn", model_.persons[At(p->person)].bsn);
    xml.Open("Verzoek");
    xml.Put("ReferentieAanbieder", reference);
    xml.Put("RedenVerzoek", i % 2 == 0 ? 1 : 2);
    const auto put_wanted = [&](const Product& product, int64_t volume) {
      xml.Put("GewensteIngangsdatum", FormatDay(period.start));
      xml.Put("Einddatum", LastDay(period.end));
      PutVolume(product, volume, &xml);
    };
    if (i % 2 == 0) {
      xml.Open("TeWijzigenProducten");
      xml.Open("TeWijzigenProduct");
      xml.Put("ToewijzingNummer", allocation.number);
      put_wanted(model_.products[At(p->product)], allocation.volume + 1);
    } else {
      xml.Open("OngewijzigdeProducten");
      xml.Open("OngewijzigdProduct");
      xml.Put("ToewijzingNummer", allocation.number);
      xml.Close();
      xml.Close();
      const Product& product = model_.products[At(OtherProduct(*p))];
      xml.Open("NieuweProducten");
      xml.Open("NieuwProduct");
      PutProduct(product, &xml);
      put_wanted(product, rng_.Between(1, 4));
    }
    xml.Close();
    xml.Close();
    xml.Close();
    CloseAndSend(sent, &xml);
    // First "in onderzoek", then refused within eight weeks (TR360, TR365, OP346).
    Answer(*p, reference, "2", "", WorkdaysAfter(day, 4));
    Answer(*p, reference, "1", i % 2 == 0 ? "2" : "7", WorkdaysAfter(day, 25));
  }

  // Header and the start of Client; what its return repeats.
  Returned Open(absl::string_view kind, const Provision& p, Day day, Xml* xml) {
    const std::string& provider = model_.providers[At(p.provider)].agb;
    const std::string id = post_.Identification(p.law, kind, provider);
    OpenHeader(p.law, kind, provider, model_.profile.code, id, day, xml);
    xml->Close();
    xml->Open("Client");
    return {p.law, std::string(kind), provider, model_.profile.code, id, day, WorkdaysAfter(day, 2), false};
  }

  void CloseAndSend(const Returned& sent, Xml* xml) {
    xml->Close();
    const int64_t noon = int64_t{sent.dated} * kSecondsPerDay + 12 * 3600;
    post_.Send(sent.law, sent.message, xml->Finish(), noon + post_.Transport(0));
    SendReturn(sent, &post_);
  }

  void Answer(const Provision& p, const std::string& reference, absl::string_view answer, absl::string_view reason, Day day) {
    const std::string& provider = model_.providers[At(p.provider)].agb;
    const std::string id = post_.Identification(p.law, "319", model_.profile.code);
    Xml xml(p.law, "319");
    OpenHeader(p.law, "319", model_.profile.code, provider, id, day, &xml);
    xml.Close();
    xml.Open("Antwoord");
    xml.Put("ReferentieAanbieder", reference);
    xml.Put("VerzoekAntwoord", answer);
    xml.Put("RedenAfwijzingVerzoek", reason);
    if (reason == "8") {
      xml.Open("Woonplaatsbeginsel");
      xml.Put("Gemeente", model_.profile.code == "0106" ? "1730" : "0106");
      xml.Close();
    }
    xml.Close();
    post_.Send(p.law, "319", xml.Finish(), int64_t{day} * kSecondsPerDay + 16 * 3600);
    SendReturn({p.law, "319", model_.profile.code, provider, id, day, WorkdaysAfter(day, 1), true}, &post_);
  }

  Rng rng_;
  const Model& model_;
  Post& post_;
  std::map<int, Day> last_start_;     // by person
  std::map<int, int> provisions_of_;  // by person
  std::set<int> asked_;
  std::map<std::pair<Law, int>, int> references_;  // by law and provider (TR347)
};

}  // namespace

void SendReturn(const Returned& message, Post* post) {
  const std::string kind = absl::StrCat(std::stoi(message.message) + 1);
  Xml xml(message.law, kind);
  OpenHeader(message.law, kind, message.sender, message.receiver, message.identification, message.dated, &xml);
  // Whoever received the message makes its return.
  xml.Put("IdentificatieRetour", post->Identification(message.law, kind, message.receiver));
  xml.Put("DagtekeningRetour", FormatDay(message.returned));
  PutVersions("XsdVersieRetour", &xml);
  xml.Close();
  const int64_t made = int64_t{message.returned} * kSecondsPerDay + 14 * 3600;
  post->Send(message.law, kind, xml.Finish(), message.by_provider ? made + post->Transport(40) : made);
}

void AddRequests(const Model& model, uint64_t seed, Post* post) { Requests(model, seed, post).Run(); }

}  // namespace nmd::demo
