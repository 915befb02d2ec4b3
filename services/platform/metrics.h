// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_METRICS_H_
#define NMD_SERVICES_PLATFORM_METRICS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace prometheus {
class Registry;
}

// Metrics are a publication channel: no label ever comes from data (no provider, product, wijk or client). The complete
// list is the golden file tests/golden/metrics.txt.
namespace nmd {

// The process's registry.
prometheus::Registry& MetricRegistry();

// Per method: nmd_rpc_started_total, nmd_rpc_handled_total{code}, nmd_rpc_denied_total{reason}, nmd_rpc_in_flight and
// nmd_rpc_handling_seconds. Thread-safe.
class RpcMetrics {
 public:
  RpcMetrics();
  ~RpcMetrics();
  void Started(absl::string_view method);
  void Handled(absl::string_view method, absl::string_view code, absl::Duration took);
  void Denied(absl::string_view method, absl::string_view reason);

 private:
  struct Families;
  const std::unique_ptr<Families> families_;
};

// Counters of one number, by name; made on first use. Names: nmd_<area>_<what>_<unit>[_total].
void CountMetric(absl::string_view name, absl::string_view help, double by = 1);

// A value that is asked for whenever the metrics are read, under the lock of all of them: quickly. Null takes it away.
void WatchMetric(const std::string& name, const std::string& help, std::function<double()> value);

// nmd_build_info{version} = 1. Called once, at start.
void SetBuildInfo(absl::string_view version);

// The text of /metrics.
std::string MetricsText();

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_METRICS_H_
