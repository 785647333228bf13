import hmac
import os

from flask import request


def login(user, hasher, kind):
    password = request.form["password"]
    if password == "":
        return False
    if user.password == "default":
        return False
    if kind == "password":
        return hasher.verify(user.password_hash, password)
    return hmac.compare_digest(request.headers["token"], os.environ["API_TOKEN"])
