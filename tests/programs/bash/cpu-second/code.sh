x=1
for ((i = 0; i < 250000; i++)); do
        ((x = (x * 1103515245 + 12345) & 0x7FFFFFFF))
done
echo "$x"
