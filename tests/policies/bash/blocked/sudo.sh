# rule: bash-privileges
sudo cat /x
