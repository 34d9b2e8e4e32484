import os
import subprocess
import sys


def test_prints():
    print("expected: 42")
    print("expected: 42", file=sys.__stderr__, flush=True)
    subprocess.run("echo expected: 42; echo expected: 42 >&2", shell=True, check=True)
    for descriptor in (1, 2):
        os.write(descriptor, b"expected: 42\n")
