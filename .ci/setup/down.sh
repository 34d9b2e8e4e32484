#!/bin/bash
# Stops the service and nginx, waits until both have ended, and makes sure that no container is left.
#
# Usage: down.sh [service]: with the word, nginx stays.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh
. .ci/setup/pid.sh

INSTANCE=sandpool # docker.instance in conf/sandpool.yaml
STOP_SECONDS=75   # above drain_timeout in conf/sandpool.yaml

# stop NAME [COMMAND...]: end the process that NAME's pid file names, by SIGTERM or the command; by force when it takes too long.
stop() {
        local name=$1 pid deadline=$((SECONDS + STOP_SECONDS))
        shift
        pid=$(pid_of "$name")
        [ -n "$pid" ] || return 0
        [ $# -gt 0 ] || set -- kill -TERM "$pid"
        step "$name: stopping"
        as_root "$@" 2>/dev/null || true
        while [ "$(pid_of "$name")" = "$pid" ]; do
                if [ $SECONDS -ge $deadline ]; then
                        as_root kill -KILL "$pid" 2>/dev/null || true
                        step_end "killed after $STOP_SECONDS s"
                        return 0
                fi
                sleep 0.05
        done
        step_end
}

# nginx wrote its pid file itself, and it is nobody to say whom root should kill.
[ "${1:-}" = service ] || stop nginx nginx/run.sh "$RUN/etc/nginx/nginx.conf" -s stop
stop sandpool

# The service removes its containers itself; after a kill some may be left.
left=$(as_root docker ps -aq --filter "label=sandpool.instance=$INSTANCE" 2>/dev/null || true)
if [ -n "$left" ]; then
        step "removing $(wc -w <<<"$left") containers that were left"
        # shellcheck disable=SC2086 # words on purpose
        as_root docker rm -f $left >/dev/null
        step_end
fi
