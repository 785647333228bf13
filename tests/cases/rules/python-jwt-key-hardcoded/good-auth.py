import os

import jwt

KEY = os.environ["JWT_KEY"]


def issue(user):
    return jwt.encode({"sub": user}, KEY, algorithm="HS256")


def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
