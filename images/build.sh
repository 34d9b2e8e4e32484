#!/bin/bash
# Builds sandpool/base and the images of the languages named as arguments (default: every language that has a YAML file in
# conf/languages and a Dockerfile here).
#
# An image is two layers of work: its packages (minutes, made again when images/<id>/ or the base changes) and, on top, the
# runner and language.json (a second, made again when one of those changes). What an image was made from is a label on it,
# so that nothing can go stale: another daemon, a removed image or a changed input each lead to a rebuild.
# REFRESH=1 fetches Debian and all packages anew.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/setup/step.sh

BUILD=${BUILD:-build}
CONFIG=${CONFIG:-conf/sandpool.yaml}
LABEL=org.sandpool.inputs
export DOCKER_BUILDKIT=0 # the classic builder needs no plugin, and every daemon has it

PROXY=()
for name in http_proxy https_proxy no_proxy; do
        [ -z "${!name:-}" ] || PROXY+=(--build-arg "$name=${!name}")
done

hash_of() { # hash_of WORD... -- FILE...: one hash of the words, and of the files' names, modes and contents
        local words=()
        while [ "$1" != -- ]; do
                words+=("$1")
                shift
        done
        shift
        {
                printf '%s\n' "${words[@]}"
                find "$@" -type f -printf '%p %m\n' | LC_ALL=C sort
                find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        } | sha256sum | cut -c 1-32
}

label_of() { docker image inspect -f "{{index .Config.Labels \"$LABEL\"}}" "$1" 2>/dev/null || true; }
size_of() { docker image inspect -f '{{.Size}}' "$1" | awk '{ printf "%.0f MB", $1 / 1e6 }'; }

# build TAG HASH CONTEXT [argument...]: unless TAG carries HASH already. The image that it replaces goes.
build() {
        local tag=$1 hash=$2 context=$3 old
        shift 3
        [ "$(label_of "$tag")" != "$hash" ] || return 0
        step "image $tag"
        old=$(docker image inspect -f '{{.Id}}' "$tag" 2>/dev/null || true)
        if ! docker build --network host --force-rm ${REFRESH:+--no-cache} "${PROXY[@]}" --label "$LABEL=$hash" -t "$tag" "$@" "$context" >"$BUILD/images/log" 2>&1; then
                tail -n 30 "$BUILD/images/log" >&2
                step_fail "building $tag failed (whole log: $BUILD/images/log)"
        fi
        [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || true
        docker image prune -f --filter label=org.sandpool.stage >/dev/null # what stages before the last leave behind
        step_end "$(size_of "$tag")"
}

# packages ID: the language's Dockerfile in its folder, plus the certificates this machine trusts (a network may have an
# authority of its own), for stages that fetch something.
packages() {
        local context=$BUILD/images/$1.packages certificates=/etc/ssl/certs/ca-certificates.crt
        rm -rf "$context"
        cp -r "images/$1" "$context"
        if [ -r "$certificates" ]; then cp "$certificates" "$context/"; else touch "$context/ca-certificates.crt"; fi
        # The base's runner is no input: the last layer brings the current one.
        build "sandpool/$1:packages" "$(hash_of "$os" -- "images/$1")" "$context"
}

# finish TAG PARENT [language]: the runner on top, and for a language its commands.
finish() {
        local tag=$1 parent=$2 language=${3:-base} context
        context=$BUILD/images/$language
        rm -rf "$context"
        mkdir -p "$context/files"
        cp images/finish/Dockerfile "$context/"
        install -m 755 "$BUILD/runner" "$context/files/runner"
        if [ "$language" != base ]; then
                "$BUILD/sandpool" --config "$CONFIG" image-config "$language" >"$context/files/language.json"
                chmod 644 "$context/files/language.json"
        fi
        find "$context" -exec touch -h -d @0 {} + # same content, same layer
        build "$tag" "$(hash_of "$(label_of "$parent")" -- "$context")" "$context" --build-arg "FROM=$parent" --label "org.sandpool.image=$language"
}

language_ids() {
        local yaml id
        for yaml in conf/languages/*.yaml; do
                id=$(basename "$yaml" .yaml)
                [ ! -f "images/$id/Dockerfile" ] || printf '%s\n' "$id"
        done
}

mkdir -p "$BUILD/images"
exec 9>"$BUILD/images/lock"
flock 9 # two builds at a time would pull the tags from under each other

images/debian.sh
os=$(hash_of "$(docker image inspect -f '{{.Id}}' sandpool/debian:trixie)" -- images/base)
build sandpool/base:os "$os" images/base
finish sandpool/base sandpool/base:os
[ $# -gt 0 ] || set -- $(language_ids)
for id in "$@"; do
        [ -f "images/$id/Dockerfile" ] || step_fail "images/$id/Dockerfile does not exist"
        packages "$id"
        finish "sandpool/$id" "sandpool/$id:packages" "$id"
done
