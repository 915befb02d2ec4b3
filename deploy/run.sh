#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# From nothing to an answered question: installs packages, builds, starts the instances of the demo region, delivers
# demo data in official formats, prints the answers and the address of the dashboard.
#
#   deploy/run.sh                  the demo: five municipalities
#   deploy/run.sh --only GM        the demo with one municipality, such as gm1730
#   deploy/run.sh stop             stops everything that was started
#   deploy/run.sh --instance FILE  a real instance, laid out as by make_instance.sh; FILE is its file "instance"
#
# The state lies in build/run; remove that folder to start afresh.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
bin=$root/build/release/bin
run=$root/build/run
services=(ingestion linking costs contracts publication gateway)

bold= plain=
[ ! -t 1 ] || { bold=$(printf '\033[1m') plain=$(printf '\033[0m'); }
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
die() { echo "run.sh: $*" >&2; exit 1; }

build() {
  step "1. Packages"
  deploy/packages.sh
  step "2. Build (some minutes the first time)"
  cmake --preset release >/dev/null
  ninja -C build/release "${services[@]/%/_server}" nmdctl nmd_demo
  gateway/web/build.sh "$root/build/web"
}

only=
case "${1:-}" in
  stop)
    for dir in "$run"/gm*; do [ ! -f "$dir/instance" ] || { echo "Stopping $(basename "$dir")"; deploy/instance.sh stop "$dir"; }; done
    exit 0 ;;
  --instance)
    file=$(realpath "${2:?usage: deploy/run.sh --instance FILE}")
    build
    deploy/instance.sh start "$(dirname "$file")"
    read -r municipality http <"$file"
    echo "The instance of $municipality answers at http://127.0.0.1:$http/"
    exit 0 ;;
  --only) only=${2:?usage: deploy/run.sh --only GM} ;;
  "") ;;
  *) die "unknown argument $1; the head of this file says what there is" ;;
esac

build

step "3. Demo data in official formats"
[ -f "$run/demo/.complete" ] || { rm -rf "$run/demo"; "$bin/nmd_demo" --out "$run/demo"; touch "$run/demo/.complete"; }

step "4. Instances"
http=8100
for entry in "gm1730 Tynaarlo" "gm0106 Assen" "gm1680 Aa en Hunze" "gm1731 Midden-Drenthe" "gm1699 Noordenveld"; do
  municipality=${entry%% *} title=${entry#* }
  if [ -z "$only" ] || [ "$only" = "$municipality" ]; then
    deploy/make_instance.sh "$run/$municipality" "$municipality" "$title" "$http" "$root/build/web"
    deploy/instance.sh start "$run/$municipality"
    echo "$title: 6 services are ready, http://127.0.0.1:$http/"
  fi
  http=$((http + 20))
done

# A client for one instance, signed in with the development issuer.
ctl() {
  local dir=$run/$1 role=$2
  shift 2
  read -r municipality http <"$dir/instance"
  [ -f "$dir/$role.token" ] && [ -n "$(find "$dir/$role.token" -mmin -30)" ] || (umask 077 &&
    "$bin/nmdctl" token --key "$dir/certs/issuer.key" --role "$role" --municipality "$municipality" --subject "demo-$role" >"$dir/$role.token")
  "$bin/nmdctl" --url "http://127.0.0.1:$http" --municipality "$municipality" --token-file "$dir/$role.token" "$@"
}

step "5. Deliveries"
for dir in "$run"/gm*; do
  municipality=$(basename "$dir")
  [ -z "$only" ] || [ "$only" = "$municipality" ] || continue
  if [ -f "$dir/.delivered" ]; then echo "$municipality: delivered before"; continue; fi
  echo "$municipality: $(($(wc -l <"$run/demo/$municipality/deliveries.csv") - 1)) files"
  status=0
  ctl "$municipality" beheerder deliver --manifest "$run/demo/$municipality/deliveries.csv" || status=$?
  # 1: done, with findings: the demo holds broken files on purpose.
  [ "$status" -le 1 ] || die "the deliveries of $municipality failed with exit code $status"
  touch "$dir/.delivered"
done

# Two people agree on what may be shared: one proposes, the privacy officer approves. What holds already is left alone.
for dir in "$run"/gm*; do
  municipality=$(basename "$dir")
  [ -z "$only" ] || [ "$only" = "$municipality" ] || continue
  ctl "$municipality" controller agreement propose "$dir/config/agreements.yaml" >/dev/null
  mapfile -t proposed < <(ctl "$municipality" privacyfunctionaris --format csv agreement versions | awk -F, '$3 == "voorgesteld" { print $1 }')
  [ ${#proposed[@]} -eq 0 ] || ctl "$municipality" privacyfunctionaris agreement approve "${proposed[@]}" >/dev/null
done
echo "Agreements: what may be shared was proposed by a controller and approved by the privacy officer"

# Questions can be asked at once; the answer is complete when linking and costs have read everything.
ctl gm1730 controller wait

step "6. The question: how did youth care grow from January 2017 to January 2018, and why?"
youth=(--from 2017-01 --to 2018-01 --where law=jeugdwet)
ctl gm1730 beleidsadviseur query --measure clients,provisions,indicated "${youth[@]}" --compare
ctl gm1730 beleidsadviseur query --measure provisions --by ivn "${youth[@]}" --compare
ctl gm1730 beleidsadviseur decompose --by ivn "${youth[@]}"

step "Done"
read -r municipality http <"$run/gm1730/instance"
cat <<TXT
Dashboard (Tynaarlo):  http://127.0.0.1:$http/            doubtful links: http://127.0.0.1:$http/koppelen.html
Ask on:                export NMDCTL_URL=http://127.0.0.1:$http NMDCTL_MUNICIPALITY=gm1730 NMDCTL_TOKEN_FILE=$run/gm1730/beleidsadviseur.token
                       $bin/nmdctl query --measure clients --by wijk --from 2018-01 --to 2018-01
Stop:                  deploy/run.sh stop        (start again with deploy/run.sh: same answers, in seconds)
TXT
