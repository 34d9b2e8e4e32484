#!/bin/bash
# Builds the images of the languages named as arguments (default: all that have a YAML file), where `make install` has put what
# that takes. Then `sandpool reload` uses them.
set -euo pipefail
export BUILD=${BUILD:-/var/cache/sandpool} CONFIG=${CONFIG:-@SYSCONFDIR@/sandpool/sandpool.yaml}
export SANDPOOL=@PREFIX@/bin/sandpool RUNNER=@PREFIX@/libexec/sandpool/runner
exec @PREFIX@/share/sandpool/images/build.sh "$@"
