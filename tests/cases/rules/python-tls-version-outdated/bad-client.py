import socket
import ssl

from OpenSSL import SSL


def connect(host):
    sock = ssl.wrap_socket(socket.socket())  # expect: python-tls-version-outdated
    old = ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # expect: python-tls-version-outdated
    old.minimum_version = ssl.TLSVersion.TLSv1_1  # expect: python-tls-version-outdated
    other = SSL.Context(SSL.SSLv3_METHOD)  # expect: python-tls-version-outdated
    return sock, old, other
