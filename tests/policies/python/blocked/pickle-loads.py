# rule: python-pickle
import base64
import pickle

print(pickle.loads(base64.b64decode(input())))
