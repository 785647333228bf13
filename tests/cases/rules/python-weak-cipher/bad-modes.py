from Crypto.Cipher import AES, DES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def encrypt(key, data):
    first = DES.new(key, DES.MODE_CBC).encrypt(data)  # expect: python-weak-cipher
    second = AES.new(key, AES.MODE_ECB).encrypt(data)  # expect: python-weak-cipher
    third = AES.new(key, AES.MODE_CBC, b"0000000000000000").encrypt(data)  # expect: python-weak-cipher
    fourth = Cipher(algorithms.AES(key), modes.ECB())  # expect: python-weak-cipher
    return first, second, third, fourth
