import socket
from http.server import HTTPServer

sock = socket.socket()
sock.bind(("0.0.0.0", 9000))  # expect: python-listens-everywhere
server = HTTPServer(("", 8000), Handler)  # expect: python-listens-everywhere
