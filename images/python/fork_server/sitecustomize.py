"""Python as a fork server: images/runner/fork_server.c tells how it works and what it relies on.

Python imports a module of this name at the end of its own start, before it looks at the program (site, PEP 370). It is found
only when PYTHONPATH names this folder, which a fork server alone is started with. Here it waits; every process forked from it
returns from here as if nothing had been, and Python goes on to read and run the program.
"""

import gc
import os
import site
import sys

import _socket

LINE = 3  # the socket to the runner
ORDER_MAX = 16384
DESCRIPTORS = 4  # stdin, stdout, stderr, and the program's own line to the runner
YES = b"y"


def receive(line):
    """One order: its bytes and its descriptors."""
    order, control, _, _ = line.recvmsg(ORDER_MAX, _socket.CMSG_SPACE(4 * DESCRIPTORS))
    if not order:  # the runner is gone
        os._exit(0)
    numbers = control[0][2]
    return order, [int.from_bytes(numbers[i : i + 4], sys.byteorder) for i in range(0, 4 * DESCRIPTORS, 4)]


def become(order, descriptors):
    """From root with two capabilities to nobody with none. All capabilities go when no id is 0 any more (capabilities(7))."""
    uid = int.from_bytes(order[:4], "little")
    directory, *variables = order[4:-1].split(b"\0")
    os.setsid()
    for number in range(3):
        os.dup2(descriptors[number], number)
    os.closerange(LINE, descriptors[3])
    os.dup2(descriptors[3], LINE, inheritable=False)
    os.closerange(LINE + 1, max(descriptors) + 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.chdir(directory)
    os.environb.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    os.write(LINE, YES)
    if os.read(LINE, 1) != YES:
        os._exit(70)
    os.close(LINE)


def tidy():
    """What is different from a start of its own: this module is an empty one, and the user's packages come last."""
    folder = os.path.dirname(__file__)
    sys.path[:] = [path for path in sys.path if path != folder]
    sys.path_importer_cache.pop(folder, None)
    for name in ("_socket", "gc"):
        sys.modules.pop(name)
    sys.modules[__name__] = type(sys)(__name__)
    site.addusersitepackages(set())


def fork(line):
    """Forks a program as the runner's child. Returns in it alone."""
    order, descriptors = receive(line)
    between = os.fork()
    if not between:
        try:
            if os.fork():
                os._exit(0)
            line.detach()
            become(order, descriptors)
        except BaseException:
            os._exit(70)
        return True
    status = os.waitpid(between, 0)[1]
    for descriptor in descriptors:
        os.close(descriptor)
    line.send(b"n" if status else YES)
    return False


def serve():
    line = _socket.socket(fileno=LINE)
    gc.freeze()  # what is there now is nobody's garbage: looking at it would copy it in every program
    line.send(YES)
    while not fork(line):
        pass


try:
    serve()
except BaseException:  # never on to the program with the server's rights
    os._exit(70)
tidy()
