data='{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}'
sum=$(jq '.numbers | add' <<<"$data")
name=$(jq .name <<<"$data")
echo "{\"sum\": $sum, \"name\": $name}"
[[ zoë@example.org =~ ^([[:alpha:]]+)@([a-z]+)\.org$ ]] && echo "${BASH_REMATCH[2]} has ${BASH_REMATCH[1]}"
