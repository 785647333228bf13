from pydantic import BaseModel, Field


class User(BaseModel):
    name: str = Field(..., min_length=4)
    password: str = Field(..., min_length=12)


def register(password, name):
    if len(password) < 12 or len(name) < 3 or len(password) < 1:
        raise ValueError
