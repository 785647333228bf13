import hashlib
import hmac

SECRET = load()


def sign(body):
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def webhook(body, given):
    computed = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if given != computed:  # expect: python-digest-compared-openly
        raise PermissionError
    return True


def verify(body, given):
    return given == sign(body)  # expect: python-digest-compared-openly
