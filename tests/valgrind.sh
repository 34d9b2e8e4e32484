#!/bin/bash
# The service's program under valgrind: every process of it leaves a report where tests/watched.sh looks.
cd "$(dirname "$0")/.." || exit 1
reports=$PWD/$BUILD/reports
cd - >/dev/null || exit 1
exec valgrind --tool=memcheck --track-origins=yes --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=99 \
        --show-leak-kinds=definite --num-callers=25 --log-file="$reports/valgrind.%p" "$(dirname "$0")/../$BUILD/sandpool" "$@"
