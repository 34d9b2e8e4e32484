#!/bin/bash
# Builds sandpool/base and the languages' images.
#
# Usage: build.sh [language...]; without, every language that has a YAML file in conf/languages and a Dockerfile here, but for
# those that are not enabled and have no image yet.
# VARIANT=full builds images/<id>/full/Dockerfile on top, as sandpool/<id>:full, for every language that has one. A variant that
# a YAML file names as its image is built in any case.
# VENDOR_IMAGE=<name:tag> is what the Dockerfiles of languages that Debian does not carry are based on.
# REFRESH=1 fetches Debian and all packages anew. JOBS=4 images are built at a time.
#
# An image is two layers of work: its packages (minutes, made again when images/<id>/ or what it stands on changes) and, on
# top, the runner and language.json (a second, made again when one of those changes). What an image was made from is a label
# on it, so that nothing can go stale: another daemon, a removed image or a changed input each lead to a rebuild.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/setup/step.sh

export BUILD=${BUILD:-build}
CONFIG=${CONFIG:-conf/sandpool.yaml}
RUNNER=${RUNNER:-$BUILD/runner}
SANDPOOL=${SANDPOOL:-$BUILD/sandpool}
JOBS=${JOBS:-4} # the first minute waits for the network, not for a core
SIZE_MAX_MB=900
LABEL=org.sandpool.inputs
export DOCKER_BUILDKIT=0 # the classic builder needs no plugin, and every daemon has it

PROXY=()
for name in http_proxy https_proxy no_proxy; do
        [ -z "${!name:-}" ] || PROXY+=(--build-arg "$name=${!name}")
done

