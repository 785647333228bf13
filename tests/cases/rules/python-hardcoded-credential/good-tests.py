"""Values of a demonstration, and a value that is used again."""

import os

TOKEN = os.environ["TOKEN"]


def show(session, middleware):
    session.use(middleware(refresh_token="demo_refresh_token_12345"))
    assert session.cookies == {"token": "abc123", "Path": "/"}
    return session.get("/me", params={"access_token": TOKEN})
