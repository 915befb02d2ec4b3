#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Whether a build can be repeated: makes one program from two checkouts in folders of different names and lengths, with nothing kept from
# before, and compares what is loaded of it, byte by byte. Debug information names the folder and is left out, and so is the build id,
# which is a hash over that too.
#   tests/reproducible.sh [TARGET]      preset: nmd_demo, which is small and uses what all others use
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-nmd_demo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in here a/checkout/elsewhere; do
  mkdir -p "$work/$name"
  git archive HEAD | tar -x -C "$work/$name"
  (cd "$work/$name" && export CCACHE_DIR=$work/$name/cache && cmake --preset release >/dev/null && ninja -C build/release "$target" >/dev/null)
  strip -R .note.gnu.build-id -o "$work/$(basename "$name").stripped" "$work/$name/build/release/bin/$target"
done
cmp "$work/here.stripped" "$work/elsewhere.stripped"
echo "$target is the same from both: sha256 $(sha256sum <"$work/here.stripped" | cut -c1-16)"
