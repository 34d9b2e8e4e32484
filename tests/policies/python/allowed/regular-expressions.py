import re

pattern = re.compile(r"(?P<os>\w+)\s+eval\(")
print(pattern.search("linux eval(").group("os"))
