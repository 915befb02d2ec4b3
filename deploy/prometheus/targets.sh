#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Prints the scrape targets of instances, laid out as by make_instance.sh, for prometheus.yml.
#   targets.sh DIR... >targets/nmd.yml
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: targets.sh DIR..." >&2; exit 2; }
for dir in "$@"; do
  read -r municipality _ <"$dir/instance"
  for service in ingestion linking costs contracts publication gateway; do
    [ -f "$dir/config/$service.yaml" ] || continue  # The region has two.
    admin=$(sed -n 's/^ *admin_listen: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$dir/config/$service.yaml")
    echo "- {targets: [\"$admin\"], labels: {municipality: $municipality, service: $service}}"
  done
done
