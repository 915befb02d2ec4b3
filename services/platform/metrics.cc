// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <utility>

#include "services/platform/mutex.h"

namespace nmd {
namespace {

const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const auto& buckets =
      *new prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return buckets;
}

}  // namespace

prometheus::Registry& MetricRegistry() {
  static auto& registry = *new prometheus::Registry(prometheus::Registry::InsertBehavior::Merge);
  return registry;
}

struct RpcMetrics::Families {
  prometheus::Family<prometheus::Counter>& started;
  prometheus::Family<prometheus::Counter>& handled;
  prometheus::Family<prometheus::Counter>& denied;
  prometheus::Family<prometheus::Gauge>& in_flight;
  prometheus::Family<prometheus::Histogram>& seconds;
};

RpcMetrics::RpcMetrics()
    : families_(new Families{
          prometheus::BuildCounter().Name("nmd_rpc_started_total").Help("Calls that were let in.").Register(MetricRegistry()),
          prometheus::BuildCounter()
              .Name("nmd_rpc_handled_total")
              .Help("Calls that ended, by status code.")
              .Register(MetricRegistry()),
          prometheus::BuildCounter()
              .Name("nmd_rpc_denied_total")
              .Help("Calls that were refused, by reason.")
              .Register(MetricRegistry()),
          prometheus::BuildGauge().Name("nmd_rpc_in_flight").Help("Calls that are running.").Register(MetricRegistry()),
          prometheus::BuildHistogram().Name("nmd_rpc_handling_seconds").Help("Time a call took.").Register(MetricRegistry())}) {
}

RpcMetrics::~RpcMetrics() = default;

void RpcMetrics::Started(absl::string_view method) {
  const std::string name(method);
  families_->started.Add({{"method", name}}).Increment();
  families_->in_flight.Add({{"method", name}}).Increment();
}

void RpcMetrics::Handled(absl::string_view method, absl::string_view code, absl::Duration took) {
  const std::string name(method);
  families_->handled.Add({{"method", name}, {"code", std::string(code)}}).Increment();
  families_->in_flight.Add({{"method", name}}).Decrement();
  families_->seconds.Add({{"method", name}}, Buckets()).Observe(absl::ToDoubleSeconds(took));
}

void RpcMetrics::Denied(absl::string_view method, absl::string_view reason) {
  families_->denied.Add({{"method", std::string(method)}, {"reason", std::string(reason)}}).Increment();
}

void CountMetric(absl::string_view name, absl::string_view help, double by) {
  prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(MetricRegistry()).Add({}).Increment(by);
}

void SetBuildInfo(absl::string_view version) {
  prometheus::BuildGauge()
      .Name("nmd_build_info")
      .Help("Always 1; the label says what runs.")
      .Register(MetricRegistry())
      .Add({{"version", std::string(version)}})
      .Set(1);
}

namespace {

struct Watched {
  std::string help;
  std::function<double()> value;
};
Mutex watched_mutex;
std::map<std::string, Watched>& WatchedMetrics() ABSL_EXCLUSIVE_LOCKS_REQUIRED(watched_mutex) {
  static auto& metrics = *new std::map<std::string, Watched>();
  return metrics;
}

}  // namespace

void WatchMetric(const std::string& name, const std::string& help, std::function<double()> value) {
  MutexLock lock(watched_mutex);
  WatchedMetrics()[name] = {help, std::move(value)};
}

std::string MetricsText() {
  {
    MutexLock lock(watched_mutex);
    for (const auto& [name, watched] : WatchedMetrics()) {
      if (watched.value == nullptr) continue;
      prometheus::BuildGauge().Name(name).Help(watched.help).Register(MetricRegistry()).Add({}).Set(watched.value());
    }
  }
  return prometheus::TextSerializer().Serialize(MetricRegistry().Collect());
}

}  // namespace nmd
