import re

from flask import request


def trusted(url):
    return url.endswith("example.com/")  # expect: python-host-checked-by-text


def known(target_url):
    if "example.com" in target_url:  # expect: python-host-checked-by-text
        return True
    return target_url.startswith("https://example.com")  # expect: python-host-checked-by-text


PATTERN = re.compile("(www|beta).example.com/")  # expect: python-host-checked-by-text
