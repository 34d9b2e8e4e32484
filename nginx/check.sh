#!/bin/bash
# Tests the nginx configuration, and that it agrees with the service's: where it listens, the number of workers, the size of a
# body, how long a request may take; that the zones have room for all connections, and that clients are told the limits that
# they have. Prints what is wrong; exits 1 then.
#
# Usage: check.sh             the shipped configuration and its examples, in a copy, so that nothing of it needs to exist
#        check.sh NGINX_CONF  one that is in use, such as /etc/nginx/nginx.conf; root, if it needs root to be read
# SANDPOOL_CONF: the service's settings, conf/sandpool.yaml if not given.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
RUN_BYTES=65   # of a zone of limit_conn for each address: 64, and the zone's own book-keeping
SLACK_MS=10000 # between the longest request and nginx's patience: the deadlines of worker and broker

failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

complain() {
        printf '*** %s\n' "$*" >&2
        failed=1
}

# dump NAME CONF: test it; its text and that of all its includes, without comments, into $work/dump.
dump() {
        if ! nginx -T -q -c "$2" >"$work/all" 2>"$work/said"; then
                complain "$1: $(cat "$work/said")"
                return 1
        fi
        grep -v 'the "user" directive makes sense only' "$work/said" >&2 || true
        sed -E -e 's/(^|[[:space:]])#.*//' -e "s#$work/run\b#/run/sandpool#g" "$work/all" >"$work/dump" # as it was before copy_shipped
}

# told: what clients are told, in the folder that the last dump's limits came from.
told() {
        local file
        file=$(sed -nE 's|^# configuration file (.*/told\.conf):$|\1|p' "$work/all")
        [ -x "${file%told.conf}tell.sh" ] || return 0
        "${file%told.conf}tell.sh" --check || failed=1
}

# size_of WORD: nginx's 2m or 128k as bytes; time_of WORD: its 90s, 2m, 500ms or 90 as milliseconds.
size_of() { numfmt --from=iec "$(tr a-z A-Z <<<"$1")"; }
time_of() {
        case $1 in
        *ms) echo "${1%ms}" ;;
        *m) echo $((${1%m} * 60000)) ;;
        *) echo $((${1%s} * 1000)) ;;
        esac
}

# values DIRECTIVE: its values in the blocks that pass requests to sandpool_execute.
values() {
        awk -v name="$1" '
                /^[[:space:]]*location .*[{]/ { inside = 1; value = ""; mine = 0 }
                inside && $1 == name { value = $2; sub(/;$/, "", value) }
                inside && /fastcgi_pass sandpool_execute;/ { mine = 1 }
                inside && /^[[:space:]]*}/ && !nested { if (mine) print value == "" ? "none" : value; inside = 0 }
                inside && /^[[:space:]]*if .*[{]/ { nested = 1; next }
                nested && /}/ { nested = 0 }
        ' "$work/dump"
}

# setting DIRECTIVE DEFAULT: the value of one that stands outside of all servers and locations.
setting() {
        local found
        found=$(sed -nE "s/^[[:space:]]*$1[[:space:]]+([^;]+);.*/\1/p" "$work/dump" | head -n 1)
        echo "${found:-$2}"
}

# roomy NAME: in the last dump, the zone that counts the runs of addresses has room for every connection that nginx can have.
roomy() {
        local size processes connections
        size=$(sed -nE 's/^[[:space:]]*limit_conn_zone .* zone=sandpool_address_runs:([0-9]+[km]?);.*/\1/p' "$work/dump")
        processes=$(setting worker_processes 1)
        [ "$processes" != auto ] || processes=$(nproc)
        connections=$(($(setting worker_connections 512) * processes))
        [ -n "$size" ] && [ "$(size_of "$size")" -ge $((connections * RUN_BYTES)) ] ||
                complain "$1: the zone sandpool_address_runs is ${size:-not there}, and $connections connections may need $((connections * RUN_BYTES)) bytes"
}

# servers UPSTREAM: a line for each of its servers in the last dump, the address and what else it says.
servers() {
        awk -v name="$1" '$1 == "upstream" && $2 == name { inside = 1 } inside && /}/ { inside = 0 }
                inside && $1 == "server" { sub(/;.*/, ""); $1 = ""; print }' "$work/dump"
}

