#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Asks an instance the questions of a file and keeps the answers, one file each: 1.csv, 2.csv, ...
#   ask.sh DIR TOKEN_FILE KNOWN QUESTIONS OUT
# KNOWN (2018-03-31) takes the place of @KNOWN@. A question that cannot be answered ends it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${NMD_BIN:-$root/build/release/bin}
usage="usage: ask.sh DIR TOKEN_FILE KNOWN QUESTIONS OUT"
dir=${1:?$usage} token=${2:?$usage} known=${3:?$usage} questions=${4:?$usage} out=${5:?$usage}
read -r municipality http <"$dir/instance"

mkdir -p "$out"
number=0
while read -r line; do
  [[ $line != "" && $line != \#* ]] || continue
  number=$((number + 1))
  read -ra arguments <<<"${line//@KNOWN@/$known}"
  "$bin/nmdctl" --url "http://127.0.0.1:$http" --municipality "$municipality" --token-file "$token" "${arguments[@]}" \
    >"$out/$number.csv" </dev/null
done <"$questions"
[ "$number" -gt 0 ] || { echo "ask.sh: no question in $questions" >&2; exit 1; }
