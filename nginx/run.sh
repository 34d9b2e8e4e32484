#!/bin/bash
# Runs nginx with a configuration of this folder as an ordinary user from its first process on: it opens no port below 1024
# and needs nothing that is root's. Where root calls it, it becomes that user first, without capabilities.
#
# Usage: run.sh CONF [OPTION...]; options are nginx's, such as -s reload. NGINX_USER: www-data, if not given; a member of
# listen.group of the service's settings.
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
conf=$1
shift
# Before it has read its configuration, nginx would log to a place of root's.
log=$(sed -nE 's/^error_log ([^ ;]+).*/\1/p' "$conf")
become=()
if [ "$(id -u)" = 0 ]; then
        user=${NGINX_USER:-www-data}
        install -d -m 755 -o "$user" -g "$(id -gn "$user")" "$(dirname "$log")"
        become=(setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
fi
exec "${become[@]}" nginx -e "$log" -c "$conf" "$@"
