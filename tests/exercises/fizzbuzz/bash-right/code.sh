read -r n
for ((i = 1; i <= n; i++)); do
    word=
    ((i % 3)) || word=Fizz
    ((i % 5)) || word+=Buzz
    echo "${word:-$i}"
done
