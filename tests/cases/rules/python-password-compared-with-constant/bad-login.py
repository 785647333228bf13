from flask import abort, request


def login(user):
    password = request.form["password"]
    if password == "myPa55word":  # expect: python-password-compared-with-constant
        return True
    if request.headers.get("api_key", "") == "k7f3-99aa-41c2":  # expect: python-password-compared-with-constant
        return True
    return user.password == "letmein2024"  # expect: python-password-compared-with-constant
