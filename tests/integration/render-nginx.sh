#!/bin/bash
# Copies the shipped nginx configuration with another run directory and port, so that tests run what is shipped.
#
# Usage: render-nginx.sh RUN_DIR PORT OUT_DIR. Then: nginx -c OUT_DIR/nginx/nginx.conf. OUT_DIR is absolute; it and RUN_DIR
# are created where they are missing.
set -euo pipefail
run=$1 port=$2 out=$3
cd "$(dirname "$0")/../.."

mkdir -p "$out" "$run/www"
rm -rf "$out/nginx" "$out/rate_limit"
cp -rL nginx rate_limit "$out/" # never a link: the copies are edited
cp nginx/www/* "$run/www/"
sed -i -e "s#/run/sandpool\b#$run#g" -e "s#127\.0\.0\.1:8080#127.0.0.1:$port#" "$out"/nginx/*.conf
if grep -l '/run/sandpool\b' "$out"/nginx/*.conf "$out"/rate_limit/*.conf | grep -q . && [ "$run" != /run/sandpool ]; then
        echo "a path of the shipped configuration was not replaced" >&2
        exit 1
fi
grep -q "listen 127.0.0.1:$port;" "$out/nginx/nginx.conf"
