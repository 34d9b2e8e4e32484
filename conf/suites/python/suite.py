"""Has pytest run an exercise's tests beside the program that they test, and tells the service how each of them ended.

It runs in a process and under a user of its own, in a folder that the program can neither read nor write, and so do the
tests; they get at the program through sandpool.py. pytest takes nothing from anywhere else: no settings, plugins or caches.

What this process writes to its standard output is the report, in the lines that fcgi/model/suite_report.h describes.
Collecting tests asks the program nothing, so that they are all known before it can do anything.
"""
import contextlib
import io
import json
import os
import re
import sys

PLACE = os.getcwd()
NAME_MAX, MESSAGE_MAX, COMPARED_MAX = 150, 2000, 1000
# Not the terminal, though nobody sees it: without its options, assertions lose their explanations.
UNUSED = ("cacheprovider", "doctest", "faulthandler", "junitxml", "legacypath", "pastebin", "setuponly", "setupplan", "stepwise")

# From here on what anything prints is no report.
REPORT = os.dup(1)
os.dup2(2, 1)
sys.path.insert(0, PLACE)
os.environ.update(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", TMPDIR=PLACE)

import pytest  # noqa: E402: which looks at the environment
from _pytest.assertion import util  # noqa: E402
import sandpool  # noqa: E402

ENDINGS = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


def tell(**line):
    data = json.dumps(line).encode() + b"\n"
    while data:
        data = data[os.write(REPORT, data):]


def in_characters(text, most):
    """What a program answers may have halves of characters, which no JSON has."""
    return text[:most].encode("utf-8", "replace").decode()


def in_words(error):
    if isinstance(error, pytest.fail.Exception):
        text = str(error.msg)
    elif isinstance(error, AssertionError):
        text = re.sub(r"\n *Use -v to get more diff|, use '?-vv'? to show", "", str(error))
    else:
        text = f"{type(error).__name__}: {error}"
    return text or "it is not as it should be"


def names_of(ids):
    """As pytest calls them, without the file, but for a file itself; names that this makes equal get a number."""
    names = []
    for node in ids:
        name = "".join(c if c.isprintable() else "?" for c in node.partition("::")[2] or node)
        name = name.encode("utf-8", "replace")[:NAME_MAX].decode("utf-8", "ignore")
        names.append(f"{name} ({len(names) + 1})" if name in names else name)
    return names


class Suite:
    """A plugin of pytest."""

    def __init__(self):
        self.names = {}
        self.left_out = {}
        self.problems = []
        self.outcome = None
        self.failed = 0

    @pytest.fixture(scope="session")
    def program(self):
        """The program under test."""
        return sandpool.program

    def pytest_collectreport(self, report):
        if report.failed:
            lines = re.findall(r"^E +(.*)", str(report.longrepr), re.MULTILINE)
            self.problems.append(f"{report.nodeid}: " + ("\n".join(lines) or str(report.longrepr)))
        elif report.skipped:
            self.left_out[report.nodeid] = str(report.longrepr[2]).partition(": ")[2]

    def pytest_collection_finish(self, session):
        names = names_of([*(item.nodeid for item in session.items), *self.left_out])
        self.names = dict(zip(session.items, names))
        if names and not self.problems:
            tell(plan=names)
            self.tell_left_out(names[len(session.items):])

    def tell_left_out(self, names):
        """What is skipped while it is collected has no tests, and is told of as if it were one."""
        for name, reason in zip(names, self.left_out.values()):
            self.failed += 1
            tell(test=name, skipped=True, message=in_characters(f"skipped: {reason}", MESSAGE_MAX))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        result = yield
        if result.failed and "passed" not in self.outcome:
            error = call.excinfo.value if call.excinfo else None
            message = in_words(error) if error else str(result.longrepr)
            self.outcome = {"passed": False, "message": in_characters(message, MESSAGE_MAX)}
        elif hasattr(result, "wasxfail") and not self.outcome:
            self.outcome = {"skipped": True, "message": in_characters(f"expected to fail: {result.wasxfail}", MESSAGE_MAX)}
        elif result.skipped and not self.outcome:
            self.outcome = {"skipped": True, "message": in_characters(f"skipped: {call.excinfo.value}", MESSAGE_MAX)}
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self.outcome = {}
        done = yield
        outcome = self.outcome or {"passed": True}
        self.failed += outcome != {"passed": True}
        tell(test=self.names[item], **outcome)
        return done


def compare_short_values(config, op, left, right, compare=util.assertrepr_compare):
    """Line by line, long values take minutes to compare: an assertion then shows their beginnings alone."""
    try:
        if len(repr(left)) + len(repr(right)) <= COMPARED_MAX:
            return compare(config=config, op=op, left=left, right=right)
    except RecursionError:
        pass
    return None


@contextlib.contextmanager
def silence():
    """What tests start, and they themselves without Python's streams, write for nobody: values of theirs stand in it."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as null:
        os.dup2(null.fileno(), 1)
        os.dup2(null.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def run(files):
    suite = Suite()
    util.assertrepr_compare = compare_short_values
    options = ["-c", "/dev/null", f"--rootdir={PLACE}", f"--confcutdir={PLACE}", f"--basetemp={PLACE}/tmp", "--capture=sys",
               "--tb=no", "--no-header", "--no-summary", "-q"]
    for name in UNUSED:
        options += ["-p", f"no:{name}"]
    options += [f"{PLACE}/{name}" for name in files if name != "conftest.py"]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), silence():
        code = pytest.main(options, plugins=[suite])
    if code == pytest.ExitCode.NO_TESTS_COLLECTED and suite.left_out:
        code = pytest.ExitCode.OK
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        suite.problems.append("there are no tests in " + ", ".join(files))
    elif code not in ENDINGS and not suite.problems:
        suite.problems.append(said.getvalue().strip() or f"pytest ended with code {code}")
    return code, suite


def main():
    code, suite = run(sys.argv[1:])
    if suite.problems:
        tell(broken=in_characters("\n".join(suite.problems), MESSAGE_MAX))
    elif code in ENDINGS:
        output = sandpool.program.output
        for at in range(0, len(output), 4096):
            tell(output=output[at:at + 4096])
        tell(done=True)
    sys.exit(int(code) or suite.failed > 0)


main()
