# Naming and timing the steps of a set-up script: `step "text"` ends the step before it and begins a new one, `step_end`
# ends the last. Sourced by the scripts that a person waits for.

STEP_NAME=
STEP_BEGAN=

step_now() { date +%s%N; }

step_end() {
        [ -n "$STEP_NAME" ] || return 0
        local ms=$((($(step_now) - STEP_BEGAN) / 1000000))
        printf '    %s: %d.%01d s%s\n' "$STEP_NAME" $((ms / 1000)) $((ms % 1000 / 100)) "${1:+, $1}"
        STEP_NAME=
}

step() {
        step_end
        STEP_NAME=$1
        STEP_BEGAN=$(step_now)
        printf '==> %s\n' "$1"
}

step_fail() {
        printf '*** %s\n' "$1" >&2
        exit 1
}
