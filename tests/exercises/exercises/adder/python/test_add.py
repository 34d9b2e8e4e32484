import unittest

from sandpool import program


class Add(unittest.TestCase):
    def test_1_small(self):
        """adds small numbers"""
        self.assertEqual(program.call("add", 1, 2), 3)

    def test_2_large(self):
        """adds large numbers"""
        self.assertEqual(program.call("add", 2**70, 1), 2**70 + 1)


def test_words():
    """adds words"""
    assert program.call("add", "a", "b") == "ab", "a and b are ab"
