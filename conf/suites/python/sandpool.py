"""The program that an exercise's tests are about, as its tests see it: `from sandpool import program`, or the fixture
`program`.

    program.start()           run it as a script; it goes on while the tests run
    program.ended(seconds)    how it ended: None while it runs (after waiting so long), else a text for a person
    program.call(name, ...)   call one of its functions with values that JSON knows; what it returns, or ProgramError
    program.output            what it has written to its standard output so far

The program is another process (host.py), of another user, which has neither these files nor this process's descriptors.
"""
import json
import os
import re
import secrets
import select
import threading
import time

FROM_PROGRAM, TO_PROGRAM = 3, 4
OUTPUT_MAX = 64 * 1024
REPLY_MAX = 1024 * 1024


class ProgramError(AssertionError):
    """The program did not do what it was asked."""


class Program:
    """The program under test, at the other end of two pipes. Whatever it sends is taken for values, never for code,
    and every wait has an end. A thread reads all the while, so that a program which prints does not wait for its tests."""

    def __init__(self):
        self._mark = b"\x1e" + secrets.token_hex(16).encode() + b" "
        self._unread = b""
        self._dropping = False
        self._output = bytearray()
        self._replies = {}
        self._asked = 0
        self._run = None
        self._gone = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def __repr__(self):
        return "program"

    @property
    def output(self):
        with self._changed:
            self._read_arrived()
            return self._output.decode("utf-8", "replace")

    def start(self):
        if self._run is None:
            self._run = self._ask({"run": True})

    def ended(self, seconds=0):
        self.start()
        self._await(lambda: self._run in self._replies, seconds)
        reply = self._replies.get(self._run)
        if reply is None:
            return "abruptly" if self._gone else None
        return "with " + reply["error"] if "error" in reply else "without an error"

    def call(self, name, *args, timeout=2):
        number = self._ask({"call": name, "args": args})
        self._await(lambda: number in self._replies, timeout)
        reply = self._replies.pop(number, None)
        if reply is None:
            raise ProgramError(f"{name}(): the program ended itself" if self._gone else
                               f"{name}() did not return within {timeout:g} seconds")
        if "value" not in reply:
            raise ProgramError(f"{name}(): {reply.get('error', 'no answer')}")
        return reply["value"]

    def _ask(self, command):
        self._asked += 1
        command.update(id=self._asked, mark=self._mark.decode())
        data = json.dumps(command).encode() + b"\n"
        deadline = time.monotonic() + 2
        try:
            while data:
                if not select.select([], [TO_PROGRAM], [], max(0, deadline - time.monotonic()))[1]:
                    raise ProgramError("the program does not listen to its tests any more")
                data = data[os.write(TO_PROGRAM, data[:select.PIPE_BUF]):]
        except BrokenPipeError:
            self._gone = True
        return self._asked

    def _await(self, enough, seconds):
        with self._changed:
            self._read_arrived()
            self._changed.wait_for(lambda: self._gone or enough(), seconds)

    def _read(self):
        while not self._gone:
            select.select([FROM_PROGRAM], [], [])
            with self._changed:
                self._read_arrived()

    def _read_arrived(self):
        """Also where a test asks, so that it sees what was printed before, however late the thread is."""
        if self._gone or not select.select([FROM_PROGRAM], [], [], 0)[0]:
            return
        data = os.read(FROM_PROGRAM, 65536)
        self._gone = not data
        self._take(data)
        self._changed.notify_all()

    def _take(self, data):
        if self._dropping:
            _, end, data = data.partition(b"\n")
            self._dropping = not end
        self._unread += data
        while self._mark in self._unread:
            before, _, rest = self._unread.partition(self._mark)
            line, newline, after = rest.partition(b"\n")
            if not newline and len(line) <= REPLY_MAX:
                return
            self._print(before)
            self._reply(line if len(line) <= REPLY_MAX else self._too_long(line))
            self._dropping = not newline
            self._unread = after
        cut = self._unread.rfind(self._mark[:1])
        if cut < 0 or not self._mark.startswith(self._unread[cut:]):
            cut = len(self._unread)
        self._print(self._unread[:cut])
        self._unread = self._unread[cut:]

    def _print(self, data):
        self._output += data[:OUTPUT_MAX - len(self._output)]

    @staticmethod
    def _too_long(line):
        """The reply that stands for it. Its number comes first, if it is as host.py writes it."""
        number = re.match(rb'\{"id": (\d{1,9}),', line)
        return b'{"id": %s, "error": "its answer is longer than 1 MiB"}' % (number[1] if number else b"0")

    def _reply(self, line):
        try:
            reply = json.loads(line)
            number = reply.pop("id")
            if 0 < number <= self._asked:
                self._replies.setdefault(number, reply)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            self._gone = True


program = Program()
