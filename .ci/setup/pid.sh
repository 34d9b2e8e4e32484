# Which process a pid file of /run/sandpool names. Sourced by the set-up scripts.

RUN=/run/sandpool # as in conf/sandpool.yaml and nginx/nginx.conf

# as_owner NAME COMMAND...: as the user in whose folder NAME's pid file is. What stands there is that user's word, which is
# good for what that user may do itself, and not for what root may.
as_owner() {
        local folder=$RUN ids become=()
        [ ! -d "$RUN/$1" ] || folder=$RUN/$1
        shift
        ids=$(stat -c '%u %g' "$folder" 2>/dev/null) || return 1
        [ "${ids% *}" = 0 ] || become=(setpriv --reuid="${ids% *}" --regid="${ids#* }" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
        as_root "${become[@]}" "$@" </dev/null
}

# signal NAME SIGNAL PID
signal() {
        # shellcheck disable=SC2016 # expanded by the inner shell
        as_owner "$1" sh -c 'kill -"$1" "$2"' _ "$2" "$3" 2>/dev/null
}

# number_of NAME: what stands in the pid file.
number_of() {
        # shellcheck disable=SC2016 # expanded by the inner shell
        as_owner "$1" sh -c 'for file; do [ ! -f "$file" ] || timeout 5 head -c 32 "$file"; done' _ "$RUN/$1.pid" "$RUN/$1/$1.pid" 2>/dev/null || true
}

# pid_of NAME: the process that $RUN/NAME.pid, or NAME/NAME.pid, names, if it lives, is the owner's and its command line says
# NAME (a number may have come to belong to another process); else nothing. One that ends may just have named another.
pid_of() {
        local pid before=
        while pid=$(number_of "$1") && [[ $pid =~ ^[0-9]+$ ]] && [ "$pid" != "$before" ]; do
                # Of a process that has ended and was not waited for, the command line is empty.
                if signal "$1" 0 "$pid" && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "$1"; then
                        printf '%s\n' "$pid"
                        return
                fi
                before=$pid
        done
}
