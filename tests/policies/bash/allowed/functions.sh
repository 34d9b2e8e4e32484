install_all() { echo "$1"; }
find_first() { printf '%s\n' "$@"; }
remove() { local kill=1; echo $kill; }
install_all x; find_first y; remove
while read -r line; do echo "${line^^}"; done
case $1 in
rm) echo "rm" ;;
*) echo "none" ;;
esac
