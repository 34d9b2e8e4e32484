rm=1
curl="x"
git_branch=main
echo "$rm" "$curl" "${git_branch#m}" --rm host=x
for host in a b; do echo "$host"; done
