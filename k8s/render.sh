#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes a folder that kustomize can build: the manifests as they are here, and the configuration of every instance made from
# deploy/config. For `kubectl apply -k`, or for the repository that Flux or Argo CD reads.
#   NMD_ISSUER=https://login.example.nl k8s/render.sh OUT && kubectl apply -k OUT/overlays/gm1730
# NMD_STORE=postgres: the stores in a database instead of on volumes, and readers of costs (folder postgres/).
# NMD_CONFIG_DIR: templates of one's own, with the own agreements and mappings; see deploy/render_config.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: k8s/render.sh OUT}

mkdir -p "$out"
cp -R "$here"/{base,overlays,pod,postgres} "$out/"
# render OVERLAY MUNICIPALITY ROLE SET...
render() {
  local rendered=$out/overlays/$1/rendered municipality=$2 role=$3
  shift 3
  rm -rf "$rendered"
  "$here/../deploy/render_config.sh" "$rendered/config" "$municipality" "$municipality" 8100 /nmd/web cluster "$role"
  {
    echo "# Made by k8s/render.sh."
    echo "apiVersion: kustomize.config.k8s.io/v1alpha1"
    echo "kind: Component"
    [ "${NMD_STORE:-sqlite}" = sqlite ] || echo "components: [../../../postgres]"
    echo "configMapGenerator:"
    for set in "$@"; do
      echo "  - name: nmd-$set"
      echo "    files:"
      (cd "$rendered" && printf '      - %s\n' "$set"/*)
    done
  } >"$rendered/kustomization.yaml"
}
for overlay in "$out"/overlays/gm*; do
  render "$(basename "$overlay")" "$(basename "$overlay")" municipality config mappings codes policy
done
render region nmd region config
