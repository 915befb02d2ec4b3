#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Lays out one instance: configuration, keys, development certificates, an empty store.
#   make_instance.sh DIR MUNICIPALITY TITLE HTTP_PORT WEB_DIR [machine|cluster] [municipality|region]
# Ports: HTTP_PORT is the gateway's; the services and the gRPC door listen on the thirteen after it. Running it again keeps keys,
# certificates and data, and renews the configuration. "cluster": for containers, see render_config.sh. With NMD_POSTGRES, a libpq
# connection string, the stores are in that database instead of in DIR/data. With NMD_REGION, the folder of the region's instance,
# the municipality is a member of it (make_member.sh); the region knows its members when it is made again after them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: make_instance.sh DIR MUNICIPALITY TITLE HTTP_PORT WEB_DIR [machine|cluster] [municipality|region]}
municipality=$2 title=$3 http=$4 web=$5 where=${6:-machine} role=${7:-municipality}
if [ "$role" = region ]; then services=(publication gateway); else services=(ingestion linking costs contracts publication gateway); fi

mkdir -p "$dir"/{config,keys,data,log}
# Containers share no folder: each store is mounted on its own.
[ "$where" = machine ] || mkdir -p "${services[@]/#/$dir/data/}"
"$here/make_certs.sh" "$dir/certs" "$municipality" "${services[@]}"
echo "$municipality $http" >"$dir/instance"
if [ "$role" = region ]; then
  members=$(cat "$dir"/members/*.yaml 2>/dev/null | paste -sd, || true)
  export NMD_MEMBERS="[$members]"
  doors=$(cat "$dir"/doors/*.yaml 2>/dev/null | paste -sd, || true)
  export NMD_MEMBER_DOORS="[$doors]"
else
  for service in ingestion linking publication; do
    [ -f "$dir/keys/$service.key" ] || (umask 077 && openssl rand -hex 32 >"$dir/keys/$service.key")
  done
  if [ -n "${NMD_REGION:-}" ]; then
    recipients=$("$here/make_member.sh" "$dir" "$NMD_REGION" "$title" | paste -sd,)
    export NMD_RECIPIENTS="[$recipients]"
    routers=$(cat "$dir/routers.yaml")
    export NMD_PROVIDER_ROUTERS="[$routers]"
  fi
fi

if [ -n "${NMD_POSTGRES:-}" ]; then
  export NMD_STORE=postgres
  (umask 077 && printf '%s\n' "$NMD_POSTGRES" >"$dir/keys/postgres")
fi
"$here/render_config.sh" "$dir/config" "$municipality" "$title" "$http" "$web" "$where" "$role"
