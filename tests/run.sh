#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Installs what is missing, builds everything and runs all tests. What .ci/run calls.
#   tests/run.sh [-R PATTERN ...]     arguments go to ctest
#   tests/run.sh --full               then also the sanitizers, static analysis, and whether the build can be repeated: hours
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

full=""
if [ "${1:-}" = --full ]; then
  full=1
  shift
fi

step "Packages"
deploy/packages.sh --with-tests

step "Build"
cmake --preset release >/dev/null
ninja -C build/release

step "Linter of the API Design Rules, and a gRPC client of others"
(cd tests/e2e && SCARF_ANALYTICS=false npm ci --no-progress --silent)

step "Dashboard: build and unit tests"
gateway/web/build.sh build/web
(cd gateway/web && npm test --silent)

step "Dashboard: in a browser, against recorded answers"
(cd gateway/web && npm run build --silent && npm run e2e --silent)

step "Dashboard: in a browser, every screen against the demo"
(cd gateway/web && npm run e2e:demo --silent)

step "Tests"
tests/with_postgres.sh ctest --test-dir build/release --output-on-failure -j "$(nproc)" --no-tests=error "$@"

[ -n "$full" ] || exit 0
step "Sanitizers: addresses and undefined behaviour, over all tests"
tests/with_postgres.sh cmake --workflow --preset asan
step "Sanitizer of threads: core, kernels, journal, queue"
tests/with_postgres.sh cmake --workflow --preset tsan
step "Static analysis"
deploy/packages.sh --full
tests/static.sh
step "The same program from two checkouts"
tests/reproducible.sh
