printf -v line '%01000d' 0
while :; do
        echo "$line"
done
