#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes the golden journals of the version that is built: run once per release, from the commit that is tagged.
#   make.sh VERSION          writes tests/golden/{journals,wire}/VERSION; NMD_BIN as for deploy/instance.sh
# A small instance takes in a part of the demo (invented people), somebody withdraws a delivery and registers an answer, and
# then it is asked questions.txt. Kept are the stores, the two keys they are sealed with (made here, used nowhere else), and the
# answers. tests/deploy/upgrade_test.py starts every later version on them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
version=${1:?usage: make.sh VERSION}
bin=${NMD_BIN:-$root/build/release/bin}
out=$here/$version
[ ! -e "$out" ] || { echo "make.sh: $out is there already; what was released stays as it is" >&2; exit 1; }
work=$(mktemp -d)
dir=$work/gm1730 port=$((21000 + $$ % 900 * 20))
finish() {
  "$root/deploy/instance.sh" stop "$dir" || true
  rm -rf "$work"
}
trap finish EXIT
export NMD_BIN=$bin

"$root/deploy/make_instance.sh" "$dir" gm1730 Tynaarlo "$port" "" >/dev/null
"$root/deploy/instance.sh" start "$dir"
ctl() {
  local role=$1
  shift
  [ -f "$work/$role" ] || "$bin/nmdctl" token --key "$dir/certs/issuer.key" --role "$role" --municipality gm1730 --subject golden >"$work/$role"
  "$bin/nmdctl" --url "http://127.0.0.1:$port" --municipality gm1730 --token-file "$work/$role" "$@"
}
"$bin/nmd_demo" --out "$work/demo" --municipality gm1730 >/dev/null
# The first of everything that is small: eight messages of each kind, one file of every other source.
awk -F, 'NR == 1 { print; next } { kind = $2 == "auto" ? $3 : $2; sub("/.*", "", kind) } seen[kind]++ < ($2 == "auto" ? 8 : kind !~ /^(postcodes|bevolking|clienten|cijferreeksen|eerdere-cijfers|beschikkingen|svb-betalingen|grootboek)$/)' \
  "$work/demo/gm1730/deliveries.csv" >"$work/demo/gm1730/first.csv"
# 1: the demo has broken files on purpose.
ctl beheerder deliver --manifest "$work/demo/gm1730/first.csv" >/dev/null || [ $? -eq 1 ]
ctl controller wait
withdrawn=$(ctl beheerder deliveries --state accepted --format json | sed -n 's/.*"name":"\(municipalities[^"]*\)","source":"jw301".*/\1/p' | head -n 1)
[ -z "$withdrawn" ] || ctl beheerder withdraw "$withdrawn" --reason "Dubbel verstuurd" --known-on 2018-06-30 >/dev/null
ctl controller wait

mkdir -p "$out/answers" "$out/keys"
number=0
while IFS='|' read -r role line; do
  [[ $role != "" && $role != \#* ]] || continue
  number=$((number + 1))
  read -ra arguments <<<"$line"
  ctl "$role" "${arguments[@]}" --format json >"$out/answers/$number.json" </dev/null || [ $? -eq 1 ]
done <"$here/questions.txt"
cp "$here/questions.txt" "$out/questions.txt"
"$root/deploy/instance.sh" stop "$dir"
mkdir "$work/data"
for store in "$dir"/data/*.db; do sqlite3 -bail "$store" "VACUUM INTO '$work/data/$(basename "$store")'"; done
tar -C "$work" --sort=name --owner=0 --group=0 --mtime=@0 -cf - data | xz -9 >"$out/data.tar.xz"
cp "$dir"/keys/*.key "$out/keys/"

# What costs heard on two feeds, as bytes. A record of facts is a batch in the field in which ListFacts has its batches, so a row of
# records is an answer of ListFacts.
wire=$here/../wire/$version
mkdir -p "$wire"
payloads() { sqlite3 -bail "$work/data/costs.db" "SELECT hex(payload) FROM record WHERE kind = '$1' ORDER BY sequence LIMIT $2" | xxd -r -p; }
payloads facts 1000 >"$wire/nmd.ingestion.v1.ListFactsResponse.binpb"
payloads links 1 >"$wire/nmd.internal.v1.CostsLinksEvent.binpb"
du -sh "$out"
