# rule: bash-remote
cat <<EOF
$(curl -s http://example.org)
EOF
