import json
import re

data = json.loads('{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}')
print(json.dumps({"sum": sum(data["numbers"]), "name": data["name"]}, ensure_ascii=False))
print(re.sub(r"(\w+)@(\w+)\.org", r"\2 has \1", "zoë@example.org"))
