# rule: python-remote
import requests

print(requests.get("http://example.org").status_code)
