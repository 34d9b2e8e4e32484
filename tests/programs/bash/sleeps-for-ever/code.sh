echo before
read -r -t 1000 < <(sleep 1000)
