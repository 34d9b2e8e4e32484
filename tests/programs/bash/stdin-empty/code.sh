text=$(cat)
echo "${#text} bytes"
