#!/bin/bash
# Makes the archive of a small Debian that boots systemd: what the service needs at run time, nginx and curl beside it. One that
# was made of the same is kept.
#
# Usage: root.sh BUILD_DIR, as root; the archive is BUILD_DIR/systemd/root.tar. It is this machine's own Debian, because the
# program was built against its libraries. REFRESH=1 makes it anew. MIRROR=<url> names the mirror.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh

build=$1
archive=$build/systemd/root.tar
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$suite" ] || step_fail "this machine is no Debian: debootstrap cannot make another one"

# The packages of the libraries that the program is linked with; dpkg may know a file by its place below /lib or below /usr/lib.
libraries() {
        ldd "$build/sandpool" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | xargs readlink -f | sed -n 'p; s,^/usr,,p' |
                xargs dpkg -S 2>/dev/null | sed 's/[:,].*//' | sort -u
}

packages=$(echo systemd systemd-sysv dbus nginx-light curl $(libraries))
made_of=$(printf '%s\n' "$suite" "$packages" "$(sha256sum <"$0")" | sha256sum)
if [ -z "${REFRESH:-}" ] && [ -e "$archive" ] && [ "$(cat "$archive.inputs" 2>/dev/null)" = "$made_of" ]; then
        exit 0
fi

step "Debian $suite with systemd: debootstrap makes it"
mkdir -p "$build/systemd"
work=$(mktemp -d) maker=
clean_up() {
        [ -z "$maker" ] || { kill "$maker" && wait "$maker"; } 2>/dev/null || true
        rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP
# What it mounts is mounted nowhere else, and goes with it. What it makes is not to survive a power failure.
DPKG_FORCE=unsafe-io unshare --mount debootstrap --variant=minbase --include="${packages// /,}" "$suite" "$work/root" ${MIRROR:-} \
        >"$build/systemd/debootstrap.log" 2>&1 </dev/null &
maker=$!
wait "$maker" || {
        tail -n 20 "$build/systemd/debootstrap.log" >&2
        step_fail "debootstrap failed (whole log: $build/systemd/debootstrap.log)"
}
maker=
rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{man,doc,locale}
# Nobody logs in, and nothing is upgraded.
for unit in console-getty.service apt-daily.timer apt-daily-upgrade.timer; do ln -sf /dev/null "$work/root/etc/systemd/system/$unit"; done
rm -f "$archive.inputs"
tar -C "$work/root" --numeric-owner -cf "$archive" .
printf '%s\n' "$made_of" >"$archive.inputs"
step_end
