#!/bin/bash
# Runs fuzzers, a few at a time, and says a line of each: how much it tried, and how much of the code it has reached.
#
# Usage: run.sh BUILD_DIR FUZZER...     FUZZ_SECONDS each, JOBS at once; new inputs that reach new code and those that fail
#                                       are kept under BUILD_DIR
#        run.sh --keep BUILD_DIR FUZZER...
#                                       take what is new into tests/fuzz/corpus/, as few and as small inputs as reach it all
# Exits 1 when a fuzzer found something.
set -uo pipefail
cd "$(dirname "$0")/../.."
keep=
[ "$1" != --keep ] || { keep=1; shift; }
build=$1
shift
export build keep FUZZ_SECONDS="${FUZZ_SECONDS:-20}"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1

one() {
        local program=$1 name log found kept
        name=$(basename "$program" _fuzz)
        log=$build/log/$name found=$build/corpus/$name kept=tests/fuzz/corpus/$name
        mkdir -p "$build/log" "$found" "$build/failed" "$kept"
        if [ -n "$keep" ]; then
                rm -rf "$build/merged/$name"
                mkdir -p "$build/merged/$name"
                "$program" -merge=1 "$build/merged/$name" "$kept" "$found" >"$log" 2>&1 || { cat "$log"; return 1; }
                rm -rf "$kept"
                mv "$build/merged/$name" "$kept"
                printf '  KEEP %-10s %s inputs, %s bytes\n' "$name" "$(ls "$kept" | wc -l)" "$(cat "$kept"/* | wc -c)"
                return
        fi
        set -- "$found" "$kept"
        [ ! -e "tests/fuzz/$name.dict" ] || set -- -dict="tests/fuzz/$name.dict" "$@"
        if ! "$program" -max_total_time="$FUZZ_SECONDS" -max_len=4096 -timeout=20 -rss_limit_mb=1024 \
                -artifact_prefix="$build/failed/$name-" -print_final_stats=1 "$@" >"$log" 2>&1 </dev/null; then
                grep -v 'NEW\|REDUCE\|pulse' "$log" | tail -60
                printf '  FAIL %s; the input is in %s\n' "$name" "$build/failed/"
                return 1
        fi
        printf '  FUZZ %-10s %9s executions, %6s branches reached, %4s inputs kept\n' "$name" \
                "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
                "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)" "$(ls "$kept" | wc -l)"
}
export -f one
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'one "$1"' one {}
