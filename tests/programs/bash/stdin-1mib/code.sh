mapfile lines
printf -v text %s "${lines[@]}"
echo "${#text} bytes, ${#lines[@]} lines"
