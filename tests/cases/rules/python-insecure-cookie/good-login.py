def login(response, value, options):
    response.set_cookie("session_id", value, secure=True, httponly=True, samesite="Lax")
    response.set_cookie("theme", "dark")
    response.set_cookie("session_id", value, **options)
    return response
