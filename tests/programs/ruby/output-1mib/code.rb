print "0123456789abcdef" * 65536
