#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Runs a command with a PostgreSQL server of its own, which is gone afterwards: a fresh cluster in a temporary folder, reached by a
# socket there, durable like any other. NMD_TEST_POSTGRES holds the connection string. Without PostgreSQL on the machine the
# command runs without it, and the tests that need it say so.
#   tests/with_postgres.sh COMMAND [ARGUMENT ...]
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ] || [ -n "${NMD_TEST_POSTGRES:-}" ]; then
  exec "$@"
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/nmd-postgres-XXXXXX")
# The server refuses to run as root.
as_server=()
if [ "$(id -u)" -eq 0 ]; then
  chown postgres "$folder"
  as_server=(runuser -u postgres --)
fi
stop() {
  "${as_server[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
"${as_server[@]}" "$bin/initdb" -D data -U nmd -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
"${as_server[@]}" "$bin/pg_ctl" -D data -w -l log -o "-c listen_addresses= -c unix_socket_directories=$folder" start >/dev/null
cd "$OLDPWD"
NMD_TEST_POSTGRES="host=$folder user=nmd dbname=postgres" "$@"
