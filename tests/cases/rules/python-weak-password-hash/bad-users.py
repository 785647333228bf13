import hashlib


def register(name, password):
    digest = hashlib.md5(password.encode()).hexdigest()  # expect: python-weak-password-hash
    salted = hashlib.sha256((name + password).encode()).hexdigest()  # expect: python-weak-password-hash
    return digest, salted


def check(user_password):
    return hashlib.new("sha1", user_password.encode("utf-8")).digest()  # expect: python-weak-password-hash
