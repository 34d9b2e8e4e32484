#!/bin/bash
# Runs a command whose processes, whoever's they are, leave a report where something is wrong with their memory; says what they
# reported.
#
# Usage: watched.sh BUILD_DIR COMMAND... . Reports are expected in BUILD_DIR/reports/. Exits 1 when there is one that is not empty
# (nor a valgrind's that found nothing), else as the command does.
set -uo pipefail
reports=$1/reports
shift
rm -rf "$reports"
mkdir -p "$reports"
chmod 1777 "$reports" # a worker is nobody that may write elsewhere
"$@"
status=$?
for report in "$reports"/*; do
        [ -s "$report" ] && ! grep -q 'ERROR SUMMARY: 0 errors' "$report" || continue
        head -60 "$report"
        status=1
done
printf '  WATCHED %s processes\n' "$(find "$reports" -name 'valgrind*' | wc -l)" | grep -v ' 0 ' || true
exit $status
