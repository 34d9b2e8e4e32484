print("before")
os.execute("sleep 1000")
