import jwt


def login(user, key, soon, base):
    first = jwt.encode({"sub": user.id, "exp": soon}, key, algorithm="HS256")
    claims = {"sub": user.id}
    claims["exp"] = soon
    second = jwt.encode(claims, key, algorithm="HS256")
    return first, second, jwt.encode({**base, "sub": user.id}, key), jwt.encode(base, key)
