io.write(string.rep("0123456789abcdef", 65536))
