import sys

sys.stdout.buffer.write(b"a\xffb\x00\xed\xa0\x80\xc3")
