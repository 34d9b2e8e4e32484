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
        # The words of libc's that only a program with these checks has in it, or calls for.
        grep -aq '__stack_chk_fail\|stack smashing detected' "$program" || fail "$program has no stack protector"
        grep -aq '__[a-z]*_chk\|buffer overflow detected' "$program" || fail "$program is not fortified"
}

common "$build/sandpool"
common "$build/runner"
! LC_ALL=C readelf -dlW "$build/runner" | grep -q 'NEEDED\|INTERP' || fail "the runner needs libraries"
exit $failed
