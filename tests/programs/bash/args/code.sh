printf '[%s]\n' "$@"
