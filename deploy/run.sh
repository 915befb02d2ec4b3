#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# From nothing to an answered question: installs packages, builds, starts the instances of the demo region, delivers
# demo data in official formats, prints the answers and the address of the dashboard.
#
#   deploy/run.sh                  the demo: five municipalities and the region
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
    for dir in "$run"/gm* "$run"/nmd; do [ ! -f "$dir/instance" ] || { echo "Stopping $(basename "$dir")"; deploy/instance.sh stop "$dir"; }; done
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
# The region comes first and last: it signs the certificates of its members, and has to know their keys. Ports go on after theirs.
region=$run/nmd
[ -n "$only" ] || deploy/make_instance.sh "$region" nmd "Regio NMD" 8200 "$root/build/web" machine region
[ -n "$only" ] || export NMD_REGION=$region
http=8100
for entry in "gm1730 Tynaarlo" "gm0106 Assen" "gm1680 Aa en Hunze" "gm1731 Midden-Drenthe" "gm1699 Noordenveld"; do
  municipality=${entry%% *} title=${entry#* }
  if [ -z "$only" ] || [ "$only" = "$municipality" ]; then
    dir=$run/$municipality
    before=$(cat "$dir"/config/{publication,gateway}.yaml 2>/dev/null || true)
    deploy/make_instance.sh "$dir" "$municipality" "$title" "$http" "$root/build/web"
    # It may run from before it was a member.
    [ "$before" = "$(cat "$dir"/config/{publication,gateway}.yaml)" ] || deploy/instance.sh stop "$dir" publication gateway
    deploy/instance.sh start "$dir"
    echo "$title: 6 services are ready, http://127.0.0.1:$http/"
  fi
  http=$((http + 20))
done
if [ -z "$only" ]; then
  before=$(cat "$region"/config/{publication,gateway}.yaml)
  deploy/make_instance.sh "$region" nmd "Regio NMD" 8200 "$root/build/web" machine region
  [ "$before" = "$(cat "$region"/config/{publication,gateway}.yaml)" ] || deploy/instance.sh stop "$region" publication gateway
  deploy/instance.sh start "$region"
  echo "Regio NMD: publication and gateway are ready, http://127.0.0.1:8200/"
fi

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

if [ -z "$only" ]; then
  step "7. The region: five municipalities publish, and it answers"
  year=(--from 2017-01 --to 2017-12)
  # One table after the other: each is judged beside all that was published before it.
  publish() {
    local municipality=$1 number
    shift
    ctl "$municipality" controller publish propose "$@" "${year[@]}" >/dev/null || { echo "$municipality: not published: $*"; return 0; }
    number=$(ctl "$municipality" privacyfunctionaris --format csv publish list --state PROPOSED | awk -F, 'NR == 2 { print $1 }')
    [ -z "$number" ] || ctl "$municipality" privacyfunctionaris publish approve "$number" >/dev/null
  }
  for dir in "$run"/gm*; do
    municipality=$(basename "$dir")
    [ ! -f "$dir/.published" ] || continue
    ctl "$municipality" controller wait >/dev/null
    for table in inwoners-leeftijd clienten-jaar-leeftijd-ivn uitgaven-jeugdhulp-aanbieder; do
      publish "$municipality" --agreement regio-jeugdhulp --table "$table"
    done
    publish "$municipality" --agreement openbaar-jaarcijfers --table clienten-wet-wijk
    touch "$dir/.published"
    echo "$municipality: four tables proposed by a controller, attacked, approved by the privacy officer, signed"
  done
  # They are sent in their own time, and again until the region confirms.
  for ((tries = 0; tries < 300; ++tries)); do
    [ "$(ctl nmd regio --format csv region members | awk -F, 'NR > 1 && $6 >= 4' | wc -l)" -lt 5 ] || break
    sleep 0.1
  done
  # What everybody sees of the region is decided about by two people of the region as well.
  publish nmd --table clienten-wet-wijk
  ctl nmd regio region members
  ctl nmd regio region table inwoners-leeftijd "${year[@]}"
  ctl nmd regio region compare clienten-jaar-leeftijd-ivn --inhabitants inwoners-leeftijd "${year[@]}"
  step "8. One of the five is off: the region answers all the same"
  deploy/instance.sh stop "$run/gm1699"
  ctl nmd regio region market uitgaven-jeugdhulp-aanbieder "${year[@]}" | tail -n 3
  ctl nmd openbaar region tables
  deploy/instance.sh start "$run/gm1699"
fi

step "Done"
[ -n "$only" ] || echo "The region:            http://127.0.0.1:8200/regio.html   ask it with: nmdctl region"
read -r municipality http <"$run/gm1730/instance"
cat <<TXT
Dashboard (Tynaarlo):  http://127.0.0.1:$http/            doubtful links: http://127.0.0.1:$http/koppelen.html
Ask on:                export NMDCTL_URL=http://127.0.0.1:$http NMDCTL_MUNICIPALITY=gm1730 NMDCTL_TOKEN_FILE=$run/gm1730/beleidsadviseur.token
                       $bin/nmdctl query --measure clients --by wijk --from 2018-01 --to 2018-01
Stop:                  deploy/run.sh stop        (start again with deploy/run.sh: same answers, in seconds)
TXT
