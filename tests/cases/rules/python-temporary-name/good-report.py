import tempfile


def report(text):
    with tempfile.NamedTemporaryFile("w", delete=False) as stream:
        stream.write(text)
    return stream.name
