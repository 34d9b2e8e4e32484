import os

status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
ids = {*os.getresuid(), *os.getresgid(), *os.getgroups()}
assert min(ids) >= 0x50000000, ids
assert all(int(status[key], 16) == 0 for key in ("CapInh", "CapPrm", "CapEff", "CapAmb")), status
for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.kill(1, 0), lambda: os.listdir("/proc/1/fd")):
    try:
        attempt()
        raise AssertionError("it worked")
    except PermissionError:
        pass
assert status["NoNewPrivs"] == "1"
print(f"unprivileged, no capabilities, no_new_privs, seccomp {status['Seccomp']}")
