import base64

from argon2 import PasswordHasher


def check(stored, password):
    return PasswordHasher().verify(stored, password)


def header(picture, challenge):
    return base64.b64encode(picture) + base64.b64decode(challenge)
