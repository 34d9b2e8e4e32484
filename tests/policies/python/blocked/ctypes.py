# rule: python-native
from ctypes import CDLL

CDLL(None).printf(b"native\n")
