#!/bin/bash
# Installs below a folder of its own and looks at what is there: that it is whole, that modes are right, that nothing of an
# operator's is overwritten, that the installed configuration is right for the installed program, and that it all goes again.
#
# Usage: install.sh BUILD_DIR. Needs no root, no Docker.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
root=$place/opt etc=$place/etc/sandpool

fail() {
        echo "install: $*" >&2
        exit 1
}
try_install() { BUILD=$build DESTDIR=$place PREFIX=/opt SYSCONFDIR=/etc .ci/setup/install.sh "$@"; }
install_nginx() { "$root/share/sandpool/nginx/install.sh" "$place/nginx"; }
mode_is() { [ "$(stat -c %a "$2")" = "$1" ] || fail "$2 has mode $(stat -c %a "$2")"; }

said=$(umask 077 && try_install)
[ -z "$said" ] || fail "the first time it said: $said"
for file in bin/sandpool sbin/sandpool-images libexec/sandpool/runner share/sandpool/images/build.sh share/sandpool/nginx/install.sh; do
        mode_is 755 "$root/$file"
done
for file in "$root"/{share/man/man8/sandpool.8,lib/systemd/system/sandpool.service,lib/sysusers.d/sandpool.conf,lib/tmpfiles.d/sandpool.conf} \
        "$etc"/{sandpool.yaml,seccomp.json,languages/python.yaml,policies/strict.yaml}; do
        mode_is 644 "$file"
done
mode_is 640 "$root/share/sandpool/rate_limit/api-keys.conf"
mode_is 644 "$root/share/sandpool/rate_limit/zones.conf"
mode_is 755 "$root/share/sandpool/rate_limit"
[ -z "$(find "$place" -perm /022 ! -type l)" ] || fail "others may write $(find "$place" -perm /022 ! -type l | head -1)"
! grep -rl '@PREFIX@\|@SYSCONFDIR@' "$root/sbin" "$root/lib" || fail "a path was not filled in"
# An image may be made of sources; the service's own and the runner's stay at home.
[ -z "$(find "$root/share/sandpool" -path '*/images/*/*' -prune -o -name '*.[ch]' -print)" ] && [ ! -e "$root/share/sandpool/images/runner" ] ||
        fail "sources were installed"
[ ! -e "$etc/systemd" ] || fail "the unit is no configuration"

for language in "$etc"/languages/*.yaml; do
        "$root/bin/sandpool" --config "$etc/sandpool.yaml" image-config "$(basename "$language" .yaml)" >/dev/null
done
SANDPOOL_IMAGES=$(sed -n 's/^exec \(.*\) "\$@"$/\1/p' "$root/sbin/sandpool-images")
[ -x "$place$SANDPOOL_IMAGES" ] || fail "sandpool-images starts $SANDPOOL_IMAGES"
# A client's key is a password.
keys=$place/nginx/rate_limit/api-keys.conf
install_nginx >/dev/null
mode_is 640 "$keys"
mode_is 644 "$place/nginx/rate_limit/zones.conf"
echo '# mine' >>"$keys"
chmod 600 "$keys"
install -m 644 /dev/null "$keys.new"
[[ $(install_nginx) == "kept $keys;"* ]] || fail "nginx/install.sh does not say what it kept"
[ "$(tail -1 "$keys")" = '# mine' ] || fail "an operator's keys were overwritten"
mode_is 600 "$keys"
mode_is 640 "$keys.new"

echo '# mine' >>"$etc/sandpool.yaml"
[[ $(try_install) == "kept $etc/sandpool.yaml"* ]] || fail "it does not say what it kept"
[ "$(tail -1 "$etc/sandpool.yaml")" = '# mine' ] || fail "an operator's file was overwritten"
cmp -s conf/sandpool.yaml "$etc/sandpool.yaml.new" || fail "the new one is not beside it"
[ "$(find "$etc" -name '*.new' | wc -l)" = 1 ] || fail "a file that nobody changed has a new one"
"$root/bin/sandpool" --config "$etc/sandpool.yaml" nginx-values >/dev/null

# The service tells systemd when it is ready and that it lives (fcgi/service/notify.c): the unit has it listen.
unit=$root/lib/systemd/system/sandpool.service
grep -qx 'Type=notify' "$unit" || fail "the unit does not wait for READY=1"
grep -qxE 'WatchdogSec=[1-9][0-9]*' "$unit" || fail "the unit does not look for WATCHDOG=1"

# The manual has every verb and every signal.
manual=$root/share/man/man8/sandpool.8
for verb in $("$root/bin/sandpool" --help | sed -n 's/^  sandpool \[--config FILE\] \([a-z-]*\).*/\1/p'); do
        [ "$(grep -cE "^\.(It )?Cm (.* )?$verb( |$)" "$manual")" -ge 2 ] || fail "the manual lacks the verb $verb"
done
for signal in $(sed -n 's/.*sigaddset(&set, \(SIG[A-Z0-9]*\)).*/\1/p' fcgi/service/supervisor.c | grep -v SIGCHLD); do
        grep -qE "^\.It Dv (.* )?$signal( |$)" "$manual" || fail "the manual lacks the signal $signal"
done
if command -v man >/dev/null; then
        problems=$(man --warnings=w -l "$root/share/man/man8/sandpool.8" 2>&1 >/dev/null)
        [ -z "$problems" ] || fail "$problems"
fi
if command -v systemd-analyze >/dev/null; then
        sed -i "s#/opt/bin/#$root/bin/#" "$root/lib/systemd/system/sandpool.service"
        problems=$(systemd-analyze verify --man=no "$root/lib/systemd/system/sandpool.service" 2>&1 | grep sandpool || true)
        [ -z "$problems" ] || fail "$problems"
fi

try_install --uninstall >/dev/null
[ -z "$(find "$root" -type f)" ] || fail "left: $(find "$root" -type f | head -3)"
[ -e "$etc/sandpool.yaml" ] || fail "uninstalling took the configuration"
