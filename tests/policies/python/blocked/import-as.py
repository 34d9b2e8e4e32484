# rule: python-os
import json as j, os as o

print(j.dumps(o.environ.get("HOME")))
