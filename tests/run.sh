#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Installs what is missing, builds everything and runs all tests. What .ci/run calls.
#   tests/run.sh [-R PATTERN ...]     arguments go to ctest
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

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
