#!/bin/bash
# The service as README's "As a system service" has it installed, under the systemd that runs this: each check is a line of TAP.
# INSTANCE is the label of its containers. Exits 1 when one does not hold.
set -uo pipefail
cd /checks
. ./helpers.sh

WORKERS=4
EXPOSURE=15 # in tenths: README tells it

# What an operator does. The last line is the test's own: one language is enough, and others have a service on this Docker too.
set_up() {
        local group language
        group=$(stat -c %g /run/docker.sock)
        getent group "$group" >/dev/null || groupadd --system --gid "$group" docker
        systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload || return 1
        /usr/local/share/sandpool/nginx/install.sh /etc/nginx/sandpool >/dev/null || return 1
        cp nginx.conf /etc/nginx/nginx.conf
        systemctl restart nginx || return 1
        sed -i "s/^  instance: sandpool /  instance: $INSTANCE /; s/^  uid_base: 0x40000000/  uid_base: 0x60000000/; s/^workers: 32/workers: $WORKERS/" "$SETTINGS"
        for language in /etc/sandpool/languages/*.yaml; do
                sed -i '/^enabled:/d' "$language"
                [[ $language == */python.yaml ]] || echo 'enabled: false' >>"$language"
        done
}

unit_is_right() {
        local problems
        problems=$(systemd-analyze verify --man=no sandpool.service 2>&1 | grep -i sandpool)
        is "what systemd-analyze verify says" "$problems" ""
}

starts_ready() {
        systemctl enable --now sandpool && has Type notify && has ActiveState active && has SubState running &&
                curl -sf -m 60 -o /dev/null "$URL/livez"
}

# README's "What each process may do": user, groups beside the user's own, capabilities.
as_promised() {
        local process name user groups capabilities count=0
        for process in $(processes); do
                name=$(cat "/proc/$process/comm")
                case $name in
                sandpool) user=root groups= capabilities=00000000000000e1 ;; # CHOWN, KILL, SETGID, SETUID
                sp-broker) user=sandpool-broker groups=$(stat -c %g /run/docker.sock) capabilities=0000000000000000 ;;
                sp-control | sp-worker-*) user=sandpool groups= capabilities=0000000000000000 ;;
                *) echo "what is $name?"; return 1 ;;
                esac
                count=$((count + 1))
                status_is "$process" Uid "$(id -u $user) $(id -u $user) $(id -u $user) $(id -u $user)" &&
                        status_is "$process" Gid "$(id -g $user) $(id -g $user) $(id -g $user) $(id -g $user)" &&
                        status_is "$process" Groups "$groups" && status_is "$process" NoNewPrivs 1 && status_is "$process" Seccomp 2 &&
                        status_is "$process" CapEff "$capabilities" && status_is "$process" CapPrm "$capabilities" &&
                        status_is "$process" CapInh 0000000000000000 && status_is "$process" CapAmb 0000000000000000 &&
                        status_is "$process" CapBnd 00000000000000e1 || return 1
        done
        is "the number of processes" $count $((WORKERS + 3))
}
status_is() { # PROCESS KEY VALUE
        is "$2 of $(cat "/proc/$1/comm")" "$(sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' ' | sed 's/ *$//')" "$3"
}

# What the supervisor would see who has every privilege: where it can write, whom it could talk to.
in_unit() { nsenter --target "$(property MainPID)" --mount --net "$@"; }
is_shut_in() {
        local place
        for place in /usr /etc /etc/sandpool /var /var/lib /boot /sys/fs/cgroup/*/ ; do
                ! in_unit mkdir "$place/mine" 2>/dev/null || { echo "$place can be written"; return 1; }
        done
        in_unit touch /tmp/mine && [ ! -e /tmp/mine ] || { echo "/tmp is everybody's"; return 1; }
        echo secret >/root/secret
        ! in_unit cat /root/secret 2>/dev/null || return 1
        is "the network" "$(in_unit sed -n 's/^ *\(.*\):.*/\1/p' /proc/net/dev)" lo
}

# Under cgroup v1 the group that weighs the sandboxes cannot be made from in here; under v2 systemd owns it, and nobody tries.
weight_is_told() {
        if [ -e /sys/fs/cgroup/cgroup.controllers ]; then was_not_said cpu_weight; else was_said '"cpu_weight.failed".*Read-only file system'; fi
}

reloads() {
        sed -i 's/^  code: .*/  code: 60/' "$SETTINGS"
        systemctl reload sandpool && has ActiveState active && answers && says "print('$(printf %060d 0)')" '"field":"code"'
}

