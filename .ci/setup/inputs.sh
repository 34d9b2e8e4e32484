# What the service and nginx were started from, so that what did not change stays as it is. Sourced by the set-up scripts,
# after root.sh and pid.sh.

program_inputs() { sha256sum build/sandpool | cut -d ' ' -f 1; }

# What a reload takes anew: the configuration, the images.
configuration_inputs() {
        {
                find conf -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
                as_root docker image ls --no-trunc --filter label=org.sandpool.image --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort
        } | sha256sum | cut -d ' ' -f 1
}

service_inputs() { echo "$(program_inputs) $(configuration_inputs)"; }
nginx_inputs() { find nginx rate_limit -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1; }
recorded() { as_root cat "$RUN/$1" 2>/dev/null || true; }
record() { printf '%s\n' "$2" | as_root tee "$RUN/$1" >/dev/null; }
