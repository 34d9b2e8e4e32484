# Has its error shown, which is what it wrote to stderr.
import sys

print("@TOKEN@", flush=True)
sys.exit("@TOKEN@\n" * 100)
