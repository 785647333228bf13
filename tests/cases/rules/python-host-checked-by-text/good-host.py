import re
from urllib.parse import urlsplit

PATTERN = re.compile(r"^https://(www|beta)\.example\.com/")


def trusted(url):
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.hostname in {"example.com", "www.example.com"}


def page(url, name):
    return url.endswith(".html") or url.startswith("https://example.com/") or name.endswith("example.com")
