os = ["linux", "plan9"]
exec_count = len(os)
for system in os:
    print(system, exec_count)
