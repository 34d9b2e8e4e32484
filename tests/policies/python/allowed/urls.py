from urllib.parse import urlparse, quote
import urllib.error

print(urlparse("https://example.org:8080/path?os=eval(1)").port, quote("a b"), urllib.error.URLError)
