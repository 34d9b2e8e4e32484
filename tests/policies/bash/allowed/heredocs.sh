cat <<'EOF'
$(curl x) `rm -rf /`
EOF
cat <<-END
	curl http://example.org
	rm -rf /
	END
