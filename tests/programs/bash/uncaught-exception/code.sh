# The nearest that Bash has: set -u and an unset variable end the script.
set -eu
echo before
echo "${reason_42}"
echo "not reached"
