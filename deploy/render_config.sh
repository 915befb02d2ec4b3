#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Fills in the configuration of one instance: the only place that reads the templates in deploy/config, whether the
# instance runs on one machine, in containers or in a cluster.
#   render_config.sh DIR MUNICIPALITY TITLE HTTP_PORT WEB_DIR [machine|cluster] [municipality|region]
# HTTP_PORT is the gateway's; the services listen on the twelve ports after it: gRPC and admin in turn. The thirteenth is the
# gateway's gRPC door for tools and providers; in a cluster that is off until templates of one's own say where.
#   machine  (preset) one address, 127.0.0.1, and the development issuer; DIR/{mappings,codes,policy} lie beside the YAML
#   cluster  services are found by name; DIR/../{mappings,codes,policy}, so that each can be a mount of its own; tokens come
#            from NMD_ISSUER (an https address), and BSNs of the test range are not those of persons
#   region   the templates in config/region: publication and gateway only. NMD_MEMBERS: its members, as a YAML list on one line
# NMD_STORE: sqlite (preset), a file in ../data, or postgres: the connection string is the one line of ../keys/postgres, in a cluster of
# ../postgres/connection, and there costs has readers, each started with costs-reader.yaml.
# NMD_ORIGIN: address of the monitor as the world types it, for the catalogue of open data.
# NMD_RECIPIENTS: where a municipality sends statements to, as a YAML list on one line. NMD_MEMBER_DOORS and NMD_PROVIDER_ROUTERS:
# the doors of members that the region passes providers on to, and whom a municipality lets do that; lists like these.
# NMD_CONFIG_DIR: templates of one's own, laid out as deploy/config.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: render_config.sh DIR MUNICIPALITY TITLE HTTP_PORT WEB_DIR [machine|cluster] [municipality|region]}
municipality=$2 title=$3 http=$4 web=$5 where=${6:-machine} role=${7:-municipality}
templates=${NMD_CONFIG_DIR:-$here/config}

issuer=${NMD_ISSUER:-https://issuer.invalid/set-NMD_ISSUER}
case $where in
  machine)
    listen=127.0.0.1 door=127.0.0.1:$((http + 13)) connection=../keys/postgres sets="" beside=$dir drain=0 test_numbers=true
    token="issuer: nmd-development, audience: nmd-monitor, public_key: ../certs/issuer.pem, development: true,
   development_key: ../certs/issuer.key, development_provider: \"98000017\", title: \"$title\"" ;;
  cluster)
    listen=0.0.0.0 door="" connection=../postgres/connection sets=../ beside=$dir/.. drain=5 test_numbers=false
    token="issuer: \"$issuer\", audience: nmd-monitor, public_key: ../certs/issuer.pem" ;;
  *) echo "render_config.sh: $where is neither machine nor cluster" >&2; exit 2 ;;
esac

readers=""
case ${NMD_STORE:-sqlite} in
  sqlite) store="data_dir: ../data" ;;
  postgres)
    store="postgres: {connection_file: $connection}"
    [ "$where $role" != "cluster municipality" ] || readers=", readers: [\"costs-reader:$((http + 5))\"]" ;;
  *) echo "render_config.sh: NMD_STORE is $NMD_STORE, and neither sqlite nor postgres" >&2; exit 2 ;;
esac

origin=${NMD_ORIGIN:-http://127.0.0.1:$http}

expressions=(-e "s|@TITLE@|$title|g" -e "s|@ORIGIN@|$origin|g"
  -e "s|@MUNICIPALITY@|$municipality|g" -e "s|@HTTP@|$http|g" -e "s|@WEB@|$web|g" -e "s|@LISTEN@|$listen|g" -e "s|@DOOR@|$door|g"
  -e "s|@STORE@|$store|g" -e "s|@COSTS_READERS@|$readers|g" -e "s|@SETS@|$sets|g" -e "s|@DRAIN_DELAY@|$drain|g" -e "s|@TEST_NUMBERS@|$test_numbers|g"
  -e "s|@ISSUER@|${token//$'\n'/\\n}|g" -e "s|@MEMBERS@|${NMD_MEMBERS:-[]}|g" -e "s|@RECIPIENTS@|${NMD_RECIPIENTS:-[]}|g"
  -e "s|@MEMBER_DOORS@|${NMD_MEMBER_DOORS:-[]}|g" -e "s|@PROVIDER_ROUTERS@|${NMD_PROVIDER_ROUTERS:-[]}|g")
port=$http
for service in ingestion linking costs contracts publication gateway; do
  host=127.0.0.1
  [ "$where" = machine ] || host=$service
  expressions+=(-e "s|@HOST_${service^^}@|$host|g" -e "s|@PORT_${service^^}@|$((++port))|g" -e "s|@ADMIN_${service^^}@|$((++port))|g")
done

if [ "$role" = region ]; then
  mkdir -p "$dir"
  for file in "$templates"/region/*.yaml; do sed "${expressions[@]}" "$file" >"$dir/$(basename "$file")"; done
  exit
fi
mkdir -p "$dir" "$beside"/{mappings,codes,policy}
for file in "$templates"/*.yaml; do
  sed "${expressions[@]}" "$file" >"$dir/$(basename "$file")"
done
[ -z "$readers" ] ||
  sed "s|connection_file: [^}]*|&, reader_of: \"costs:$((http + 5))\"|" "$dir/costs.yaml" >"$dir/costs-reader.yaml"
cp "$templates"/mappings/*.yaml "$beside/mappings/"
cp "$templates"/codes/*.csv "$beside/codes/"
cp "$templates"/policy/*.yaml "$beside/policy/"
