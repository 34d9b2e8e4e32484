#!/bin/bash
# The service's program under valgrind: every process of it leaves a report where tests/watched.sh looks.
build=$(realpath "$(dirname "$0")/../$BUILD")
exec valgrind --tool=memcheck --track-origins=yes --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        --error-exitcode=99 --num-callers=25 --suppressions="$(dirname "$0")/valgrind.supp" --log-file="$build/reports/valgrind.%p" "$build/sandpool" "$@"
