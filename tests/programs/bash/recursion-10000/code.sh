# Bash looks each variable up through every level, so that 10,000 at once take it 15 seconds and more stack than there is:
# they are five times 2,000.
down() {
        if ((depth < $1)); then
                depth=$((depth + 1))
                down "$1"
        fi
}

for i in {1..5}; do
        depth=0
        down 2000
        total=$((total + depth))
done
echo "$total"
