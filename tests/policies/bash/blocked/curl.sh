# rule: bash-remote
curl -s http://example.org
