import tempfile


def report(text):
    path = tempfile.mktemp(suffix=".txt")  # expect: python-temporary-name
    with open(path, "w") as stream:
        stream.write(text)
    return path
