#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes the development CA, a certificate per service of one instance, and the key pair of the development issuer.
#   make_certs.sh DIR MUNICIPALITY [SERVICE...]
# For the demo and the tests only: a real instance gets its certificates and issuer from the municipality. Existing files
# are kept, so running it again changes nothing.
set -euo pipefail
dir=${1:?usage: make_certs.sh DIR MUNICIPALITY}
municipality=${2:?usage: make_certs.sh DIR MUNICIPALITY}
shift 2
[ $# -gt 0 ] || set -- ingestion linking costs contracts publication gateway
mkdir -p "$dir"
cd "$dir"
umask 077

ec_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

if [ ! -f ca.pem ]; then
  ec_key ca.key
  openssl req -x509 -new -key ca.key -sha256 -days 825 -out ca.pem -subj "/O=NMD Monitor development, not for production/CN=Development CA $municipality"
fi
for service in "$@"; do
  [ -f "$service.pem" ] && continue
  ec_key "$service.key"
  openssl req -new -key "$service.key" -subj "/O=NMD Monitor development/CN=$service" -out "$service.csr"
  openssl x509 -req -in "$service.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 825 -out "$service.pem" \
    -extfile <(printf 'subjectAltName=URI:spiffe://nmd.nl/%s/%s,DNS:%s,IP:127.0.0.1\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n' "$municipality" "$service" "$service") 2>/dev/null
  rm "$service.csr"
done
# What HAProxy shows to people where there are containers: certificate and key in one file.
if [ ! -f front.pem ]; then
  ec_key front.key
  openssl req -new -key front.key -subj "/O=NMD Monitor development/CN=localhost" -out front.csr
  openssl x509 -req -in front.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 397 -out front.crt \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n') 2>/dev/null
  cat front.crt front.key >front.pem
  rm front.csr front.crt front.key
fi
# A provider of care, for the gRPC door: its AGB code is the serialNumber of the subject. It is one of the demo, and the one that the
# development issuer signs the role aanbieder in as (render_config.sh).
if [ ! -f aanbieder.pem ]; then
  ec_key aanbieder.key
  openssl req -new -key aanbieder.key -subj "/O=Zorg Voorbeeld development/CN=zorg.example.org/serialNumber=98000017" -out aanbieder.csr
  openssl x509 -req -in aanbieder.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 825 -out aanbieder.pem \
    -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:FALSE\n') 2>/dev/null
  rm aanbieder.csr
fi
if [ ! -f issuer.pem ]; then
  ec_key issuer.key
  openssl ec -in issuer.key -pubout -out issuer.pem 2>/dev/null
fi
