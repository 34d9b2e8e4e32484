# rule: bash-remote
cat <<EOF
nothing
EOF
LANG=C curl http://example.org