# refuses TEXT: a reload, which fails, the journal says why, and what is in force stays.
refuses() {
        local main
        main=$(property MainPID)
        ! systemctl reload sandpool || { echo "it was taken"; return 1; }
        was_said "$1" && has ActiveState active && has SubState running && has MainPID "$main" && answers &&
                says "print('$(printf %060d 0)')" '"field":"code"'
}

# upgrade_to_new: another file under the program's name takes over.
upgrade_to_new() {
        cp /usr/local/bin/sandpool /usr/local/bin/next && mv /usr/local/bin/next /usr/local/bin/sandpool && sandpool upgrade
}
upgrades() {
        local before=$1
        upgrade_to_new && await main_is_not "$before" && has ActiveState active && has NRestarts 0 &&
                is "its program" "$(stat -Lc %i "/proc/$(property MainPID)/exe")" "$(stat -c %i /usr/local/bin/sandpool)" && answers
}
heir_has_containers() { containers 'sandpool.generation=1' | grep -q .; }
is_gone() { [ ! -d "/proc/$1" ]; }

# comes_back BEFORE NRESTARTS: another process serves, and no container of the one before is left.
comes_back() {
        local old
        await main_is_not "$main" && serves && has NRestarts "$2" && has ActiveState active || return 1
        old=$(comm -12 <(echo "$1") <(containers))
        is "containers of before" "$old" ""
}

logs_to_file() {
        local log=/var/log/sandpool/sandpool.log
        sed -i "s#^  file: \"\" .*#  file: $log#" "$SETTINGS"
        systemctl start sandpool && serves && grep -q '"event":"request"' "$log" && mv "$log" "$log.1" &&
                kill -USR1 "$(cat /run/sandpool/sandpool.pid)" && await test -e "$log"
}

mark
check "it can be installed" set_up
check "systemd-analyze verify finds nothing" unit_is_right
check "its exposure is at most $((EXPOSURE / 10)).$((EXPOSURE % 10))" systemd-analyze security --no-pager --threshold=$EXPOSURE sandpool.service
check "systemctl start returns when it takes requests" starts_ready
check "it answers" serves
check "each process has the user, groups, capabilities and filters that README tells" await as_promised
check "it can write nowhere, see no home, reach no network" is_shut_in
check "the log tells what becomes of cpu_weight" weight_is_told

check "systemctl reload takes a changed configuration into use" reloads
mark
cp "$SETTINGS" /tmp/settings
sed -i 's/^  code: 60/  cdoe: 70/' "$SETTINGS"
check "a mistake is refused with its place, and the service goes on" refuses "sandpool.yaml:[0-9]*: unknown key 'cdoe'"
cp /tmp/settings "$SETTINGS"
cp /etc/sandpool/languages/python.yaml /tmp/python
sed -i 's#^image: sandpool/python.*#image: sandpool/no-such-image#' /etc/sandpool/languages/python.yaml
check "a language that would not work any more is refused too" refuses "no-such-image"
cp /tmp/python /etc/sandpool/languages/python.yaml

mark
main=$(property MainPID)
check "a request runs for a while" begins_long 15
check "sandpool upgrade: another process is the main one, the unit stays active" upgrades "$main"
check "a request that ran meanwhile is answered by the process of before" finishes_long
check "the process of before ends" await is_gone "$main"
check "systemd hears no word out of turn" was_not_said 'reception only permitted'
check "systemd is the parent of the main process" was_not_said 'not our child'
check "reload works after an upgrade" systemctl reload sandpool
systemctl stop sandpool
check "after an upgrade, systemctl stop ends it in order" ended_in_order

systemctl start sandpool
check "it starts again" serves
check "another request runs for a while" begins_long 20
check "another upgrade" upgrade_to_new
systemctl stop sandpool
check "systemctl stop lets the process of before finish its request" finishes_long
check "it, too, ends in order" ended_in_order

systemctl start sandpool
check "it starts for a third time" serves
sandpool upgrade >/dev/null 2>&1 &
check "a process that is to take over makes containers" await heir_has_containers
systemctl stop sandpool
check "stopped in mid-upgrade, both processes end in order" ended_in_order

systemctl start sandpool
check "it starts once more" serves
before=$(containers) main=$(property MainPID)
kill -KILL "$main"
check "killed, it is restarted, and no container is left from before" comes_back "$before" 1
mark
before=$(containers) main=$(property MainPID)
kill -STOP "$main"
check "stopped, it is killed by the watchdog and restarted" comes_back "$before" 2
check "which systemd says" was_said 'Watchdog timeout'
systemctl stop sandpool
check "systemctl stop ends it in order" ended_in_order

check "log.file can be below /var/log/sandpool, and is opened anew" logs_to_file
systemctl stop sandpool
check "that ends in order" ended_in_order

printf '1..%d\n' $number
journalctl -u sandpool --no-pager >/checks/journal
[ $failed -eq 0 ]
