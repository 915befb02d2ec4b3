#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes two instances of one machine known to each other, one of a municipality and one of the region, both laid out as by
# make_instance.sh: a client certificate with the OIN of the municipality, signed by the development CA of the region, and the
# line about it in the configuration of the region; and the other way round for the door of the member, which the region passes
# providers on to. Prints where statements go to, for the configuration of the municipality; DIR/routers.yaml is for that, too.
#   make_member.sh DIR REGION_DIR TITLE
# For the demo and the tests: elsewhere both sides exchange certificate and public key on paper (README.md). Existing files are kept.
set -euo pipefail
dir=${1:?usage: make_member.sh DIR REGION_DIR TITLE}
region=${2:?usage: make_member.sh DIR REGION_DIR TITLE}
title=${3:?usage: make_member.sh DIR REGION_DIR TITLE}
read -r municipality http <"$dir/instance"
read -r region_name region_http <"$region/instance"
umask 077

# OINs as those of public bodies look: 20 digits, with the number of the municipality.
oin=0000000100${municipality#gm}000000
region_oin=00000001009999000000

# client_certificate FILE SUBJECT CA_DIR: FILE.pem and FILE.key, signed by the development CA in CA_DIR; kept when they are there.
client_certificate() {
  [ ! -f "$1.pem" ] || return 0
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$3/ca.pem" -CAkey "$3/ca.key" -CAcreateserial -sha256 -days 825 -out "$1.pem" \
    -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:FALSE\n') 2>/dev/null
  rm "$1.csr"
}
client_certificate "$dir/certs/lid" "/O=$title development/CN=$municipality.example.org/serialNumber=$oin" "$region/certs"
cp "$region/certs/ca.pem" "$dir/certs/regio-ca.pem"
# The region at the door of the member, on behalf of providers.
client_certificate "$region/certs/deur-$municipality" "/O=Regio development/CN=$region_name.example.org/serialNumber=$region_oin" "$dir/certs"
cp "$dir/certs/ca.pem" "$region/certs/$municipality-ca.pem"
mkdir -p "$region/doors"
echo "{municipality: $municipality, peer: {address: \"127.0.0.1:$((http + 13))\", service: gateway}," \
  "tls: {certificate: ../certs/deur-$municipality.pem, key: ../certs/deur-$municipality.key, roots: ../certs/$municipality-ca.pem}}" \
  >"$region/doors/$municipality.yaml"
echo "{oin: \"$region_oin\"}" >"$dir/routers.yaml"

# The public half of the key statements are signed with: the seed as an Ed25519 key in PKCS #8 (RFC 8410).
public_key=$(printf "302e020100300506032b657004220420%s" "$(tr -d '[:space:]' <"$dir/keys/publication.key")" |
  sed 's/../\\x&/g' | xargs -0 printf '%b' | openssl pkey -inform DER -pubout -outform DER | tail -c 32 | od -An -v -tx1 | tr -d ' \n')
mkdir -p "$region/members"
echo "{municipality: $municipality, title: \"$title\", oin: \"$oin\", public_keys: [\"$public_key\"]}" >"$region/members/$municipality.yaml"

for audience in regio openbaar; do
  echo "{audience: $audience, municipality: $region_name, peer: {address: \"127.0.0.1:$((region_http + 13))\", service: gateway}," \
    "tls: {certificate: ../certs/lid.pem, key: ../certs/lid.key, roots: ../certs/regio-ca.pem}}"
done
