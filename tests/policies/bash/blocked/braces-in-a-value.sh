# rule: bash-files
A={{{{{{{{{{{{{{{{{{{{x rm -rf /
