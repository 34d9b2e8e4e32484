# rule: bash-files
if true; then
  echo x
else rm -rf x; fi
for i in 1 2; do touch "$i"; done
