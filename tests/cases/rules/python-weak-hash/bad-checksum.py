import hashlib


def checksum(data):
    return hashlib.md5(data).hexdigest(), hashlib.new("sha1", data).digest()  # expect: python-weak-hash
