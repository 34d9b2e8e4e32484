print "0123456789abcdef" x 65536;
