import socket
import ssl

from OpenSSL import SSL


def connect(host):
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    other = SSL.Context(SSL.TLS_METHOD)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    return context.wrap_socket(socket.socket(), server_hostname=host), other, server
