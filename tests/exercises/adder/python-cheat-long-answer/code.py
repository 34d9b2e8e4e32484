import os
import sys


def add(a, b):
    return "x" * 3000000
