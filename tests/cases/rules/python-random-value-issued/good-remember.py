import random
import secrets

from flask import make_response

THEMES = ["light", "dark"]


def remember(user):
    response = make_response("ok")
    response.set_cookie("remember", secrets.token_urlsafe(32), secure=True, httponly=True)
    response.set_cookie("lucky", str(random.SystemRandom().randint(1, 6)), secure=True, httponly=True)
    response.set_cookie("theme", THEMES[random.randrange(2)], secure=True, httponly=True)
    return response
