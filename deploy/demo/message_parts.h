// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_DEPLOY_DEMO_MESSAGE_PARTS_H_
#define NMD_DEPLOY_DEMO_MESSAGE_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "deploy/demo/files.h"
#include "deploy/demo/model.h"
#include "deploy/demo/rng.h"

// What the writers of messages share: messages.cc and requests.cc.
namespace nmd::demo {

inline constexpr int64_t kSecondsPerDay = 86400;

inline size_t At(int i) { return static_cast<size_t>(i); }

inline std::string LastDay(Day end) { return FormatDay(end - 1); }

// Writes elements in document order. Two namespaces: that of the message, and the base schema for children of shared types.
class Xml {
 public:
  Xml(Law law, absl::string_view message) {
    const absl::string_view standard = law == Law::kYouth ? "ijw" : "iwmo";
    message_ = absl::StrCat(law == Law::kYouth ? "jw" : "wmo", message);
    base_ = std::string(standard);
    const auto space = [&](absl::string_view name) {
      return absl::StrCat("http://www.istandaarden.nl/", standard, "/3_2/", name, "/schema");
    };
    out_ = absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<", message_, ":Bericht xmlns:", base_, "=\"",
                        space("basisschema"), "\" xmlns:", message_, "=\"", space(message_), "\">\n");
  }

  void Open(absl::string_view name) { Start(message_, name); }
  void Close() {
    const std::string name = std::move(open_.back());
    open_.pop_back();
    Indent();
    absl::StrAppend(&out_, "</", name, ">\n");
  }
  // An element of the message namespace; nothing when the value is empty, because empty elements are forbidden (RS033).
  template <typename T>
  void Put(absl::string_view name, const T& value) {
    Leaf(message_, name, absl::StrCat(value));
  }
  // An element of the base namespace.
  template <typename T>
  void Base(absl::string_view name, const T& value) {
    Leaf(base_, name, absl::StrCat(value));
  }
  void OpenBase(absl::string_view name) { Start(base_, name); }

  std::string Finish() {
    absl::StrAppend(&out_, "</", message_, ":Bericht>\n");
    return std::move(out_);
  }

 private:
  void Indent() { out_.append(open_.size() + 1, ' '); }
  void Start(absl::string_view prefix, absl::string_view name) {
    Indent();
    open_.push_back(absl::StrCat(prefix, ":", name));
    absl::StrAppend(&out_, "<", open_.back(), ">\n");
  }
  void Leaf(absl::string_view prefix, absl::string_view name, absl::string_view value) {
    if (value.empty()) return;
    Indent();
    absl::StrAppend(&out_, "<", prefix, ":", name, ">",
                    absl::StrReplaceAll(value, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}}), "</", prefix, ":", name, ">\n");
  }

  std::string message_, base_, out_;
  std::vector<std::string> open_;
};

// Numbers the messages of every sender and kind, as TR056 wants, and stamps when they were received and when they arrived.
class Post {
 public:
  Post(uint64_t seed, const Model& model, std::vector<File>* files) : rng_(seed, model.profile.id + "/post"), files_(files) {}

  std::string Identification(Law law, absl::string_view message, absl::string_view sender) {
    return absl::StrFormat("%08d", ++counters_[absl::StrCat(SchemaName(law, message), "/", sender)]);
  }

  void Send(Law law, absl::string_view message, std::string bytes, int64_t received) {
    File file;
    file.schema = SchemaName(law, message);
    const std::string folder = absl::AsciiStrToLower(file.schema);
    file.path = absl::StrFormat("%s/%s-%05d.xml", folder, folder, ++counters_[folder]);
    file.source = "auto";
    file.received = received;
    file.arrival = received + Delay();
    file.bytes = std::move(bytes);
    files_->push_back(std::move(file));
  }

  // From leaving the sender to being received by the municipality: hours, sometimes weeks.
  int64_t Transport(int late_permille) {
    const int64_t hours = rng_.Chance(late_permille) ? rng_.Between(14 * 24, 42 * 24) : rng_.Between(0, 20);
    return hours * 3600 + rng_.Below(3600);
  }

 private:
  // From the municipality to this instance: a nightly job that now and then lags.
  int64_t Delay() {
    const int kind = rng_.Below(100);
    const int64_t hours = kind < 70 ? rng_.Below(36) : kind < 95 ? rng_.Below(14 * 24) : rng_.Below(60 * 24);
    return hours * 3600 + rng_.Below(3600);
  }

  Rng rng_;
  std::vector<File>* files_;
  std::map<std::string, int> counters_;
};

// The header up to what a return or a 325 adds; the caller closes it. `message` is "301".
void OpenHeader(Law law, absl::string_view message, absl::string_view sender, absl::string_view receiver,
                absl::string_view identification, Day dated, Xml* xml);
void PutVersions(absl::string_view element, Xml* xml);
// The children of Client up to Naam; with NaamGebruik in a 301.
void PutPerson(const Person& person, bool full_name, Xml* xml);
void PutProduct(const Product& product, Xml* xml);

// A message that is answered with a return that has nothing to remark.
struct Returned {
  Law law = Law::kYouth;
  std::string message;  // "301"
  std::string sender, receiver, identification;
  Day dated = 0;
  Day returned = 0;          // DagtekeningRetour
  bool by_provider = false;  // made by the provider, so it has a way to come
};

// The return of a message, made after it: header only (domain-standards 3.1).
void SendReturn(const Returned& message, Post* post);

// Requests of providers, for care (315) and for a change (317), what the municipality answered (319), and all returns of
// these. Every one is refused in the end, so none changes an allocation: no figure depends on them.
void AddRequests(const Model& model, uint64_t seed, Post* post);

}  // namespace nmd::demo

#endif  // NMD_DEPLOY_DEMO_MESSAGE_PARTS_H_
