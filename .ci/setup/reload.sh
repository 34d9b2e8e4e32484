#!/bin/bash
# Has the running service take its configuration anew, and notes down what it runs with, so that `make up` does not do it again.
set -euo pipefail
cd "$(dirname "$0")/../.."
. .ci/setup/root.sh
. .ci/setup/pid.sh
. .ci/setup/inputs.sh

as_root "$PWD/build/sandpool" --config conf/sandpool.yaml reload
record sandpool.inputs "$(service_inputs)"
