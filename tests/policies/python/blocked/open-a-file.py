# rule: python-open
with open("/etc/passwd") as file:
    for line in file:
        print(line.strip())
