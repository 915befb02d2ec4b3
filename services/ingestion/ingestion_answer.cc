// SPDX-License-Identifier: EUPL-1.2
// The official answers to messages that came in, made when somebody asks for them.
#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/core/dutch.h"
#include "services/ingestion/answer.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/sources.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {
namespace {

absl::Status NoAnswerFor(absl::string_view cause, absl::string_view text) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::ANSWER_NONE, text, {{"cause", std::string(cause)}});
}

absl::Status NoAnswerFor(NoAnswer why) {
  switch (why) {
    case NoAnswer::kUnreadable:
      return NoAnswerFor("unreadable",
                         "the message was refused at level 1; the transport answers it with a fault (StUF055 or IB014), there "
                         "is no return");
    case NoAnswer::kOtherRelease:
      return NoAnswerFor("other_release", "the message is of release 3.0 or 3.1, which is read but no longer answered");
    case NoAnswer::kNotAnswered:
      return NoAnswerFor("is_answer", "this is a return or a claim answer itself; nothing answers it");
    case NoAnswer::kTooLarge:
      break;
  }
  return NoAnswerFor("too_large", "the answer would be larger than 25 MB (OP179); ask the sender for smaller messages");
}

Finding FromProto(const v1::Finding& finding) {
  return {finding.rule(),        finding.level(), finding.place(), finding.text(),
          finding.return_code(), finding.owner(), finding.fatal()};
}

v1::Answer::Verdict VerdictOf(Answer::Verdict verdict) {
  switch (verdict) {
    case Answer::Verdict::kGranted:
      return v1::Answer::GRANTED;
    case Answer::Verdict::kRefused:
      return v1::Answer::REFUSED;
    case Answer::Verdict::kGrantedInPart:
      break;
  }
  return v1::Answer::GRANTED_IN_PART;
}

}  // namespace

std::optional<int32_t> Ingestion::AnsweredBy(int32_t index) const {
  const Entry& entry = entries_[static_cast<size_t>(index)];
  const auto winner = by_message_key_.find(entry.message_key);
  if (winner == by_message_key_.end() || winner->second != index) return std::nullopt;
  const auto answers = by_answered_.find(entry.message_key);
  if (answers == by_answered_.end()) return std::nullopt;
  // The first that counts, whatever the order they came in.
  std::optional<int32_t> first;
  const auto rank = [&](int32_t i) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Entry& answer = entries_[static_cast<size_t>(i)];
    return DeliveryRank{answer.known_micros, answer.id};
  };
  for (const int32_t i : answers->second) {
    if (!CountedOf(i).IsOpen()) continue;
    if (!first || rank(i) < rank(*first)) first = i;
  }
  return first;
}

