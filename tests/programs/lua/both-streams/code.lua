print("to stdout")
io.stderr:write("to stderr\n")
