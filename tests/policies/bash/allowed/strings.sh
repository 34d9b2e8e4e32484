echo "curl http://example.org; rm -rf /" 'wget x' $'it\'s rm'
echo "it's" ; echo 'say "rm"'
