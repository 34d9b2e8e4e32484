os.execute("kill -SEGV $PPID")
os.execute("sleep 10")
