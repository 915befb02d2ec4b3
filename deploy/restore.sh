#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes an instance of the two archives of backup.sh, in a folder that is not there yet; or proves that it can be done.
#   restore.sh ARCHIVE KEYS_ARCHIVE --identity FILE --keys-identity FILE --into DIR [--http PORT]
#   restore.sh ARCHIVE KEYS_ARCHIVE --identity FILE --keys-identity FILE --verify --token-file FILE --http PORT
# --http: the gateway's port and the thirteen after it, instead of those it had. --verify: restores into a temporary folder,
# starts it there, asks what was asked at the backup and compares the answers; leaves nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
die() { echo "restore.sh: $*" >&2; exit 1; }

usage="usage: restore.sh ARCHIVE KEYS_ARCHIVE --identity FILE --keys-identity FILE --into DIR | --verify ..."
archive=$(realpath "${1:?$usage}") keys_archive=$(realpath "${2:?$usage}")
shift 2
identity="" keys_identity="" into="" http="" token="" verify=""
while [ $# -gt 0 ]; do
  case $1 in
    --verify) verify=1; shift; continue ;;
    --identity) identity=$2 ;;
    --keys-identity) keys_identity=$2 ;;
    --into) into=$2 ;;
    --http) http=$2 ;;
    --token-file) token=$2 ;;
    *) die "unknown argument $1; the head of this file says what there is" ;;
  esac
  shift 2
done
[ -n "$identity" ] && [ -n "$keys_identity" ] || die "--identity and --keys-identity are needed"
umask 077
if [ -n "$verify" ]; then
  [ -n "$token" ] && [ -n "$http" ] || die "--verify needs --token-file and --http"
  into=$(mktemp -d)/instance
  finish() {
    [ ! -f "$into/instance" ] || NMD_SYSTEMD="" "$here/instance.sh" stop "$into"
    rm -rf "$(dirname "$into")"
  }
  trap finish EXIT
fi
[ -n "$into" ] || die "--into or --verify is needed"
[ ! -e "$into" ] || die "$into is there already; nothing is ever restored over something"

[ ! -f "$archive.sha256" ] || (cd "$(dirname "$archive")" && sha256sum -c --quiet "$archive.sha256") || die "$archive is not what was written"
mkdir -p "$into/log"
age -d -i "$identity" "$archive" | tar -C "$into" -xf -
age -d -i "$keys_identity" "$keys_archive" | tar -C "$into" -xf -
(cd "$into" && sha256sum -c --quiet SHA256SUMS) || die "a file in $archive is not what was copied"
for store in "$into"/data/*.db; do
  [ "$(sqlite3 -bail "$store" 'PRAGMA integrity_check')" = ok ] || die "$(basename "$store") is damaged"
done

read -r municipality old <"$into/instance"
if [ -n "$http" ] && [ "$http" != "$old" ]; then
  # Through a name in between: the old and the new row of ports may overlap.
  expressions=()
  for ((i = 0; i <= 13; ++i)); do expressions+=(-e "s|127\.0\.0\.1:$((old + i))\"|127.0.0.1:@$i@\"|g"); done
  for ((i = 0; i <= 13; ++i)); do expressions+=(-e "s|:@$i@\"|:$((http + i))\"|g"); done
  sed -i "${expressions[@]}" "$into"/config/*.yaml
  echo "$municipality $http" >"$into/instance"
fi

[ -n "$verify" ] || { echo "Restored into $into, as known on $(cat "$into/known") and after. Erasures since then: do them again."; exit 0; }

[ -d "$into/answers" ] || die "the archive has no answers: make backups with --token-file"
sed -i 's|^web_dir:.*|web_dir: ""|' "$into/config/gateway.yaml"
NMD_SYSTEMD="" "$here/instance.sh" start "$into"
"${NMD_BIN:-$here/../build/release/bin}/nmdctl" --url "http://127.0.0.1:$http" --municipality "$municipality" --token-file "$token" wait >/dev/null
"$here/ask.sh" "$into" "$token" "$(cat "$into/known")" "$into/questions.txt" "$into/answers-now"
diff -r "$into/answers" "$into/answers-now" >"$into/difference" ||
  die "the restored instance answers differently:
$(head -n 5 "$into/difference")"
echo "Verified: $(find "$into/answers" -name '*.csv' | wc -l) questions have the answers they had."
