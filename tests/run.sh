#!/bin/bash
# Runs test programs one after the other, a line each; of a program that fails, all that it printed.
#
# Usage: run.sh BUILD_DIR PROGRAM... . Exits 1 when one failed. A program gets 10 minutes.
set -uo pipefail
build=$1
shift
cd "$(dirname "$0")/.."
mkdir -p "$build/tests/log"
failed=0 cases=0 bad=0

for program in "$@"; do
        name=$(basename "$program")
        log=$build/tests/log/$name
        began=$(date +%s%N)
        timeout --kill-after=10 600 "$program" >"$log" 2>&1 </dev/null
        code=$?
        # What a teardown finds to be left fails the program; cmocka says so and exits with 0.
        [ $code -ne 0 ] || ! grep -q '^\[  FAILED  \] GROUP TEARDOWN' "$log" || code=1
        ms=$((($(date +%s%N) - began) / 1000000))
        passed=$(grep -c '^\[       OK \]' "$log")
        cases=$((cases + passed))
        bad=$((bad + $(grep -c '^\[  FAILED  \] [^0-9]*$' "$log") / 2))
        if [ $code -eq 0 ]; then
                printf '  PASS %s (%s tests, %d.%02d s)\n' "$name" "$passed" $((ms / 1000)) $((ms % 1000 / 10))
        else
                cat "$log"
                printf '  FAIL %s (exit code %d, %d.%02d s)\n' "$name" $code $((ms / 1000)) $((ms % 1000 / 10))
                failed=$((failed + 1))
        fi
done
[ $failed -eq 0 ] || bad=$((bad > 0 ? bad : failed))
printf '%d passed, %d failed\n' $cases $bad
[ $failed -eq 0 ]
