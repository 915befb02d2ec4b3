#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Gathers what one program needs to run, and nothing else, as the root of an image: no shell, no package manager.
#   image_root.sh PROGRAM OUT [PATH_IN_IMAGE]
set -euo pipefail
program=$(realpath "${1:?usage: image_root.sh PROGRAM OUT [PATH_IN_IMAGE]}")
out=${2:?usage: image_root.sh PROGRAM OUT [PATH_IN_IMAGE]}
path=${3:-/usr/bin/$(basename "$program")}

mkdir -p "$out"/{etc,nmd,usr/bin,usr/lib,usr/share/zoneinfo/Europe}
# As Debian has it: the loader's fixed path begins with /lib or /lib64.
ln -sfn usr/lib "$out/lib"
ln -sfn usr/lib "$out/lib64"
install -D -m 0755 "$program" "$out$path"
# "libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x...)", and the loader by its path alone.
ldd "$program" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p' | while read -r library; do
  install -m 0755 "$(realpath "$library")" "$out/usr/lib/$(basename "$library")"
done
cp /usr/share/zoneinfo/Europe/Amsterdam "$out/usr/share/zoneinfo/Europe/"
echo 'nmd:x:10001:10001:NMD Monitor:/:/usr/sbin/nologin' >"$out/etc/passwd"
echo 'nmd:x:10001:' >"$out/etc/group"
