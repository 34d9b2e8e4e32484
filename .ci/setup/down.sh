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

# stop NAME: end the process that NAME's pid file names, and the next one that it names, if that took over meanwhile; by force when
# it takes too long.
stop() {
        local name=$1 pid told='' deadline=$((SECONDS + STOP_SECONDS))
        while pid=$(pid_of "$name") && [ -n "$pid" ]; do
                [ -n "$told" ] || step "$name: stopping"
                if [ $SECONDS -ge $deadline ]; then
                        signal "$name" KILL "$pid" || true
                        step_end "killed after $STOP_SECONDS s"
                        return 0
                fi
                [ "$pid" = "$told" ] || signal "$name" TERM "$pid" || true
                told=$pid
                sleep 0.05
        done
        step_end
}

[ "${1:-}" = service ] || stop nginx
stop sandpool

# The service removes its containers itself; after a kill some may be left.
left=$(as_root docker ps -aq --filter "label=sandpool.instance=$INSTANCE" 2>/dev/null || true)
if [ -n "$left" ]; then
        step "removing $(wc -w <<<"$left") containers that were left"
        # shellcheck disable=SC2086 # words on purpose
        as_root docker rm -f $left >/dev/null
        step_end
fi
