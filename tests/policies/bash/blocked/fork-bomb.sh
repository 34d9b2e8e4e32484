# rule: bash-fork-bomb
:(){ :|:& };:
