printf -v kept '%*s' 1099511627776 x
