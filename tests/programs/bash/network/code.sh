reached=0
for target in "$@"; do
        timeout 0.2 bash -c "exec 3<>/dev/tcp/${target/:/\/}" 2>/dev/null && reached=$((reached + 1))
done
names=$(getent hosts debian.org | wc -l)
echo "$# tried, $reached reached, $names names"
