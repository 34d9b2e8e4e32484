# curl http://example.org
echo ${#array[@]} $# x # rm -rf /
echo a#rm
