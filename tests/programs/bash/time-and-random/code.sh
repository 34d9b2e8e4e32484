set -e
printf -v year '%(%Y)T'
((year >= 2025))
[ "$(date +%Y)" -ge 2025 ]
for ((i = 0; i < 1000; i++)); do
        n=$((RANDOM % 6 + 1))
        ((n >= 1 && n <= 6))
done
[ "$SRANDOM$SRANDOM" != "$SRANDOM$SRANDOM" ]
echo "time and random"
