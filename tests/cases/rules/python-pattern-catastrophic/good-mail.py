import re

NAME = re.compile(r"^[a-z]+$")


def valid(text):
    return re.match(r"([a-z]+\.)+[a-z]+", text), re.match("(a+)b", text)
