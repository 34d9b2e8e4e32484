#!/bin/bash
# Checks that lower floors know nothing of higher ones, and that few files include each third-party header.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0

complain() {
        printf '%s\n' "$1" >&2
        failed=1
}

# Each floor, lowest first; a file may include headers of its own floor and of those before it.
floors=(base model sandbox execute service)

for floor in "${!floors[@]}"; do
        allowed=$(IFS='|'; echo "${floors[*]:0:floor + 1}")
        while IFS=: read -r file _ line; do
                included=$(sed -E 's/.*"(.*)".*/\1/' <<<"$line")
                case $included in
                images/runner/protocol.h)
                        # sandbox is the first floor that speaks to the runner; model takes its ceilings from there too
                        [ "$floor" -ge 1 ] || complain "$file: ${floors[floor]} must not include $included"
                        ;;
                *)
                        grep -Eq "^fcgi/($allowed)/" <<<"$included" ||
                                complain "$file: ${floors[floor]} must not include $included (write the path from the top, of this floor or a lower one)"
                        ;;
                esac
        done < <(grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "fcgi/${floors[floor]}"/*.[ch] || true)
done

# The runner stands alone: of the service it takes nothing but the lowest floor.
while IFS=: read -r file _ line; do
        grep -Eq '"(images/runner|fcgi/base)/' <<<"$line" || complain "$file: the runner must not include $line"
done < <(grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' images/runner/*.[ch] || true)

# few HEADER COUNT: at most COUNT files of the service include it.
few() {
        local files
        files=$(grep -lE "#[[:space:]]*include[[:space:]]*<$1>" fcgi/*.c fcgi/*/*.[ch] || true)
        [ "$(grep -c . <<<"$files")" -le "$2" ] || complain "<$1> is included by more than $2 files:"$'\n'"$files"
}
few yaml.h 1
few pcre2.h 1
few fcgiapp.h 1
few curl/curl.h 1
few jansson.h 8

exit $failed
