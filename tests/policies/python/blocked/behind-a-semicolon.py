# rule: python-process
x = 1; y = 2; import subprocess; subprocess.run(["ls"])
