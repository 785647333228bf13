"""Values of a demonstration, and a value that is used again."""

import os

TOKEN = os.environ["TOKEN"]


def show(session, middleware):
    session.use(middleware(refresh_token="demo_refresh_token_12345"))
    assert session.cookies == {"token": "abc123", "Path": "/"}
    return session.get("/me", params={"access_token": TOKEN})


def refresh(client, storage):
    client.notify(progress_token="token123", progress=50.0)
    return storage(access_token="cached", refresh_token="rotated")
