def login(response, value):
    response.set_cookie("session_id", value)  # expect: python-insecure-cookie
    response.set_cookie("theme", "dark", httponly=False)  # expect: python-insecure-cookie
    response.set_cookie("auth_token", value, httponly=True)  # expect: python-insecure-cookie
    return response
