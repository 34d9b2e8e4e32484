printf '0123456789abcdef%.0s' {1..65536}
