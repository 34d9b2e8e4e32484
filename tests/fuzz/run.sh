#!/bin/bash
# Runs one fuzzer from the inputs that are kept in tests/fuzz/corpus/<name>; what it finds goes to FOLDER.
#
# Usage: run.sh FUZZER FOLDER SECONDS. To keep what was found: FUZZER -merge=1 tests/fuzz/corpus/<name> FOLDER/corpus/<name>
set -uo pipefail
fuzzer=$1 folder=$2 seconds=$3
name=$(basename "$fuzzer" _fuzz)
found=$folder/corpus/$name kept=tests/fuzz/corpus/$name
mkdir -p "$found"
[ -d "$kept" ] || kept=
echo "  FUZZ $fuzzer"
# shellcheck disable=SC2086 # no corpus is no argument
ASAN_OPTIONS=detect_leaks=1 "$fuzzer" -max_total_time="$seconds" -max_len=4096 -artifact_prefix="$folder/" -verbosity=0 \
        -print_final_stats=1 "$found" $kept 2>&1 | grep -E 'number_of_executed|ERROR|SUMMARY'
exit "${PIPESTATUS[0]}"
