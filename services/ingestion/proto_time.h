// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_PROTO_TIME_H_
#define NMD_SERVICES_INGESTION_PROTO_TIME_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/core/date.h"

// Moments as messages carry them: whole microseconds, what lies below is dropped.
namespace nmd::ingestion {

inline google::protobuf::Timestamp TimestampOf(int64_t micros) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(micros - seconds * 1'000'000) * 1000);
  return timestamp;
}

inline int64_t MicrosOf(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000;
}

// 0001-01-01 until 9999-12-31, and no negative part of a second: what timestamp.proto allows.
inline bool IsValid(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= -62'135'596'800 && timestamp.seconds() <= 253'402'300'799 && timestamp.nanos() >= 0 &&
         timestamp.nanos() < 1'000'000'000;
}

// The civil day in the Netherlands.
inline Day DutchDay(int64_t micros) {
  absl::TimeZone zone;
  // A machine without zone data takes UTC+1, which is wrong for one hour a day in summer.
  if (!absl::LoadTimeZone("Europe/Amsterdam", &zone)) zone = absl::FixedTimeZone(3600);
  return static_cast<Day>(absl::ToCivilDay(absl::FromUnixMicros(micros), zone) - absl::CivilDay(1970, 1, 1));
}

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_PROTO_TIME_H_
