#!/bin/bash
# Makes sure that a Docker daemon answers: the one that does, else systemd's, else one that we start.
#
# Ours logs to /run/sandpool/dockerd.log and runs on after `make down`: other containers may need it by then.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh

RUN=/run/sandpool
START_SECONDS=40

answers() { as_root docker version >/dev/null 2>&1; }

wait_for_it() { # while the process $1 lives (0: nobody's)
        local deadline=$((SECONDS + START_SECONDS))
        while ! answers; do
                [ $SECONDS -lt $deadline ] || return 1
                [ "$1" = 0 ] || as_root kill -0 "$1" 2>/dev/null || return 1
                sleep 0.1
        done
}

start() { # a daemon of our own with the options given
        as_root install -d -m 755 "$RUN"
        local pid
        # shellcheck disable=SC2016 # expanded by the inner shell
        pid=$(as_root bash -c 'setsid dockerd "$@" >'"$RUN"'/dockerd.log 2>&1 </dev/null & echo $! | tee '"$RUN"'/dockerd.pid' _ "$@")
        wait_for_it "$pid"
}

answers && exit 0
step "Docker: no daemon answers, starting one"
if [ -d /run/systemd/system ] && as_root systemctl start docker 2>/dev/null && wait_for_it 0; then
        step_end "by systemd"
        exit 0
fi
# Sandboxes have no network, so that a machine where Docker may not touch the firewall will do.
start || start --iptables=false --ip6tables=false --bridge=none || {
        tail -n 20 "$RUN/dockerd.log" >&2
        step_fail "dockerd does not start (whole log: $RUN/dockerd.log)"
}
step_end "by hand"
