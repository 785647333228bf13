import jwt


def login(user, key):
    first = jwt.encode({"sub": user.id}, key, algorithm="HS256")  # expect: python-token-without-end
    claims = {"sub": user.id, "role": "user"}
    return first, jwt.encode(claims, key, algorithm="HS256")  # expect: python-token-without-end
