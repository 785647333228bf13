import random
import secrets


def generate_otp():
    return str(secrets.randbelow(10**6)).zfill(6)


def roll():
    return random.randint(1, 6)


def shuffle(cards, tokens):
    random.shuffle(cards)
    delay = random.uniform(0.1, 0.5)
    token_count = random.randint(1, 5)
    sample = random.choice(tokens)
    password = secrets.token_urlsafe(16)
    return cards, delay, token_count, sample, password
