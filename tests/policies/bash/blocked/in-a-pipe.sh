# rule: bash-remote
echo x | /usr/bin/wget -q -O - http://example.org
