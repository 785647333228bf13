import jwt


def user(token, key):
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="api")
    return claims, jwt.encode({"sub": "a"}, key, algorithm="RS256"), jwt.get_unverified_header(token)


def by_issuer(token, keys):
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    return jwt.decode(token, keys[issuer], algorithms=["RS256"])
