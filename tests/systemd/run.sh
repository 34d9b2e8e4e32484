#!/bin/bash
# Boots a systemd of its own, installs the service there and runs inside/checks.sh, on this machine's Docker.
#
# Usage: run.sh BUILD_DIR. Exits 0 when all checks hold. What stands below BUILD_DIR/systemd afterwards is the archive that the
# next run begins with, and journal.log. Containers have a label of this run's, network and users are the booted system's own.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh

build=$1
if [ "$(id -u)" != 0 ]; then
        as_root env http_proxy="${http_proxy:-}" MIRROR="${MIRROR:-}" REFRESH="${REFRESH:-}" "$0" "$@"
        exit
fi

instance=systemd-test-$$
socket=$(readlink -f /var/run/docker.sock)
place= groups=() nspawn= maker=

remove_containers() {
        docker ps -aq --filter "label=sandpool.instance=$instance" | xargs -r docker rm -f >/dev/null 2>&1 || true
}

# Told to end, systemd-nspawn has the system in it power off in order.
end_system() {
        local tries
        [ -n "$nspawn" ] && kill -TERM "$nspawn" 2>/dev/null || return 0
        for ((tries = 0; tries < 300; tries++)); do
                kill -0 "$nspawn" 2>/dev/null || return 0
                sleep 0.1
        done
        kill -KILL "$nspawn" 2>/dev/null || true
}

clean_up() {
        local code=$? group
        trap '' INT TERM HUP
        [ -z "$maker" ] || { kill "$maker" && wait "$maker"; } 2>/dev/null || true
        end_system
        [ -z "$nspawn" ] || wait "$nspawn" 2>/dev/null || true
        remove_containers
        for group in ${groups[@]+"${groups[@]}"}; do
                find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true
        done
        [ -z "$place" ] || rm -rf --one-file-system "$place"
        exit $code
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Where this machine's systemd gives the system a control group, it gets one; elsewhere we make it, in each hierarchy that
# systemd looks for its own in.
options=(--register=no)
make_groups() {
        local hierarchy
        [ ! -d /run/systemd/system ] || return 0
        options+=(--keep-unit)
        for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
                [ -e "$hierarchy/cgroup.procs" ] || continue
                mkdir "$hierarchy/$instance"
                groups+=("$hierarchy/$instance")
        done
        [ ${#groups[@]} -gt 0 ] || step_fail "no hierarchy of control groups that systemd could use is mounted below /sys/fs/cgroup"
}

boot() { # never returns
        local group
        for group in ${groups[@]+"${groups[@]}"}; do echo "$BASHPID" >"$group/cgroup.procs"; done
        exec setpriv --pdeathsig TERM systemd-nspawn --quiet --boot --directory="$place/root" --machine="$instance" "${options[@]}" \
                --private-network --resolv-conf=off --timezone=off --link-journal=no --console=read-only --bind="$socket:/run/docker.sock" \
                systemd.show_status=no >"$place/console" 2>&1 </dev/null
}

tests/systemd/root.sh "$build" &
maker=$!
wait "$maker"
maker=
step "a systemd of its own, with the service installed"
place=$(mktemp -d)
chmod 755 "$place"
mkdir "$place/root"
tar -C "$place/root" --numeric-owner -xpf "$build/systemd/root.tar"
BUILD=$build DESTDIR=$place/root PREFIX=/usr/local SYSCONFDIR=/etc .ci/setup/install.sh
cp -r tests/systemd/inside "$place/root/checks"
echo "INSTANCE=$instance" >"$place/root/checks/environment"
ln -s /checks/checks.service "$place/root/etc/systemd/system/checks.service"
mkdir -p "$place/root/etc/systemd/system/multi-user.target.wants"
ln -s ../checks.service "$place/root/etc/systemd/system/multi-user.target.wants/checks.service"
: >"$place/root/checks/output"
make_groups
step_end

began=$SECONDS code=0
boot &
nspawn=$!
tail -n +1 -f --pid="$nspawn" "$place/root/checks/output" &
wait "$nspawn" || code=$?
nspawn=
wait || true # what was written last
cp "$place/root/checks/journal" "$build/systemd/journal.log" 2>/dev/null || cp "$place/console" "$build/systemd/journal.log"
if ! grep -q '^1\.\.[1-9]' "$place/root/checks/output"; then
        tail -n 30 "$place/console" >&2
        step_fail "the system ended before the checks did (exit code $code)"
fi
[ $code -eq 0 ] || step_fail "not all checks hold; what the service and systemd said: $build/systemd/journal.log"
printf '    all hold: %d s\n' $((SECONDS - began))
