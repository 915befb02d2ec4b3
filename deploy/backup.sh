#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Copies an instance while it is used, into two archives that this machine cannot read itself: one with the stores and the
# configuration, and, in another place for other hands, one with the keys. Neither is of use without the other.
#   backup.sh DIR --out DIR --to RECIPIENT --keys-out DIR --keys-to RECIPIENT [--token-file FILE]
# RECIPIENT is a public key of age (age-keygen prints it with the identity, which is kept off this machine).
# --token-file: the answers to questions.txt (or NMD_QUESTIONS) go along, so that restore.sh --verify can ask them again.
#
# Nothing stops. Each store is copied as of one moment beside the service that writes it, who reads a feed before who writes it: so
# no copy knows of something that the copy of its source does not have; what it has less, it reads again after a restore.
# Stores in PostgreSQL are copied the same way, into the same archive: what restore.sh makes of it is an instance with SQLite stores,
# which `nmdctl migrate` moves to a database.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
die() { echo "backup.sh: $*" >&2; exit 1; }

dir=$(realpath "${1:?usage: backup.sh DIR --out DIR --to RECIPIENT --keys-out DIR --keys-to RECIPIENT [--token-file FILE]}")
shift
out="" to="" keys_out="" keys_to="" token=""
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$2 ;;
    --to) to=$2 ;;
    --keys-out) keys_out=$2 ;;
    --keys-to) keys_to=$2 ;;
    --token-file) token=$2 ;;
    *) die "unknown argument $1; the head of this file says what there is" ;;
  esac
  shift 2
done
[ -n "$out" ] && [ -n "$to" ] && [ -n "$keys_out" ] && [ -n "$keys_to" ] || die "--out, --to, --keys-out and --keys-to are all needed"
[ "$to" != "$keys_to" ] || die "--to and --keys-to are the same: who holds the stores would hold the keys"
umask 077
mkdir -p "$out" "$keys_out"
[ "$(realpath "$out")" != "$(realpath "$keys_out")" ] || die "--out and --keys-out are the same folder: keep the keys apart"

read -r municipality _ <"$dir/instance"
moment=$(date -u +%Y%m%dT%H%M%SZ)
known=$(date -u -d yesterday +%F)
name=$municipality-$moment
# On the disk of the stores, which has room for them and is as well kept as they are.
work=$(mktemp -d "$dir/data/.backup-XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ -n "$token" ]; then
  "$here/ask.sh" "$dir" "$token" "$known" "${NMD_QUESTIONS:-$here/questions.txt}" "$work/answers"
  cp "${NMD_QUESTIONS:-$here/questions.txt}" "$work/questions.txt"
fi

mkdir "$work/data"
if grep -qs '^  postgres:' "$dir"/config/*.yaml; then
  "${NMD_BIN:-$here/../build/release/bin}/nmdctl" migrate "$dir" --into "$work/data" >/dev/null
fi
for service in gateway publication contracts costs linking ingestion; do
  store=$dir/data/$service.db
  [ -f "$store" ] || continue
  sqlite3 -bail -readonly "$store" "VACUUM INTO '$work/data/$service.db'"
done
[ -n "$(ls "$work/data")" ] || die "there is no store in $dir/data"
for store in "$work"/data/*.db; do
  [ "$(sqlite3 -bail "$store" 'PRAGMA integrity_check')" = ok ] || die "the copy of $(basename "$store") is damaged: see the runbook, NmdStoreDamaged"
done

cp -R "$dir/config" "$dir/instance" "$work/"
# What is restored has the stores that are in the archive.
sed -i 's|^  postgres: .*|  data_dir: ../data|' "$work"/config/*.yaml
mkdir "$work/certs"
cp "$dir"/certs/*.pem "$work/certs/"
rm -f "$work/certs/front.pem" # It holds a key.
echo "$known" >"$work/known"
(cd "$work" && find . -type f ! -name .sums -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$work/.sums"
mv "$work/.sums" "$work/SHA256SUMS"
tar -C "$work" -cf - . | age -r "$to" -o "$out/$name.tar.age.part"
mv "$out/$name.tar.age.part" "$out/$name.tar.age"
(cd "$out" && sha256sum "$name.tar.age" >"$name.tar.age.sha256")

(cd "$dir" && find keys certs \( -name '*.key' -o -name front.pem \) -type f -print0 | LC_ALL=C sort -z |
  tar --null -T - -cf -) | age -r "$keys_to" -o "$keys_out/$name.keys.tar.age.part"
mv "$keys_out/$name.keys.tar.age.part" "$keys_out/$name.keys.tar.age"

echo "$out/$name.tar.age"
echo "$keys_out/$name.keys.tar.age"
