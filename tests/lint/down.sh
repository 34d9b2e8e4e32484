#!/bin/bash
# Has .ci/setup/down.sh end processes that only look like the service and nginx, in a place of its own: all of those that it
# should, and none that a pid file names without a right to.
#
# Usage: down.sh. Needs root, because nginx is somebody else; without, there is nothing to look at. Needs no Docker.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || exit 0
place=$(mktemp -d)
run=$place/run
others=()
trap 'kill -KILL "${others[@]}" 2>/dev/null || true; rm -rf "$place"' EXIT

fail() {
        echo "down: $*" >&2
        exit 1
}
lives() { [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline")" ]; } 2>/dev/null

# goes PID: it is gone, or will be when it gets a processor.
goes() {
        local deadline=$((SECONDS + 60))
        while lives "$1"; do
                [ $SECONDS -lt $deadline ] || return 1
                sleep 0.05
        done
}

# down SECONDS: down.sh, which loses its patience after so long; the test loses its own after 120.
down() {
        mkdir -p "$place/.ci/setup"
        cp .ci/setup/{down,pid,root,step}.sh "$place/.ci/setup"
        sed -i -e "s#^RUN=[^ ]*#RUN=$run#" "$place/.ci/setup/pid.sh"
        sed -i -e "s#^INSTANCE=[^ ]*#INSTANCE=down-test-$$#" -e "s#^STOP_SECONDS=[^ ]*#STOP_SECONDS=$1#" "$place/.ci/setup/down.sh"
        timeout 120 "$place/.ci/setup/down.sh" >/dev/null || fail "it hangs or fails ($?)"
}

# begin USER NAME [COMMAND...]: a process whose command line says NAME, which waits, or runs the command; its number is in $pid.
begin() {
        local user=$1 name=$2
        shift 2
        [ $# -gt 0 ] || set -- sleep 1000
        setsid setpriv --reuid="$user" --clear-groups bash -c 'name=$1; shift; exec -a "$name" "$@"' _ "$name" "$@" </dev/null >/dev/null 2>&1 &
        pid=$!
        disown
        others+=("$pid")
        until tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "^$name "; do kill -0 "$pid" 2>/dev/null || fail "$name does not start"; done
}

install -d -m 755 "$place" "$run"
install -d -m 755 -o nobody "$run/nginx"

# nginx itself may have anything in its file: root ends nobody for that, and does not wait for what never comes.
begin root nginx-of-root
echo "$pid" >"$run/nginx/nginx.pid"
down 1
lives "$pid" || fail "nginx's user had root end a process of root's"
rm "$run/nginx/nginx.pid"
mkfifo "$run/nginx/nginx.pid"
down 1
rm "$run/nginx/nginx.pid"
begin nobody nginx
echo "$pid" >"$place/only-root"
chmod 600 "$place/only-root"
ln -s "$place/only-root" "$run/nginx/nginx.pid"
down 1
lives "$pid" || fail "nginx's user had root read a file of root's"
rm "$run/nginx/nginx.pid"

# Its own process ends; also one that does not want to.
echo "$pid" >"$run/nginx/nginx.pid"
down 1000
goes "$pid" || fail "nginx was not ended"
begin nobody nginx bash -c 'trap "" TERM; while :; do sleep 0.1; done'
echo "$pid" >"$run/nginx/nginx.pid"
down 1
goes "$pid" || fail "nginx was not killed"

# A service that is just being taken over from: the one that took over ends, too.
begin root sandpool
heir=$pid
# shellcheck disable=SC2016 # expanded by the inner shell
begin root sandpool bash -c 'trap "echo $1 >$2.new; mv $2.new $2; exit" TERM; echo $$ >$2; while :; do sleep 0.1; done' _ "$heir" "$run/sandpool.pid"
until [ "$(cat "$run/sandpool.pid" 2>/dev/null)" = "$pid" ]; do lives "$pid" || fail "the elder does not start"; done
down 1000
goes "$pid" || fail "the service was not ended"
goes "$heir" || fail "the service that took over was not ended"
