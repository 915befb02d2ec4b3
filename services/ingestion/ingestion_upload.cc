// SPDX-License-Identifier: EUPL-1.2
// Resumable uploads of files that do not fit in one call. Chunks are sealed blobs; an upload survives a restart.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_reader.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

using internal::v1::UploadRecord;

namespace {

constexpr absl::Duration kAbandoned = absl::Hours(24);

std::string ChunkName(const std::string& upload, int64_t offset) { return absl::StrCat("upload/", upload, "/", offset); }

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

// Of an upload as it is asked for or stored.
template <typename Upload>
absl::Time KnownTimeOf(const Upload& upload, absl::Time now) {
  return upload.has_received_time() ? absl::FromUnixMicros(MicrosOf(upload.received_time())) : now;
}

absl::Status WrongOffset(const UploadRecord& upload) {
  return Fail(absl::StatusCode::kOutOfRange, ErrorReason::UPLOAD_OFFSET_WRONG,
              "the chunk does not begin where the upload ended; go on from committed_size",
              {{"committed_size", absl::StrCat(upload.committed_size())}});
}

absl::Status Closed() {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::UPLOAD_CLOSED,
              "the upload is complete or was discarded; start a new one");
}

}  // namespace

v1::Upload Ingestion::UploadOf(const UploadRecord& record) const {
  v1::Upload upload;
  upload.set_name(absl::StrCat("municipalities/", municipality_, "/uploads/", record.upload()));
  upload.set_source(record.source());
  upload.set_file_name(record.file_name());
  if (record.has_received_time()) *upload.mutable_received_time() = record.received_time();
  *upload.mutable_replaces() = record.replaces();
  upload.set_committed_size(record.committed_size());
  return upload;
}

absl::StatusOr<UploadRecord> Ingestion::FindUpload(const std::string& name) const {
  absl::string_view id = name;
  const bool ours = absl::ConsumePrefix(&id, absl::StrCat("municipalities/", municipality_, "/uploads/"));
  MutexLock lock(mutex_);
  const auto found = ours ? uploads_.find(std::string(id)) : uploads_.end();
  if (found == uploads_.end()) return NotFound(name);
  return found->second;
}

absl::StatusOr<v1::Upload> Ingestion::CreateUpload(const Caller& caller, const v1::CreateUploadRequest& request) {
  const absl::Time now = clock_.Now();
  const v1::Upload& wanted = request.upload();
  FieldCheck check;
  check.Require(request.has_upload(), "upload", "must be given");
  check.Require(request.request_id().empty() || IsUuid(request.request_id()), "request_id", "must be a UUID");
  if (wanted.has_received_time() &&
      check.Require(IsValid(wanted.received_time()), "upload.received_time", "is not a timestamp")) {
    check.Require(absl::FromUnixMicros(MicrosOf(wanted.received_time())) <= now, "upload.received_time",
                  "must not be in the future");
  }
  ReadReplaces(wanted.replaces(), "upload.replaces", KnownTimeOf(wanted, now), check);
  if (!check.ok()) return check.Result();
  NMD_RETURN_IF_ERROR(CheckSource(wanted.source()));
  std::vector<UploadRecord> abandoned;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, upload] : uploads_) {
      const absl::Time changed = absl::FromUnixMicros(MicrosOf(upload.change_time()));
      if (upload.state() == UploadRecord::OPEN && changed + kAbandoned < now && completing_.count(id) == 0) {
        abandoned.push_back(upload);
      }
    }
  }
  for (const UploadRecord& upload : abandoned) NMD_RETURN_IF_ERROR(Discard(upload, caller.subject));

  auto record = std::make_shared<UploadRecord>();
  record->set_upload(RandomHex(32));
  record->set_source(wanted.source());
  record->set_file_name(SafeFileName(wanted.file_name()));
  if (wanted.has_received_time()) *record->mutable_received_time() = TimestampOf(MicrosOf(wanted.received_time()));
  record->set_request_id(request.request_id());
  *record->mutable_replaces() = wanted.replaces();
  *record->mutable_change_time() = TimestampOf(absl::ToUnixMicros(now));
  UploadRecord result = *record;
  Write write;
  write.actor = caller.subject;
  // One at a time, so that the bound holds and a repeated request finds the first.
  write.claims = {"create upload"};
  write.decide = [&](Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    int open = 0;
    for (const auto& [id, upload] : uploads_) {
      if (!request.request_id().empty() && upload.request_id() == request.request_id()) {
        result = upload;
        return absl::OkStatus();
      }
      open += upload.state() == UploadRecord::OPEN ? 1 : 0;
    }
    if (open >= kMaxOpenUploads) return Overloaded("too many uploads are open; complete some first", 5000);
    batch.events.push_back({"upload", record});
    return absl::OkStatus();
  };
  NMD_RETURN_IF_ERROR(Commit(write));
  return UploadOf(result);
}

