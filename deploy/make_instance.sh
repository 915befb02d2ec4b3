#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Lays out one instance: configuration, keys, development certificates, an empty store.
#   make_instance.sh DIR MUNICIPALITY TITLE HTTP_PORT WEB_DIR [machine|cluster]
# Ports: HTTP_PORT is the gateway's; the services and the gRPC door listen on the thirteen after it. Running it again keeps keys,
# certificates and data, and renews the configuration. "cluster": for containers, see render_config.sh. With NMD_POSTGRES, a libpq
# connection string, the stores are in that database instead of in DIR/data.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: make_instance.sh DIR MUNICIPALITY TITLE HTTP_PORT WEB_DIR [machine|cluster]}
municipality=$2 title=$3 http=$4 web=$5

mkdir -p "$dir"/{config,keys,data,log}
# Containers share no folder: each store is mounted on its own.
[ "${6:-machine}" = machine ] || mkdir -p "$dir"/data/{ingestion,linking,costs,contracts,publication,gateway}
"$here/make_certs.sh" "$dir/certs" "$municipality"
for service in ingestion linking; do
  [ -f "$dir/keys/$service.key" ] || (umask 077 && openssl rand -hex 32 >"$dir/keys/$service.key")
done

"$here/render_config.sh" "$dir/config" "$municipality" "$title" "$http" "$web" "${6:-machine}"
if [ -n "${NMD_POSTGRES:-}" ]; then
  (umask 077 && printf '%s\n' "$NMD_POSTGRES" >"$dir/keys/postgres")
  sed -i "s|^  data_dir: .*|  postgres: {connection_file: ../keys/postgres}|" "$dir"/config/*.yaml
fi
echo "$municipality $http" >"$dir/instance"
