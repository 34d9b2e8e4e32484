#!/bin/bash
# Copies the nginx configuration and the limits to where an nginx of yours includes them from, with whole paths in every
# include, so that it does not matter where that nginx's own configuration is.
#
# Usage: install.sh DIR, such as /etc/nginx/sandpool. A file that is there already and is another one stays as it is, because
# you may have changed it; the new one is put beside it as FILE.new.
set -euo pipefail
[ $# = 1 ] && [[ $1 == /* ]] || { echo "usage: install.sh DIR (a whole path)" >&2; exit 2; }
dir=${1%/}
cd "$(dirname "$0")/.."
umask 022

# API keys are not for everybody to read, at no time.
write() ( # TEXT TARGET
        case $2 in */api-keys.conf*) umask 137 ;; esac
        printf '%s\n' "$1" >"$2"
)

put() { # SOURCE TARGET: with the includes that it has
        local text
        text=$(sed -E -e "s#^([[:space:]]*include )\.\./rate_limit/#\1$dir/rate_limit/#" -e "s#^([[:space:]]*include )([a-z-]+\.conf;)#\1$dir/nginx/\2#" "$1")
        if [ ! -e "$2" ]; then
                write "$text" "$2"
        elif [ "$text" != "$(cat "$2")" ]; then
                rm -f "$2.new" # and with it whatever mode it had
                write "$text" "$2.new"
                echo "kept $2; the new one is $2.new"
        fi
}

mkdir -p "$dir/nginx/examples" "$dir/rate_limit"
for file in nginx/*.conf nginx/examples/*.conf rate_limit/*.conf; do
        [ "$file" = nginx/nginx.conf ] || put "$file" "$dir/$file"
done
install -m 755 rate_limit/tell.sh "$dir/rate_limit/tell.sh"
chmod o-r "$dir/rate_limit/api-keys.conf"
cat <<END
In http:    include $dir/nginx/http.conf;
In server:  include $dir/nginx/errors.conf;
            include $dir/nginx/sandpool.conf;
END
