#!/bin/bash
# Provides the local image sandpool/debian: Debian 13 slim, by pull where a registry answers, by debootstrap where none does.
#
# Usage: debian.sh. REFRESH=1 fetches it anew though it exists. MIRROR=<url> names the mirror for debootstrap.
# images/base/Dockerfile brings both to the same content.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/setup/step.sh

BUILD=${BUILD:-build}
SUITE=trixie
IMAGE=sandpool/debian:$SUITE
PULL_SECONDS=60 # a slim image is 30 MB; a registry that does not exist answers at once or never

have_image() { docker image inspect "$IMAGE" >/dev/null 2>&1; }

pull() {
        timeout "$PULL_SECONDS" docker pull -q "debian:$SUITE-slim" >/dev/null 2>&1 &&
                docker tag "debian:$SUITE-slim" "$IMAGE"
}

# As the slim image of Debian is made: nothing but the copyright file of each package is documentation.
slim() {
        rm -rf "$1"/usr/share/{man,info,locale,lintian,linda,groff} "$1"/var/cache/apt/*.bin "$1"/var/log/*.log "$1"/var/log/apt
        rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/etc/resolv.conf "$1"/etc/hostname
        find "$1/usr/share/doc" -depth -type f ! -name copyright -delete
        find "$1/usr/share/doc" -depth -type l ! -name copyright -delete
        find "$1/usr/share/doc" -depth -type d -empty -delete
}

bootstrap() {
        local root as_root=
        [ "$(id -u)" = 0 ] || as_root=sudo
        root=$(mktemp -d)
        trap "$as_root rm -rf --one-file-system '$root'" EXIT
        mkdir -p "$BUILD"
        $as_root "$(command -v debootstrap || echo /usr/sbin/debootstrap)" --variant=minbase "$SUITE" "$root/root" ${MIRROR:-} >"$BUILD/debootstrap.log" 2>&1 || {
                tail -n 20 "$BUILD/debootstrap.log" >&2
                step_fail "debootstrap failed (whole log: $BUILD/debootstrap.log)"
        }
        $as_root bash -c "$(declare -f slim); slim '$root/root'"
        $as_root tar -C "$root/root" --numeric-owner --exclude=./dev/* --exclude=./proc/* --exclude=./sys/* -c . |
                docker import - "$IMAGE" >/dev/null
}

if have_image && [ -z "${REFRESH:-}" ]; then
        exit 0
fi
step "Debian $SUITE: trying to pull it"
if pull; then
        step_end "pulled"
else
        step "Debian $SUITE: no registry answers, so debootstrap makes it"
        bootstrap
        step_end "made"
fi
