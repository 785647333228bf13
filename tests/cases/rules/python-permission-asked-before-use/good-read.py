import os


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def executable(path):
    return os.access(path, os.X_OK)
