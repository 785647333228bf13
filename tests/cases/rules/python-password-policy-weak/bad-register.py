from pydantic import BaseModel, Field


class User(BaseModel):
    password: str = Field(..., min_length=4)  # expect: python-password-policy-weak


def register(password):
    if len(password) < 6:  # expect: python-password-policy-weak
        raise ValueError
