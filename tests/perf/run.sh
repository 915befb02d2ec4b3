#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Builds and runs all benchmarks; every one prints the peer beside ours, measured in the same run. Quote ratios, not
# single times: machines differ and are shared.   tests/perf/run.sh [NAME ...]
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset release >/dev/null
ninja -C build/release benchmarks
for program in build/release/bench/*_bench; do
  name=$(basename "$program" _bench)
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  printf '\n== %s\n' "$name"
  "$program"
done
