import re

NAME = re.compile(r"^([a-z]+)+$")  # expect: python-pattern-catastrophic


def valid(text):
    return re.match("(.*)*@example", text)  # expect: python-pattern-catastrophic
