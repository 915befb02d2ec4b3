#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Builds the dashboard into a folder the gateway can serve (web_dir), when something changed since the last time.
#   gateway/web/build.sh [FOLDER]      FOLDER: default gateway/web/dist
# Needs Node 18.18 or newer with npm. Installs the exact packages of package-lock.json, without their install scripts.
set -eu
cd "$(dirname "$0")"
web=$PWD
out=${1:-$web/dist}
case $out in /*) ;; *) out=$OLDPWD/$out ;; esac

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 18) ? 0 : 1)' ||
  { echo "build.sh: Node 18.18 or newer is needed (apt-get install nodejs npm)" >&2; exit 1; }

# Of everything the result depends on: contents and names, so that a checkout with new times builds nothing again.
stamp=$( (node --version; find src public ./*.html ./*.json ./*.ts .npmrc build.sh -type f | LC_ALL=C sort | xargs sha256sum) | sha256sum)
if [ -f "$out/index.html" ] && [ "$(cat "$out/.stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
lock=$(cat package-lock.json .npmrc | sha256sum)
if [ "$(cat node_modules/.stamp 2>/dev/null)" != "$lock" ]; then
  npm ci --no-progress
  echo "$lock" >node_modules/.stamp
fi
npm run build -- --outDir "$out" --emptyOutDir --logLevel warn
echo "$stamp" >"$out/.stamp"
