#!/bin/bash
# Runs a command as a user that may use the Docker socket: as who we are, else as root.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/root.sh

if [ "$(id -u)" = 0 ] || docker version >/dev/null 2>&1; then
        exec "$@"
fi
as_root env BUILD="${BUILD:-build}" REFRESH="${REFRESH:-}" MIRROR="${MIRROR:-}" VARIANT="${VARIANT:-}" VENDOR_IMAGE="${VENDOR_IMAGE:-}" JOBS="${JOBS:-}" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" \
        ${SANDPOOL_PROGRAM:+SANDPOOL_PROGRAM="$SANDPOOL_PROGRAM"} "$@"
# What root made in the build directory is ours to clean.
as_root chown -R "$(id -u):$(id -g)" "${BUILD:-build}"
