# Doing what only root may, by sudo where we are somebody else. Sourced by the set-up scripts.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

as_root() {
        if [ "$(id -u)" = 0 ]; then
                "$@"
        elif command -v sudo >/dev/null; then
                sudo "$@"
        else
                printf '*** this needs root, and there is no sudo: %s\n' "$*" >&2
                return 1
        fi
}
