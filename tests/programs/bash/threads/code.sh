# Jobs in the background are what Bash has for threads.
for i in {0..7}; do
        (exit "$i") &
        jobs+=($!)
done
sum=0
for job in "${jobs[@]}"; do
        wait "$job"
        sum=$((sum + $?))
done
echo "$sum"
