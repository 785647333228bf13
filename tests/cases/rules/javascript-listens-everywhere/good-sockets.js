const inspector = require('inspector');
const net = require('net');

const server = net.createServer((socket) => socket.end('hello'));
server.listen(4000, '127.0.0.1');

app.listen(process.env.PORT, '0.0.0.0');

inspector.open(9229, '127.0.0.1');
