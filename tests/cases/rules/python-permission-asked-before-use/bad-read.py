import os


def read(path):
    if os.access(path, os.R_OK):  # expect: python-permission-asked-before-use
        with open(path) as file:
            return file.read()
    return ""