# reaches NAME UPSTREAM PLACE: the upstream's servers on this machine are where the service listens. What other hosts' settings
# say cannot be seen from here, nor can where a port of the loopback leads to when the service has another address.
reaches() {
        local name=$1 upstream=$2 place=$3 address rest found=0 loopback='^(127\.|localhost:|\[::1\])' wrong=()
        while read -r address rest; do
                if [ "$address" = "$place" ]; then
                        found=1
                elif [[ $address == unix:* ]]; then
                        complain "$name: a server of $upstream is $address, and with $settings the service listens at $place"
                elif [[ $address =~ $loopback && $place =~ $loopback ]]; then
                        wrong+=("$address")
                fi
        done < <(servers "$upstream")
        [ $found = 1 ] || [ ${#wrong[@]} = 0 ] ||
                complain "$name: the servers of $upstream are ${wrong[*]}, and with $settings the service listens at $place"
}

# agree NAME: the configuration of the last dump with the service's.
agree() {
        local name=$1 found value
        roomy "$name"
        reaches "$name" sandpool_execute "$execute_place"
        reaches "$name" sandpool_control "$control_place"
        found=$(servers sandpool_execute | sed -E -e 's/.*[[:space:]]max_conns=([0-9]+).*/\1/' -e t -e 's/.*/none/')
        [ -n "$found" ] || complain "$name: there is no upstream sandpool_execute"
        for value in $found; do
                [ "$value" = "$workers" ] || complain "$name: max_conns of sandpool_execute is $value, and workers in $settings $workers"
        done
        grep -Pzoq 'upstream sandpool_execute \{[^}]*\bzone ' "$work/dump" || complain "$name: without a zone, max_conns counts for each nginx process alone"
        found=$(values client_max_body_size)
        [ -n "$found" ] || complain "$name: no location passes requests to sandpool_execute"
        for value in $found; do
                [ "$value" != none ] && [ "$(size_of "$value")" = "$body_bytes" ] ||
                        complain "$name: client_max_body_size is $value, and limits.body in $settings $body_bytes bytes"
        done
        for value in $(values fastcgi_read_timeout); do
                [ "$value" != none ] && [ "$(time_of "$value")" -ge $((longest_request_ms + SLACK_MS)) ] ||
                        complain "$name: fastcgi_read_timeout is $value, and a request may take $((longest_request_ms + SLACK_MS)) ms"
        done
        for value in $(sed -nE 's/^[[:space:]]*fastcgi_next_upstream (.*);/\1/p' "$work/dump"); do
                [ "$value" != non_idempotent ] || complain "$name: fastcgi_next_upstream non_idempotent runs programs twice"
        done
}

# Copies of what is shipped, with a run directory and a certificate that exist.
copy_shipped() {
        mkdir -p "$work/etc" "$work/run/nginx" "$work/ssl"
        cp -rL nginx rate_limit "$work/etc/"
        openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=sandpool.example -keyout "$work/ssl/privkey.pem" \
                -out "$work/ssl/fullchain.pem" 2>/dev/null
        find "$work/etc" -name '*.conf' -exec sed -i -e "s#/run/sandpool\b#$work/run#g" -e "s#/etc/ssl/sandpool/#$work/ssl/#" {} +
}

# example FILE: a whole configuration around one example.
example() {
        local etc=$work/etc/nginx
        case $1 in
        upstream-*)
                cp "$etc/upstream.conf" "$work/upstream"
                cp "$etc/examples/$1" "$etc/upstream.conf"
                dump "nginx/examples/$1" "$etc/nginx.conf" && agree "nginx/examples/$1"
                cp "$work/upstream" "$etc/upstream.conf"
                ;;
        *)
                printf 'pid %s;\nevents {}\nhttp {\naccess_log off;\nmap_hash_bucket_size 256;\ninclude http.conf;\ninclude examples/%s;\n}\n' \
                        "$work/run/pid" "$1" >"$etc/example.conf"
                dump "nginx/examples/$1" "$etc/example.conf" && agree "nginx/examples/$1"
                ;;
        esac
}

settings=${SANDPOOL_CONF:-conf/sandpool.yaml}
values=$("${BUILD:-build}/sandpool" --config "$settings" nginx-values)
for name in workers body_bytes longest_request_ms run_dir tcp; do
        printf -v "$name" %s "$(sed -n "s/^$name=//p" <<<"$values")"
done
execute_place=unix:$run_dir/fastcgi.sock control_place=unix:$run_dir/control.sock
[ -z "$tcp" ] || execute_place=$tcp control_place=${tcp%:*}:$((${tcp##*:} + 1))
if [ $# -gt 0 ]; then
        dump "$1" "$1" && agree "$1" && told
else
        copy_shipped
        dump nginx/nginx.conf "$work/etc/nginx/nginx.conf" && agree nginx/nginx.conf && told
        for file in nginx/examples/*.conf; do
                example "$(basename "$file")"
        done
fi
[ $failed = 0 ] && echo "nginx agrees with $settings: $workers workers, bodies of $body_bytes bytes, requests of $((longest_request_ms / 1000)) s"
exit $failed
