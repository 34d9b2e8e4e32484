-- rule: lua-process
os.execute("ls")
