import paramiko
from Crypto.PublicKey import DSA, RSA
from cryptography.hazmat.primitives.asymmetric import rsa


def keys():
    first = DSA.generate(1024)  # expect: python-weak-key-size
    second = RSA.generate(bits := 1024)
    third = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # expect: python-weak-key-size
    fourth = paramiko.RSAKey.generate(1024)  # expect: python-weak-key-size
    return first, second, third, fourth
