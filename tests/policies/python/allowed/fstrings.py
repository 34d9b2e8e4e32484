width, os = 8, "plan9"
print(f"{os!r:>{width}} {{eval(1)}} {3.14159:.2f} {255:#06x} import os")
print(f"""
import os
{os.upper()} open("x")
""")
