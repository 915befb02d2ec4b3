#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Starts and stops the services of an instance on one machine, laid out as by make_instance.sh.
#   instance.sh start|stop|running DIR [SERVICE...]
# start returns when all of them are ready; stop asks them to drain and waits; running prints those that run.
# NMD_BIN: folder of the programs (preset build/release/bin). NMD_SYSTEMD=1: they are units nmd-SERVICE@MUNICIPALITY.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${NMD_BIN:-$root/build/release/bin}
action=${1:?usage: instance.sh start|stop|running DIR [SERVICE...]}
dir=$(realpath "${2:?usage: instance.sh start|stop|running DIR [SERVICE...]}")
shift 2
services=("$@")
# Those it has a configuration of: the region has two.
[ $# -gt 0 ] || for service in ingestion linking costs contracts publication gateway; do
  [ ! -f "$dir/config/$service.yaml" ] || services+=("$service")
done
read -r municipality _ <"$dir/instance"

die() { echo "instance.sh: $*" >&2; exit 1; }

alive() {
  if [ -n "${NMD_SYSTEMD:-}" ]; then
    systemctl -q is-active "nmd-$1@$municipality"
  else
    grep -qs "$1_server" "/proc/$(cat "$dir/$1.pid" 2>/dev/null)/cmdline"
  fi
}

case $action in
  running)
    for service in "${services[@]}"; do if alive "$service"; then echo "$service"; fi; done ;;
  stop)
    if [ -n "${NMD_SYSTEMD:-}" ]; then
      units=("${services[@]/#/nmd-}")
      systemctl stop "${units[@]/%/@$municipality}"
      exit
    fi
    for service in "${services[@]}"; do if alive "$service"; then kill -TERM "$(cat "$dir/$service.pid")"; fi; done
    for service in "${services[@]}"; do
      while alive "$service"; do sleep 0.05; done
      rm -f "$dir/$service.pid"
    done ;;
  start)
    for service in "${services[@]}"; do
      if alive "$service"; then continue; fi
      if [ -n "${NMD_SYSTEMD:-}" ]; then
        systemctl start "nmd-$service@$municipality"
      else
        setsid "$bin/${service}_server" --config="$dir/config/$service.yaml" >>"$dir/log/$service.log" 2>&1 </dev/null &
        echo $! >"$dir/$service.pid"
      fi
    done
    for service in "${services[@]}"; do
      admin=$(sed -n 's/^ *admin_listen: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$dir/config/$service.yaml")
      for ((tries = 0; ; ++tries)); do
        if curl -fs -o /dev/null "http://$admin/readyz"; then break; fi
        alive "$service" || die "$service did not start; see $dir/log/$service.log:
$(tail -n 3 "$dir/log/$service.log" 2>/dev/null)"
        [ "$tries" -lt 600 ] || die "$service is not ready after a minute; see $dir/log/$service.log"
        sleep 0.1
      done
    done ;;
  *) die "$action is none of start, stop, running" ;;
esac
