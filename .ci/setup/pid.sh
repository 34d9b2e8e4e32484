# Which process a pid file of /run/sandpool names. Sourced by the set-up scripts.

RUN=/run/sandpool # as in conf/sandpool.yaml and nginx/nginx.conf

# pid_of NAME: the process that $RUN/NAME.pid, or NAME/NAME.pid, names, if it lives and its command line says NAME (a number
# may have come to belong to another process); else nothing.
pid_of() {
        local pid
        pid=$(as_root cat "$RUN/$1.pid" "$RUN/$1/$1.pid" 2>/dev/null || true)
        [[ $pid =~ ^[0-9]+$ ]] || return 0
        # Of a process that has ended and was not waited for, the command line is empty.
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "$1" && printf '%s\n' "$pid" || true
}
