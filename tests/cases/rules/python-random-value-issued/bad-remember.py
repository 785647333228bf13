import base64
import random

from flask import make_response


def remember(user):
    value = str(base64.b64encode(random.randbytes(32)))
    response = make_response("ok")
    response.set_cookie("remember", value, secure=True, httponly=True)  # expect: python-random-value-issued
    return response


def make_key(bits):
    return random.getrandbits(bits).to_bytes(bits // 8, "big").hex()  # expect: python-random-value-issued
