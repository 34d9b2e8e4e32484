#!/bin/bash
# Puts promtool, which checks what /metrics says, at the path that is its argument: out of Debian's package, without installing
# that, because it would start a server.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh

target=$1
[ ! -x "$target" ] || exit 0
mkdir -p "$(dirname "$target")"
if command -v promtool >/dev/null; then
        ln -sf "$(command -v promtool)" "$target"
        exit 0
fi
step "promtool"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
(cd "$folder" && { apt-get -qq download prometheus || { as_root apt-get -qq update && apt-get -qq download prometheus; }; } 2>"$folder/said") ||
        step_fail "$(cat "$folder/said")"
dpkg-deb -x "$folder"/prometheus_*.deb "$folder/package"
cp "$folder/package/usr/bin/promtool" "$target"
step_end
