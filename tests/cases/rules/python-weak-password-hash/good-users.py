import hashlib
import os

import bcrypt


def register(password, document):
    salt = os.urandom(16)
    first = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
    second = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    third = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
    return first, second, third, hashlib.sha256(document).hexdigest()
