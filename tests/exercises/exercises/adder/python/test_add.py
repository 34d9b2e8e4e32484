import unittest

import pytest

from sandpool import program


class TestAdd:
    @pytest.mark.parametrize("a, b, total", [(1, 2, 3), (2**70, 1, 2**70 + 1)], ids=["small", "large"])
    def test_numbers(self, program, a, b, total):
        assert program.call("add", a, b) == total


class Words(unittest.TestCase):
    def test_words(self):
        self.assertEqual(program.call("add", "a", "b"), "ab", "a and b are ab")
