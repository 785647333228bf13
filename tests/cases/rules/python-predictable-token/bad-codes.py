import random
import string


def generate_otp():
    return str(random.randint(100000, 999999))  # expect: python-predictable-token


def register(user):
    password = "".join(random.choice(string.ascii_letters) for _ in range(10))  # expect: python-predictable-token
    user.reset_token = "%032x" % random.getrandbits(128)  # expect: python-predictable-token
    session_id = random.random()  # expect: python-predictable-token
    return password, session_id


def make_password(length):
    letters = string.ascii_letters
    return "".join(random.choices(letters, k=length))  # expect: python-predictable-token
