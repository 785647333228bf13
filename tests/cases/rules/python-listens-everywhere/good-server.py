import socket
from http.server import HTTPServer

sock = socket.socket()
sock.bind(("127.0.0.1", 9000))
server = HTTPServer(("localhost", 8000), Handler)
