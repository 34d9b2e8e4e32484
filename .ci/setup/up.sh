#!/bin/bash
# From a fresh clone to a service that answers: sets up what is missing, starts the service and nginx in the background and
# waits until it can run code. What runs already and did not change stays as it is.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh
. .ci/setup/pid.sh
. .ci/setup/inputs.sh

URL=http://127.0.0.1:8080
READY_SECONDS=60
MAKE=${MAKE:-make}
started= # the service's process, if this call started it

# 0 when the service that runs has what is there now: a new program needs a new process, all else but a few settings does not.
service_is_current() {
        local inputs=$1 said
        [ "$(recorded sandpool.inputs)" != "$inputs" ] || return 0
        [ "$(recorded sandpool.inputs | cut -d ' ' -f 1)" = "$(program_inputs)" ] || return 1
        step "service: its configuration changed, reloading"
        if said=$(as_root "$PWD/build/sandpool" --config conf/sandpool.yaml reload 2>&1); then
                record sandpool.inputs "$inputs"
                step_end
                return 0
        fi
        case $said in
        *"needs a restart"*) return 1 ;;
        *) step_fail "$said" ;;
        esac
}

start_service() {
        local inputs
        inputs=$(service_inputs)
        if [ -n "$(pid_of sandpool)" ]; then
                ! service_is_current "$inputs" || return 0
                step "service: it changed, stopping the old one"
                .ci/setup/down.sh service
        fi
        step "service: starting (log: $RUN/sandpool.log)"
        started=$(as_root bash -c 'setsid "$PWD/build/sandpool" --config conf/sandpool.yaml serve >'"$RUN"'/sandpool.log 2>&1 </dev/null & echo $!')
        record sandpool.inputs "$inputs"
}

# What nginx is run with, because www-data cannot read every checkout; API keys are for nobody else to read, at no time.
copy_nginx() {
        as_root install -d -m 755 "$RUN/www"
        as_root install -m 644 nginx/www/* "$RUN/www/"
        as_root rm -rf "$RUN/etc"
        as_root install -d -m 700 "$RUN/etc"
        as_root cp -rL --no-preserve=ownership nginx rate_limit "$RUN/etc/"
        as_root chmod -R u+rwX,go+rX "$RUN/etc/nginx" "$RUN/etc/rate_limit"
        as_root chown root:www-data "$RUN/etc/rate_limit/api-keys.conf"
        as_root chmod 640 "$RUN/etc/rate_limit/api-keys.conf"
        as_root chmod 755 "$RUN/etc"
}

start_nginx() {
        local inputs conf=$RUN/etc/nginx/nginx.conf
        inputs=$(nginx_inputs)
        if [ -z "$(pid_of nginx)" ]; then
                step "nginx: starting on $URL"
                copy_nginx
                as_root nginx/run.sh "$conf" 2>&1
        elif [ "$(recorded nginx.inputs)" != "$inputs" ]; then
                step "nginx: its configuration changed, reloading"
                copy_nginx
                as_root nginx/run.sh "$conf" -s reload
        fi
        record nginx.inputs "$inputs"
}

not_ready() {
        as_root tail -n 30 "$RUN/sandpool.log" "$RUN/nginx/error.log" >&2 || true
        step_fail "$1 (logs in $RUN)"
}

wait_until_ready() {
        local deadline=$((SECONDS + READY_SECONDS))
        step "waiting until it is ready"
        until curl -fsS -o /dev/null -m 5 "$URL/readyz" 2>/dev/null; do
                if [ -n "$started" ] && ! as_root kill -0 "$started" 2>/dev/null; then
                        as_root rm -f "$RUN/sandpool.inputs"
                        not_ready "the service ended"
                fi
                [ $SECONDS -lt $deadline ] || not_ready "not ready after $READY_SECONDS s"
                sleep 0.1
        done
        step_end
}

.ci/setup/deps.sh run
.ci/setup/docker.sh
.ci/setup/users.sh
step "building the service and the runner"
"$MAKE" --no-print-directory all
step_end
"$MAKE" --no-print-directory images
as_root install -d -m 755 "$RUN"
start_service
start_nginx
wait_until_ready
cat <<END

sandpool is ready: $URL (a page to try it; its API: $URL/openapi.yaml)

curl -s $URL/api/execute -H 'Content-Type: application/json' -d '{"language": "python", "code": "print(6 * 7)"}'

END
