# Cannot be asked to end.
import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
print("@TOKEN@", flush=True)
while True:
    pass
