import json
import time

time.sleep(0.01)
print(json.dumps({'a': 1}))