absl::StatusOr<v1::Upload> Ingestion::AppendUpload(const Caller& caller, const v1::AppendUploadRequest& request) {
  FieldCheck check;
  check.Require(!request.data().empty() && request.data().size() <= kMaxCallBytes, "data",
                absl::StrCat("must hold 1 to ", kMaxCallBytes, " bytes"));
  check.Require(request.write_offset() >= 0, "write_offset", "must not be negative");
  if (!check.ok()) return check.Result();
  NMD_ASSIGN_OR_RETURN(const UploadRecord upload, FindUpload(request.name()));
  if (upload.state() != UploadRecord::OPEN) return Closed();
  const auto size = static_cast<int64_t>(request.data().size());
  if (request.write_offset() < upload.committed_size()) {
    // A repeat after an answer that was lost.
    if (std::find(upload.offsets().begin(), upload.offsets().end(), request.write_offset()) == upload.offsets().end()) {
      return WrongOffset(upload);
    }
    NMD_ASSIGN_OR_RETURN(const std::string sealed, journal_.ReadBlob(ChunkName(upload.upload(), request.write_offset())));
    NMD_ASSIGN_OR_RETURN(const std::string stored, raw_key_.Open(sealed));
    if (stored != request.data()) return WrongOffset(upload);
    return UploadOf(upload);
  }
  if (request.write_offset() + size > static_cast<int64_t>(kMaxMessageBytes)) {
    NMD_RETURN_IF_ERROR(Discard(upload, caller.subject));
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::FILE_TOO_LARGE,
                absl::StrCat("a file has at most ", kMaxMessageBytes, " bytes (OP179); the upload was discarded"),
                {{"limit_bytes", absl::StrCat(kMaxMessageBytes)}});
  }
  if (upload.offsets_size() >= kMaxChunks) {
    return BadFields({{"data", absl::StrCat("an upload has at most ", kMaxChunks, " chunks; send larger ones")}});
  }
  auto grown = std::make_shared<UploadRecord>();
  std::string sealed = raw_key_.Seal(request.data());
  Write write;
  write.actor = caller.subject;
  write.claims = {upload.upload()};
  write.decide = [&](Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto now = uploads_.find(upload.upload());
    if (now == uploads_.end() || now->second.state() != UploadRecord::OPEN || completing_.count(upload.upload()) > 0) {
      return Closed();
    }
    if (request.write_offset() != now->second.committed_size()) return WrongOffset(now->second);
    *grown = now->second;
    grown->add_offsets(request.write_offset());
    grown->set_committed_size(request.write_offset() + size);
    *grown->mutable_change_time() = TimestampOf(absl::ToUnixMicros(clock_.Now()));
    batch.events.push_back({"upload", grown});
    batch.blobs.push_back({ChunkName(upload.upload(), request.write_offset()), std::move(sealed)});
    return absl::OkStatus();
  };
  NMD_RETURN_IF_ERROR(Commit(write));
  return UploadOf(*grown);
}

absl::StatusOr<v1::Upload> Ingestion::GetUpload(const Caller&, const v1::GetUploadRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const UploadRecord upload, FindUpload(request.name()));
  if (upload.state() != UploadRecord::OPEN) return NotFound(request.name());
  return UploadOf(upload);
}

