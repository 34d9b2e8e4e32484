# rule: bash-remote
address=$(curl)
