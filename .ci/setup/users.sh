#!/bin/bash
# Makes the two system users that the service runs as: sandpool for what reads requests, sandpool-broker for what holds the
# Docker socket.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/step.sh
. .ci/setup/root.sh

for user in sandpool sandpool-broker; do
        ! getent passwd "$user" >/dev/null || continue
        step "system user $user"
        as_root useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
        step_end
done
