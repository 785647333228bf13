import hashlib
import hmac

SECRET = load()


def webhook(body, given):
    computed = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given, computed):
        raise PermissionError
    return len(computed) == 64


def same_file(first, second):
    return hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
