n=3
x=$((1 << n))
y=$(( n > 2 ? 1 : 0 ))
if (( x > y )) && [[ "b" > "a" ]]; then echo "$x" "$y" >&2 2>/dev/null; fi
