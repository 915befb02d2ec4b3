// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_PROTO_TIME_H_
#define NMD_SERVICES_PLATFORM_PROTO_TIME_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

// Moments as messages carry them: whole microseconds, what lies below is dropped.
namespace nmd {

inline google::protobuf::Timestamp TimestampOf(int64_t micros) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(micros - seconds * 1'000'000) * 1000);
  return timestamp;
}

inline google::protobuf::Timestamp TimestampOf(absl::Time time) { return TimestampOf(absl::ToUnixMicros(time)); }

inline int64_t MicrosOf(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000;
}

// 0001-01-01 until 9999-12-31, and no negative part of a second: what timestamp.proto allows.
inline bool IsValid(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= -62'135'596'800 && timestamp.seconds() <= 253'402'300'799 && timestamp.nanos() >= 0 &&
         timestamp.nanos() < 1'000'000'000;
}

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_PROTO_TIME_H_