absl::StatusOr<google::longrunning::Operation> Ingestion::CompleteUpload(const Caller& caller,
                                                                         const v1::CompleteUploadRequest& request) {
  NMD_ASSIGN_OR_RETURN(const UploadRecord upload, FindUpload(request.name()));
  const std::string id = upload.upload();
  std::string running;
  {
    MutexLock lock(mutex_);
    const auto found = completing_.find(id);
    if (found != completing_.end()) {
      running = found->second;
    } else if (upload.state() != UploadRecord::OPEN) {
      return Closed();
    } else if (upload.committed_size() == 0) {
      return BadFields({{"name", "the upload has no bytes yet; append them first"}});
    } else {
      completing_[id] = "";
    }
  }
  // A repeat answers with the operation of the first; only in the moment before that has a name it must come back.
  if (!running.empty()) return operations_->Get(running);
  absl::StatusOr<google::longrunning::Operation> operation =
      operations_->Start([this, id, actor = caller.subject]() -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
        UploadRecord current;
        {
          MutexLock lock(mutex_);
          current = uploads_.at(id);
        }
        absl::StatusOr<v1::Delivery> delivery = DeliverUpload(current, actor);
        if (!delivery.ok()) {
          // The upload is open again: what was wrong may be mended and completed once more.
          MutexLock lock(mutex_);
          completing_.erase(id);
          return delivery.status();
        }
        return std::make_unique<v1::Delivery>(*std::move(delivery));
      });
  MutexLock lock(mutex_);
  if (!operation.ok()) {
    completing_.erase(id);
  } else if (const auto found = completing_.find(id); found != completing_.end()) {
    found->second = operation->name();
  }
  return operation;
}

absl::StatusOr<v1::Delivery> Ingestion::DeliverUpload(const UploadRecord& upload, const std::string& actor) {
  std::string content;
  content.reserve(static_cast<size_t>(upload.committed_size()));
  for (const int64_t offset : upload.offsets()) {
    NMD_ASSIGN_OR_RETURN(const std::string sealed, journal_.ReadBlob(ChunkName(upload.upload(), offset)));
    NMD_ASSIGN_OR_RETURN(const std::string chunk, raw_key_.Open(sealed));
    content += chunk;
  }
  const absl::Time known_time = KnownTimeOf(upload, clock_.Now());
  FieldCheck check;
  std::vector<int32_t> replaces = ReadReplaces(upload.replaces(), "upload.replaces", known_time, check);
  if (!check.ok()) return check.Result();
  NMD_ASSIGN_OR_RETURN(v1::Delivery delivery, Deliver({content, upload.source(), upload.file_name(), known_time, actor,
                                                       upload.upload(), std::move(replaces), &content}));
  // The delivery stands; chunks that stay behind are dropped at the next start.
  if (const absl::Status swept = Sweep(upload.upload(), actor); !swept.ok()) {
    Log(LogLevel::kWarning, "chunks of an upload were not dropped", {{"detail", swept.message()}});
  }
  return delivery;
}

absl::Status Ingestion::Discard(const UploadRecord& upload, const std::string& actor) {
  Write write;
  write.actor = actor;
  write.claims = {upload.upload()};
  write.decide = [&](Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto now = uploads_.find(upload.upload());
    if (now == uploads_.end() || now->second.state() != UploadRecord::OPEN || completing_.count(upload.upload()) > 0) {
      return Closed();
    }
    auto closed = std::make_shared<UploadRecord>(now->second);
    closed->set_state(UploadRecord::CLOSED);
    batch.events.push_back({"upload", std::move(closed)});
    return absl::OkStatus();
  };
  NMD_RETURN_IF_ERROR(Commit(write));
  return Sweep(upload.upload(), actor);
}

absl::Status Ingestion::Sweep(const std::string& upload, const std::string& actor) {
  auto swept = std::make_shared<UploadRecord>();
  {
    MutexLock lock(mutex_);
    *swept = uploads_.at(upload);
  }
  for (const int64_t offset : swept->offsets()) NMD_RETURN_IF_ERROR(journal_.DropBlob(ChunkName(upload, offset)));
  swept->set_state(UploadRecord::SWEPT);
  swept->clear_offsets();
  Write write;
  write.actor = actor;
  write.claims = {upload};
  write.decide = [&](Batch& batch) {
    batch.events.push_back({"upload", swept});
    return absl::OkStatus();
  };
  return Commit(write);
}

}  // namespace nmd::ingestion
