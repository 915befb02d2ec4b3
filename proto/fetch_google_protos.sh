#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Unpacks the google/api, google/rpc and google/longrunning protos into DEST, from a pinned npm package whose
# checksum is checked. Nothing of it is in the repository (architecture decision 9).
set -euo pipefail
dest=${1:?usage: fetch_google_protos.sh DEST}
version=6.0.1
sha256=711763f77ea15bbc7436aac53db013b421d2c7b86ae27f4013723970ce54a96e
[ -f "$dest/.version-$version" ] && exit 0

cache=${XDG_CACHE_HOME:-$HOME/.cache}/nmd-monitor
archive=$cache/google-proto-files-$version.tgz
check() { echo "$sha256  $archive" | sha256sum --check --status; }
if ! check 2>/dev/null; then
  mkdir -p "$cache"
  (cd "$cache" && npm pack --silent "google-proto-files@$version" >/dev/null) ||
    { echo "fetch_google_protos.sh: npm could not fetch google-proto-files $version; is the npm registry reachable?" >&2; exit 1; }
  check || { echo "fetch_google_protos.sh: $archive does not have the expected checksum" >&2; rm -f "$archive"; exit 1; }
fi
mkdir -p "$dest"
tar -xzf "$archive" -C "$dest" --strip-components=1 package/google/api package/google/rpc package/google/longrunning
touch "$dest/.version-$version"
