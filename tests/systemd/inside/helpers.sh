# What the checks are written in: a line for each, the service's state by systemd's, Docker's and nginx's word. Sourced by
# checks.sh.

URL=http://127.0.0.1:8080
SETTINGS=/etc/sandpool/sandpool.yaml
PATIENCE=180 # seconds; any process may have to wait for a processor
number=0 failed=0

# check NAME COMMAND...: of one that does not hold, also what it said.
check() {
        local name=$1 said
        shift
        number=$((number + 1))
        if said=$("$@" 2>&1); then
                printf 'ok %d - %s\n' $number "$name"
        else
                printf 'not ok %d - %s\n' $number "$name"
                sed 's/^/# /' <<<"$said"
                failed=$((failed + 1))
        fi
}

await() { # COMMAND...: until it succeeds
        local deadline=$((SECONDS + PATIENCE))
        until "$@"; do
                [ $SECONDS -lt $deadline ] || { echo "waited $PATIENCE s in vain: $*"; return 1; }
                sleep 0.2
        done
}

is() { [ "$2" = "$3" ] || { echo "$1 is '$2', not '$3'"; return 1; }; } # WHAT VALUE EXPECTED

property() { systemctl show -P "$1" sandpool; }
has() { is "$1" "$(property "$1")" "$2"; } # PROPERTY VALUE
main_is_not() { local main; main=$(property MainPID); [ "$main" != 0 ] && [ "$main" != "$1" ]; }

# The service's processes, one a line, wherever the control groups of this systemd are mounted.
processes() {
        local hierarchy
        for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd; do
                cat "$hierarchy/system.slice/sandpool.service/cgroup.procs" 2>/dev/null && return 0
        done
        return 0
}

# containers [LABEL]: what Docker has of this service, stopped ones too.
containers() {
        curl -sf -m 60 --unix-socket /run/docker.sock -G http://docker/containers/json -d all=1 \
                --data-urlencode "filters={\"label\":[\"sandpool.instance=$INSTANCE\"${1:+,\"$1\"}]}" | grep -o '"Id":"[0-9a-f]*"' | sort
}
no_container() { [ -z "$(containers)" ]; }

ask() { # PYTHON: the answer
        curl -s -m 120 "$URL/api/execute" -H 'Content-Type: application/json' -d "{\"language\": \"python\", \"timeout\": 30, \"code\": \"$1\"}"
}
says() { # PYTHON TEXT: that this is in the answer
        local answer
        answer=$(ask "$1")
        [[ $answer == *"$2"* ]] || { echo "no $2 in: $answer"; return 1; }
}
answers() { says 'print(6 * 7)' '"output":"42\n"'; }
is_ready() { curl -sf -m 60 -o /dev/null "$URL/readyz"; }
serves() { await is_ready && answers; }
one_is_leased() { curl -s -m 60 "$URL/api/health" | grep -q '"leased":1'; }

# begins_long SECONDS: a request that lasts so long; returns when it runs. finishes_long: its answer.
begins_long() {
        rm -f /tmp/long
        { ask "import time\\ntime.sleep($1)\\nprint('whole')" >/tmp/long.new; mv /tmp/long.new /tmp/long; } >/dev/null 2>&1 &
        await one_is_leased
}
finishes_long() { await test -e /tmp/long && { grep -q '"output":"whole\\n"' /tmp/long || { cat /tmp/long; return 1; }; }; }

# mark: what the journal says of the unit from here on is `said`.
mark() { cursor=$(journalctl -n 1 --show-cursor | sed -n 's/^-- cursor: //p'); }
said() {
        journalctl --sync
        journalctl -u sandpool -o cat --no-pager --after-cursor "$cursor"
}
was_said() { said | grep -q "$1" || { echo "not in the journal: $1"; said | tail -n 20; return 1; }; }
was_not_said() { ! said | grep "$1"; }

ended_in_order() {
        has ActiveState inactive && has Result success && has ExecMainStatus 0 &&
                is "what is left of processes" "$(processes)" "" && is "what is left of containers" "$(containers)" "" &&
                { [ ! -e /run/sandpool ] || { ls -la /run/sandpool; return 1; }; }
}
