# rule: python-process
import os

run = lambda command: os . system(command)
run("id")
