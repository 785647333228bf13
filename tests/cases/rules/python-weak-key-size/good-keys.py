from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa


def keys(bits):
    return (
        rsa.generate_private_key(public_exponent=65537, key_size=3072),
        RSA.generate(2048),
        RSA.generate(bits),
        ed25519.Ed25519PrivateKey.generate(),
    )
