#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Installs what is missing on a Debian 12 machine to build, test and run. Needs root (or sudo) only when something is
# missing. Everything comes from Debian packages; npm packages are fetched by the parts that use them.
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache mold pkg-config git ca-certificates openssl curl
  libgrpc++-dev protobuf-compiler libprotobuf-dev libabsl-dev prometheus-cpp-dev
  libsqlite3-dev libpq-dev libxml2-dev libsodium-dev libssl-dev libzip-dev libzstd-dev zlib1g-dev
  libyaml-cpp-dev libcli11-dev coinor-libclp-dev libcpp-httplib-dev libboost-dev libjwt-dev libxlsxwriter-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  sqlite3 age
)
# gRPC's CMake files name the plugin, so it must be there although no stub is generated.
packages+=(protobuf-compiler-grpc)
if [ "${1:-}" = --full ]; then packages+=(cppcheck clang-tidy); fi
if [ "${1:-}" = --with-tests ]; then
  packages+=(libxml2-utils chromium python3-yaml python3-jsonschema haproxy postgresql)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
# A newer Node than Debian's is fine, however it was installed.
command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)

[ ${#missing[@]} -eq 0 ] && exit 0
echo "Installing ${#missing[@]} missing Debian packages: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "packages.sh: run as root, or install sudo" >&2; exit 1; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
