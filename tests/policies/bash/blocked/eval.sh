# rule: bash-eval
command='echo x'
eval "$command"
