import ast
import re

VERSION_FILE = "version = 1"


def read(text):
    return ast.literal_eval(text)


def load(path, namespace):
    with open(path) as stream:
        exec(compile(stream.read(), path, "exec"), namespace)


def model(network):
    network.eval()
    pattern = re.compile("a+")
    exec(VERSION_FILE)
    return eval("1 + 1"), pattern