hash_of() { # hash_of WORD... -- FOLDER: one hash of the words, and of the folder's files' names, modes and contents
        local folder=${!#}
        {
                printf '%s\n' "${@:1:$#-2}"
                find "$folder" -type f -printf '%P %m\n' | LC_ALL=C sort
                (cd "$folder" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
        } | sha256sum | cut -c 1-32
}

label_of() { docker image inspect -f "{{index .Config.Labels \"$LABEL\"}}" "$1" 2>/dev/null || true; }
size_of() { docker image inspect -f '{{.Size}}' "$1" | awk '{ printf "%.0f", $1 / 1e6 }'; } # MB

# build TAG HASH CONTEXT [argument...]: unless TAG carries HASH already. The image that it replaces goes.
build() {
        local tag=$1 hash=$2 context=$3 old log
        shift 3
        [ "$(label_of "$tag")" != "$hash" ] || return 0
        log=$BUILD/images/${tag//[:\/]/-}.log
        step "image $tag"
        old=$(docker image inspect -f '{{.Id}}' "$tag" 2>/dev/null || true)
        if ! docker build --network host --force-rm ${REFRESH:+--no-cache} "${PROXY[@]}" --label "$LABEL=$hash" -t "$tag" "$@" "$context" >"$log" 2>&1; then
                tail -n 30 "$log" >&2
                step_fail "building $tag failed (whole log: $log)"
        fi
        [ -z "$old" ] || docker rmi "$old" >/dev/null 2>&1 || true
        step_end "$(size_of "$tag") MB"
}

# packages TAG FOLDER: a language's Dockerfile in its folder, without the variants below it, plus the certificates this machine
# trusts (a network may have an authority of its own), for stages that fetch something.
packages() {
        local tag=$1 folder=$2 context certificates=/etc/ssl/certs/ca-certificates.crt words=("$os") parent variant hash
        context=$BUILD/images/${tag//[:\/]/-}
        rm -rf "$context"
        cp -r "$folder" "$context"
        for variant in "$context"/*/Dockerfile; do rm -rf "$(dirname "$variant")"; done
        # The runner of the image that it stands on is no input: the last layer brings the current one.
        for parent in $(parents_of "$folder"); do words+=("$(label_of "sandpool/$parent:packages")"); done
        if grep -q '^ARG VENDOR_IMAGE' "$folder/Dockerfile"; then
                [ -n "${VENDOR_IMAGE:-}" ] || step_fail "$folder/Dockerfile needs VENDOR_IMAGE=<name:tag>: its vendor's official image"
                words+=("$VENDOR_IMAGE")
                set -- "$@" --build-arg "VENDOR_IMAGE=$VENDOR_IMAGE"
        fi
        hash=$(hash_of "${words[@]}" -- "$context")
        if [ -r "$certificates" ]; then cp "$certificates" "$context/"; else touch "$context/ca-certificates.crt"; fi
        build "$tag" "$hash" "$context" "${@:3}"
}

# finish TAG PARENT [language]: the runner on top, and for a language its commands.
finish() {
        local tag=$1 parent=$2 language=${3:-base} context
        context=$BUILD/images/${tag//[:\/]/-}-finish
        rm -rf "$context"
        mkdir -p "$context/files"
        cp images/finish/Dockerfile "$context/"
        install -m 755 "$RUNNER" "$context/files/runner"
        if [ "$language" != base ]; then
                "$SANDPOOL" --config "$CONFIG" image-config "$language" >"$context/files/language.json"
                chmod 644 "$context/files/language.json"
        fi
        find "$context" -exec touch -h -d @0 {} + # same content, same layer
        build "$tag" "$(hash_of "$(label_of "$parent")" -- "$context")" "$context" --build-arg "FROM=$parent" --label "org.sandpool.image=$language"
}

# An item is a language's id, or <id>:<variant>.
folder_of() { printf 'images/%s\n' "${1/:/\/}"; }
parents_of() { sed -n 's,^FROM sandpool/\([a-z0-9_-]*\).*,\1,p' "$1/Dockerfile" | grep -vx base | sort -u; } # of a folder

make_item() { # in a shell of its own
        local item=$1 id=${1%%:*}
        case $item in
        *:*)
                packages "sandpool/$item-packages" "$(folder_of "$item")"
                finish "sandpool/$item" "sandpool/$item-packages" "$id"
                ;;
        *)
                # What somebody made of a vendor's image stays, under the current runner.
                [ "${only_finish[$item]:-}" ] || packages "sandpool/$item:packages" "$(folder_of "$item")"
                finish "sandpool/$item" "sandpool/$item:packages" "$id"
                ;;
        esac
}

declare -A only_finish=() state=() # state: of an item: wanted, running, done
items=()

want() { # an item, after what it stands on
        local item=$1 parent
        [ -z "${state[$item]:-}" ] || return 0
        [ -f "$(folder_of "$item")/Dockerfile" ] || step_fail "$(folder_of "$item")/Dockerfile does not exist"
        for parent in $(parents_of "$(folder_of "$item")"); do want "$parent"; done
        state[$item]=wanted
        items+=("$item")
}

exists() { docker image inspect "$1" >/dev/null 2>&1; }

# want_languages [id...]: those named, or those that conf/languages serves
want_languages() {
        local id enabled image named=" $* "
        while read -r id enabled image; do
                [ -f "images/$id/Dockerfile" ] || [[ $named == *" $id "* ]] || continue
                if [ $# -gt 0 ]; then
                        [[ $named == *" $id "* ]] || continue
                elif [ "$enabled" != true ]; then
                        if ! exists "sandpool/$id:packages"; then
                                printf '    image sandpool/%s: left out (enabled: %s); images/%s/Dockerfile says how to make it\n' "$id" "$enabled" "$id"
                                continue
                        fi
                        only_finish[$id]=1
                fi
                want "$id"
                case $image in "sandpool/$id:latest") ;; "sandpool/$id":*) want "${image#sandpool/}" ;; esac
                if [ -n "${VARIANT:-}" ] && { [ -d "images/$id/$VARIANT" ] || [ $# -gt 0 ]; }; then want "$id:$VARIANT"; fi
        done <<<"$known"
        for id in "$@"; do grep -q "^$id " <<<"$known" || step_fail "conf/languages/$id.yaml does not exist"; done
}

is_ready() { # all that the item stands on is done
        local parent
        for parent in $(parents_of "$(folder_of "$1")"); do [ "${state[$parent]}" = done ] || return 1; done
}

# Everything that is wanted, JOBS at a time. After a failure nothing new is begun.
make_items() {
        local item pid failed= running=0
        declare -A item_of=()
        while :; do
                for item in "${items[@]}"; do
                        [ "${state[$item]}" = wanted ] && [ -z "$failed" ] && [ "$running" -lt "$JOBS" ] && is_ready "$item" || continue
                        make_item "$item" &
                        item_of[$!]=$item
                        state[$item]=running
                        running=$((running + 1))
                done
                [ "$running" -gt 0 ] || break
                wait -n -p pid || failed=1
                state[${item_of[$pid]}]=done
                running=$((running - 1))
        done
        [ -z "$failed" ]
}

show_sizes() {
        local item size line= large=
        for item in base "${items[@]}"; do
                size=$(size_of "sandpool/$item")
                line+="${line:+, }$item $size"
                [ "$size" -le "$SIZE_MAX_MB" ] || large+=" sandpool/$item"
        done
        printf '    images, MB, each with the base in it: %s\n' "$line"
        [ -z "$large" ] || step_fail "larger than $SIZE_MAX_MB MB:$large"
}

mkdir -p "$BUILD/images"
exec 9>"$BUILD/images/lock"
flock 9 # two builds at a time would pull the tags from under each other

known=$("$SANDPOOL" --config "$CONFIG" image-config) # id, enabled, image
images/debian.sh
os=$(hash_of "$(docker image inspect -f '{{.Id}}' sandpool/debian:trixie)" -- images/base)
build sandpool/base:os "$os" images/base
finish sandpool/base sandpool/base:os
want_languages "$@"
make_items
docker image prune -f --filter label=org.sandpool.stage >/dev/null # what stages before the last leave behind
show_sizes