absl::StatusOr<std::shared_ptr<const Ingestion::MadeAnswer>> Ingestion::Answered(int32_t index, Day dated) const {
  auto result = std::make_shared<MadeAnswer>();
  result->index = index;
  result->dated = dated;
  v1::Delivery delivery;
  std::vector<Finding> findings;
  {
    MutexLock lock(mutex_);
    result->sequence = sequence_;
    delivery = DeliveryOf(index);
    for (const v1::Finding& finding : FindingsOf(index)) findings.push_back(FromProto(finding));
  }
  if (delivery.state() == v1::Delivery::UNPACKED) {
    return NoAnswerFor("container", "this is an envelope or a zip; ask for the answers to the messages that came in it");
  }
  const OfficialSource* source = OfficialSourceNamed(delivery.source());
  if (source == nullptr) {
    // What is taken for a message, but of no release or kind this system reads.
    if (delivery.source() == kZipSource || delivery.source() == kEnvelopeSource) {
      return NoAnswerFor("container", "an envelope or a zip has no answer of its own; ask for those of the messages in it");
    }
    if (exports_.count(delivery.source()) == 0) return NoAnswerFor(NoAnswer::kUnreadable);
    return NoAnswerFor("export", "only official messages have an answer; this is an export");
  }
  if (delivery.state() == v1::Delivery::SUPERSEDED) {
    return NoAnswerFor("superseded", "an earlier message has the same Identificatie (TR056); ask for the answer to that one");
  }
  if (delivery.state() != v1::Delivery::ACCEPTED && delivery.state() != v1::Delivery::REJECTED) {
    return NoAnswerFor("withdrawn", "the delivery was taken back, so nothing is said about it; restore it to have an answer");
  }
  if (delivery.has_erase_time()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::CONTENT_ERASED,
                "an answer repeats the message, and that told of a person who was erased");
  }
  NMD_ASSIGN_OR_RETURN(const std::string bytes, RawBytes(index));
  const AnswerStamp stamp = {AnswerIdentification(absl::Uint128High64(IdOf(delivery.sha256().substr(0, 32)))), dated};
  std::variant<Answer, NoAnswer> made = MakeAnswer(bytes, findings, stamp);
  if (const NoAnswer* why = std::get_if<NoAnswer>(&made)) return NoAnswerFor(*why);
  Answer& answer = std::get<Answer>(made);
  v1::Answer& about = result->about;
  about.set_name(absl::StrCat(delivery.name(), "/answer"));
  about.set_kind(SourceName(source->law, static_cast<int>(answer.type)));
  about.set_file_name(absl::StrCat(about.kind(), "-", stamp.identification, ".xml"));
  about.set_verdict(VerdictOf(answer.verdict));
  about.set_sender(IsFromMunicipality(answer.type) ? "gemeente" : "aanbieder");
  about.set_identification(stamp.identification);
  about.set_dated(FormatDay(dated));
  about.set_line_count(answer.line_count);
  about.set_refused_line_count(answer.refused_line_count);
  about.set_submitted_cents(answer.submitted);
  about.set_granted_cents(answer.granted);
  about.set_refused_cents(answer.submitted - answer.granted);
  about.set_sha256(Sha256Hex(answer.xml));
  about.set_size_bytes(static_cast<int64_t>(answer.xml.size()));
  result->xml = std::move(answer.xml);
  return result;
}

absl::StatusOr<v1::Answer> Ingestion::GetAnswer(const Caller&, const v1::GetAnswerRequest& request) const {
  FieldCheck check;
  const Day today = dutch::CalendarDay(clock_.Now());
  Day dated = today;
  if (!request.dated().empty()) {
    const std::optional<Day> day = ParseDay(request.dated());
    check.Require(day.has_value() && *day <= today, "dated", "must be a date like 2026-05-09, not in the future");
    dated = day.value_or(today);
  }
  check.Require(request.read_offset() >= 0, "read_offset", "must not be negative");
  check.Require(request.limit() >= 0, "limit", "must not be negative");
  if (!check.ok()) return check.Result();

  absl::string_view name = request.name();
  std::shared_ptr<const MadeAnswer> made;
  std::optional<int32_t> index;
  {
    MutexLock lock(mutex_);
    if (absl::ConsumeSuffix(&name, "/answer")) index = FindDelivery(name);
    if (!index) return NotFound(request.name());
    if (last_answer_ && last_answer_->Is(*index, dated, sequence_)) made = last_answer_;
  }
  if (!made) {
    NMD_ASSIGN_OR_RETURN(made, Answered(*index, dated));
  }
  const auto size = static_cast<int64_t>(made->xml.size());
  if (!check.Require(request.read_offset() <= size, "read_offset", "is past the end")) return check.Result();
  const int64_t limit = request.limit() == 0 ? int64_t{kMaxCallBytes} : std::min<int64_t>(request.limit(), kMaxCallBytes);
  v1::Answer response = made->about;
  response.set_data(made->xml.substr(static_cast<size_t>(request.read_offset()), static_cast<size_t>(limit)));
  MutexLock lock(mutex_);
  // Kept from the first piece to the last only.
  const bool more = request.read_offset() + limit < size;
  if (more) {
    last_answer_ = std::move(made);
  } else {
    last_answer_.reset();
  }
  return response;
}

}  // namespace nmd::ingestion
