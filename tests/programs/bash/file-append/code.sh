echo "first Ä" >notes.txt
echo second >>notes.txt
cat notes.txt
