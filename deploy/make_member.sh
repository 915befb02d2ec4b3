#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes two instances of one machine known to each other, one of a municipality and one of the region, both laid out as by
# make_instance.sh: a client certificate with the OIN of the municipality, signed by the development CA of the region, and the
# line about it in the configuration of the region. Prints where statements go to, for the configuration of the municipality.
#   make_member.sh DIR REGION_DIR TITLE
# For the demo and the tests: elsewhere both sides exchange certificate and public key on paper (README.md). Existing files are kept.
set -euo pipefail
dir=${1:?usage: make_member.sh DIR REGION_DIR TITLE}
region=${2:?usage: make_member.sh DIR REGION_DIR TITLE}
title=${3:?usage: make_member.sh DIR REGION_DIR TITLE}
read -r municipality _ <"$dir/instance"
read -r region_name region_http <"$region/instance"
umask 077

# An OIN as those of public bodies look: 20 digits, with the number of the municipality.
oin=0000000100${municipality#gm}000000
if [ ! -f "$dir/certs/lid.pem" ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out "$dir/certs/lid.key"
  openssl req -new -key "$dir/certs/lid.key" -subj "/O=$title development/CN=$municipality.example.org/serialNumber=$oin" -out "$dir/certs/lid.csr"
  openssl x509 -req -in "$dir/certs/lid.csr" -CA "$region/certs/ca.pem" -CAkey "$region/certs/ca.key" -CAcreateserial -sha256 -days 825 \
    -out "$dir/certs/lid.pem" \
    -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:FALSE\n') 2>/dev/null
  rm "$dir/certs/lid.csr"
fi
cp "$region/certs/ca.pem" "$dir/certs/regio-ca.pem"

# The public half of the key statements are signed with: the seed as an Ed25519 key in PKCS #8 (RFC 8410).
public_key=$(printf "302e020100300506032b657004220420%s" "$(tr -d '[:space:]' <"$dir/keys/publication.key")" |
  sed 's/../\\x&/g' | xargs -0 printf '%b' | openssl pkey -inform DER -pubout -outform DER | tail -c 32 | od -An -v -tx1 | tr -d ' \n')
mkdir -p "$region/members"
echo "{municipality: $municipality, title: \"$title\", oin: \"$oin\", public_keys: [\"$public_key\"]}" >"$region/members/$municipality.yaml"

for audience in regio openbaar; do
  echo "{audience: $audience, municipality: $region_name, peer: {address: \"127.0.0.1:$((region_http + 13))\", service: gateway}," \
    "tls: {certificate: ../certs/lid.pem, key: ../certs/lid.key, roots: ../certs/regio-ca.pem}}"
done
