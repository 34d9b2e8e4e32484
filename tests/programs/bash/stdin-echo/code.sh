# The last line has no end: read fails for it, and has read it.
while IFS= read -r line; do
        printf '%s\n' "$line"
done
printf %s "$line"
