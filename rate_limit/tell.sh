#!/bin/bash
# Works out what clients are told about the limits, from the numbers in zones.conf, execute.conf and reads.conf: the
# Retry-After of a 429 and the RateLimit-Policy of every answer (draft-ietf-httpapi-ratelimit-headers: quota q in a window of
# w seconds). nginx can compute neither.
#
# Usage: tell.sh: writes told.conf. tell.sh --check: says whether it is up to date, by its exit status.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
        printf '%s\n' "$*" >&2
        exit 1
}

# tell CLASS TIER ZONE FILE: the lines of one tier, onto the arrays.
tell() {
        local class=$1 tier=$2 zone=$3 file=$4 rate burst count window
        rate=$(sed -nE "s|^limit_req_zone .* zone=$zone:[0-9]+[km] rate=([0-9]+r/[sm]);.*|\1|p" zones.conf)
        burst=$(sed -nE "s/^limit_req zone=$zone( |;)/\1/p" "$file" | sed -nE 's/.*burst=([0-9]+).*/\1/p')
        [ -n "$rate" ] || fail "zones.conf: no rate of the zone $zone"
        count=${rate%r/*} window=$([ "${rate#*r/}" = m ] && echo 60 || echo 1)
        [ "$count" -gt 0 ] || fail "zones.conf: the rate of $zone is 0"
        retry+=("    \"$class $tier\" $(((window + count - 1) / count));")
        policy+=("    \"$class $tier\" '\"$class\";q=$count;w=$window;burst=${burst:-0}';")
}

told() {
        local retry=() policy=() tier
        for tier in address standard high; do
                tell execute $tier sandpool_$tier execute.conf
        done
        for tier in address standard high; do
                tell reads $tier sandpool_reads reads.conf
        done
        cat <<END
# What clients are told about the limits. Written by tell.sh from zones.conf, execute.conf and reads.conf: do not edit.

# Seconds until the next request is admitted.
map "\$sandpool_limit \$sandpool_tier" \$sandpool_rate_retry_after {
    default 1;
$(printf '%s\n' "${retry[@]}")
}

map "\$sandpool_limit \$sandpool_tier" \$sandpool_rate_policy {
    default "";
$(printf '%s\n' "${policy[@]}")
}
END
}

text=$(told)
if [ "${1:-}" = --check ]; then
        [ "$text" = "$(cat told.conf)" ] || fail "rate_limit/told.conf does not tell the numbers of the other files: run rate_limit/tell.sh"
else
        printf '%s\n' "$text" >told.conf
fi
