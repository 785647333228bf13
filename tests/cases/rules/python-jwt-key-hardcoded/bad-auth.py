import jwt

KEY = "shop-signing-key"


def issue(user):
    return jwt.encode({"sub": user}, KEY, algorithm="HS256")  # expect: python-jwt-key-hardcoded


def read(token):
    return jwt.decode(token, "secret", algorithms=["HS256"])  # expect: python-jwt-key-hardcoded
