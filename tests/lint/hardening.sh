#!/bin/bash
# Looks whether the programs were built as hard as they should be: readelf tells of each what the loader will do with it.
#
# Usage: hardening.sh BUILD_DIR
set -euo pipefail
build=$1
failed=0

fail() {
        echo "hardening: $*" >&2
        failed=1
}

# What holds for both, the runner being static: at a random address, nothing writable that is executable, nothing writable that
# the loader has filled in, no library from a folder of the builder's.
common() {
        local program=$1 headers dynamic
        headers=$(LC_ALL=C readelf -hlW "$program") dynamic=$(LC_ALL=C readelf -dW "$program")
        grep -q 'Type: *DYN (Position-Independent' <<<"$headers" || fail "$program is at a fixed address"
        grep -q ' GNU_RELRO ' <<<"$headers" || fail "$program: relocations stay writable"
        grep -q 'BIND_NOW\|Flags: .*NOW' <<<"$dynamic" || fail "$program binds lazily, so that its table of functions stays writable"
        grep -q ' GNU_STACK .* RW ' <<<"$headers" || fail "$program: the stack is executable"
        ! grep -q ' RWE ' <<<"$headers" || fail "$program: something is writable and executable"
        ! grep -q 'RPATH\|RUNPATH\|TEXTREL' <<<"$dynamic" || fail "$program: $(grep 'RPATH\|RUNPATH\|TEXTREL' <<<"$dynamic")"
}

# What code that the compiler put checks into calls. A static program has libc's own calls in it, whatever it was built with:
# names are those that a dynamic one wants from libc, or the program's own objects from anybody.
checked() {
        local program=$1 names=$2
        grep -qE ' U __stack_chk_fail(@|$)' <<<"$names" || fail "$program has no stack protector"
        grep -qE ' U __[a-z]+_chk(@|$)' <<<"$names" || fail "$program is not fortified"
}

common "$build/sandpool"
checked "$build/sandpool" "$(LC_ALL=C nm -D "$build/sandpool")"
common "$build/runner"
checked "$build/runner" "$(find "$build/static" -name '*.o' -exec env LC_ALL=C nm -u {} +)"
! LC_ALL=C readelf -dlW "$build/runner" | grep -q 'NEEDED\|INTERP' || fail "the runner needs libraries"
exit $failed
