import base64


def check(stored, password):
    return base64.b64decode(stored) == password  # expect: python-password-only-encoded


def store(db, user, password):
    db.save(user, base64.b64encode(password.encode()))  # expect: python-password-only-encoded
