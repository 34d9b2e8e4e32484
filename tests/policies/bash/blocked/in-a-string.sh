# rule: bash-remote
echo "it is $(curl -s http://example.org) there"
