#!/bin/bash
# Puts everything where a machine's operator expects it, or takes it away again.
#
# Usage: install.sh [--uninstall]; DESTDIR, PREFIX (/usr/local), SYSCONFDIR (/etc) and BUILD from the environment. Configuration
# that is there already and is another one stays as it is, because it may have been changed: the new one is put beside it as
# FILE.new. Uninstalling leaves the configuration.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 022
BUILD=${BUILD:-build} PREFIX=${PREFIX:-/usr/local} SYSCONFDIR=${SYSCONFDIR:-/etc}
root=${DESTDIR:-}$PREFIX
etc=${DESTDIR:-}$SYSCONFDIR/sandpool
PLACED=(bin/sandpool sbin/sandpool-images libexec/sandpool share/sandpool share/man/man8/sandpool.8 lib/systemd/system/sandpool.service
        lib/sysusers.d/sandpool.conf lib/tmpfiles.d/sandpool.conf)

if [ "${1:-}" = --uninstall ]; then
        for path in "${PLACED[@]}"; do rm -rf "${root:?}/$path"; done
        [ ! -d "$etc" ] || echo "left as it is: $etc"
        exit 0
fi

put() { install -D -m "$1" "$2" "$root/$3"; } # MODE SOURCE PLACE

# With the paths of this installation in it.
put_filled() { # MODE SOURCE PLACE
        mkdir -p "$(dirname "$root/$3")"
        sed -e "s#@PREFIX@#$PREFIX#g" -e "s#@SYSCONFDIR@#$SYSCONFDIR#g" "$2" >"$root/$3.tmp"
        chmod "$1" "$root/$3.tmp"
        mv -f "$root/$3.tmp" "$root/$3"
}

# What is left of it from before goes. API keys are not for everybody to read, at no time.
put_tree() { # SOURCE PLACE
        rm -rf "${root:?}/$2"
        mkdir -p "$root/$2"
        (umask 077 && cp -R "$1/." "$root/$2/")
        find "$root/$2" -name 'api-keys.conf*' -exec chmod 640 {} + -o -exec chmod u=rwX,go=rX {} +
}

put_configuration() { # FILE, relative to conf/
        local target=$etc/$1
        mkdir -p "$(dirname "$target")"
        if [ ! -e "$target" ]; then
                install -m 644 "conf/$1" "$target"
        elif ! cmp -s "conf/$1" "$target"; then
                install -m 644 "conf/$1" "$target.new"
                echo "kept $target; the new one is $target.new"
        else
                rm -f "$target.new"
        fi
}

# In one step, so that a service that runs from it is not disturbed, and `sandpool upgrade` finds it whole.
put 755 "$BUILD/sandpool" bin/sandpool.tmp
mv -f "$root/bin/sandpool.tmp" "$root/bin/sandpool"
put 755 "$BUILD/runner" libexec/sandpool/runner
put_tree images share/sandpool/images
rm -rf "$root/share/sandpool/images/runner"
put 644 .ci/setup/step.sh share/sandpool/.ci/setup/step.sh
put_tree nginx share/sandpool/nginx
put_tree rate_limit share/sandpool/rate_limit
put_filled 755 images/installed.sh sbin/sandpool-images
rm -f "$root/share/sandpool/images/installed.sh"
put 644 fcgi/sandpool.8 share/man/man8/sandpool.8
put_filled 644 conf/systemd/sandpool.service lib/systemd/system/sandpool.service
put 644 conf/systemd/sysusers.conf lib/sysusers.d/sandpool.conf
put 644 conf/systemd/tmpfiles.conf lib/tmpfiles.d/sandpool.conf
(cd conf && find . -path ./systemd -prune -o -type f -printf '%P\n') | while read -r file; do put_configuration "$file"; done
