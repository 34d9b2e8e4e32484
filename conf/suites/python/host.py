"""Holds the program that an exercise's tests are about: runs it, or calls its functions, as the tests say (suite.py).

Commands come as lines of JSON on standard input and are answered on standard output behind a mark that the tests
chose, between what the program itself writes there. The program may interfere with all of this as it likes: it can do
no more than answer, which is what it is for. After it has ended, this process waits, with all that the program made
(its sockets, say) still alive.
"""
import json
import os
import sys
import traceback
import types


def load(source, name):
    with open(source, "rb") as file:
        code = compile(file.read(), source, "exec")
    module = types.ModuleType(name)
    module.__file__ = source
    sys.modules[name] = module
    sys.argv = [source]
    exec(code, module.__dict__)
    return module


def in_words(error):
    text = f"{type(error).__name__}: {error}"
    return text if len(text) <= 500 else text[:500] + "..."


def tell(error):
    """The traceback as the program alone would have ended with it: without this file's part."""
    here = error.__traceback__
    while here is not None and here.tb_frame.f_code.co_filename == __file__:
        here = here.tb_next
    traceback.print_exception(error.with_traceback(here))


class Host:
    def __init__(self, source):
        self.source = source
        self.module = None

    def run(self, command):
        try:
            self.module = load(self.source, "__main__")
        except SystemExit as end:
            if end.code not in (None, 0):
                return {"error": f"exit code {end.code}"}
        return {"value": None}

    def call(self, command):
        if self.module is None:
            self.module = load(self.source, "main")
        function = getattr(self.module, command["call"], None)
        if not callable(function):
            return {"error": f"there is no function {command['call']}()"}
        return {"value": function(*command["args"])}

    def answer(self, command):
        """As JSON: a value that has none is the function's mistake."""
        number = {"id": command["id"]}
        try:
            return json.dumps(number | (self.run(command) if "run" in command else self.call(command)))
        except BaseException as error:
            tell(error)
            return json.dumps(number | {"error": in_words(error)})


def main():
    commands = os.fdopen(os.dup(0), encoding="utf-8")
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    replies = os.dup(1)
    host = Host(sys.argv[1])
    for line in commands:
        command = json.loads(line)
        answer = host.answer(command)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        data = (command["mark"] + answer + "\n").encode()
        while data:
            data = data[os.write(replies, data):]


main()
