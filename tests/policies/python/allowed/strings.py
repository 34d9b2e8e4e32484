print("import os", 'from os import path', "eval(", '''
import subprocess
subprocess.run("ls")
''')
print(r"\" import os", b"open('x')", "it's", 'say "exec(1)"')
