import jwt


def user(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]  # expect: python-jwt-unverified


def other(token, key):
    return jwt.decode(token, key, algorithms=["HS256", "none"])  # expect: python-jwt-unverified


def issue():
    return jwt.encode({"sub": "a"}, None, algorithm="none")  # expect: python-jwt-unverified
