import os

from Crypto.Cipher import AES
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa


def encrypt(key, data):
    first = Fernet(key).encrypt(data)
    second = AES.new(key, AES.MODE_GCM, nonce=os.urandom(12)).encrypt(data)
    return first, second, rsa.generate_private_key(public_exponent=65537, key_size=3072)
