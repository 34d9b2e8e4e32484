#!/bin/bash
# Installs the Debian packages that are missing; says which first. When none is, it asks no package manager at all.
#
# Usage: deps.sh run|test|lint|systemd. Each purpose includes those before it, systemd only run. A program that came from
# elsewhere than its package (Docker from its makers, say) counts as there.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh

# package, what shows that it is there: a program, a pkg-config module (pc:), or a file
RUN="gcc:gcc libc6-dev:/usr/include/stdio.h pkg-config:pkg-config
 libfcgi-dev:/usr/include/fcgiapp.h libjansson-dev:pc:jansson libcurl4-openssl-dev:pc:libcurl libyaml-dev:pc:yaml-0.1 libpcre2-dev:pc:libpcre2-8 libseccomp-dev:pc:libseccomp
 nginx-light:nginx docker.io:dockerd docker-cli:docker debootstrap:debootstrap curl:curl ca-certificates:/etc/ssl/certs/ca-certificates.crt
 passwd:useradd util-linux:flock procps:pgrep"
TEST="libcmocka-dev:/usr/include/cmocka.h openssl:openssl"
LINT="clang:clang libclang-rt-dev:runtime:fuzzer clang-format:clang-format clang-tidy:clang-tidy valgrind:valgrind"
SYSTEMD="systemd-container:systemd-nspawn"

there() {
        case $1 in
        pc:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#pc:}" ;;
        runtime:*) command -v clang >/dev/null && [ -e "$(clang -print-runtime-dir)/libclang_rt.${1#*:}-$(uname -m).a" ] ;;
        /*) [ -e "$1" ] ;;
        *) command -v "$1" >/dev/null ;;
        esac
}

missing() {
        local entry
        for entry in "$@"; do
                there "${entry#*:}" || printf '%s ' "${entry%%:*}"
        done
}

case ${1:-run} in
run) wanted="$RUN" ;;
test) wanted="$RUN $TEST" ;;
lint) wanted="$RUN $TEST $LINT" ;;
systemd) wanted="$RUN $SYSTEMD" ;;
*) step_fail "usage: deps.sh run|test|lint|systemd" ;;
esac
# shellcheck disable=SC2086 # words on purpose
packages=$(missing $wanted)
[ -n "$packages" ] || exit 0

step "Debian packages: installing what is missing: $packages"
as_root apt-get -qq update
case " $packages" in
# Until Debian 12, docker.io carries the command-line program itself.
*" docker-cli "*) apt-cache show docker-cli >/dev/null 2>&1 || packages=${packages/docker-cli /docker.io } ;;
esac
# Our nginx is started by us, on a port of ours; Debian's need not open port 80 because it was installed. Without systemd no
# service is started by its package: Docker's would try and fail, and docker.sh starts it anyway.
policy=/usr/sbin/policy-rc.d
not_started='*'
[ ! -d /run/systemd/system ] || not_started='nginx*'
if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\ncase $1 in %s) exit 101 ;; esac\n' "$not_started" | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
fi
# shellcheck disable=SC2086
as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
        apt-get -qqy install --no-install-recommends $packages >/dev/null
# shellcheck disable=SC2086
packages=$(missing $wanted)
[ -z "$packages" ] || step_fail "still missing: $packages"
step_end
