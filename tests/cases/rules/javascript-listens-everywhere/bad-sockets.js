const dgram = require('dgram');
const inspector = require('inspector');
const net = require('net');

const server = net.createServer((socket) => socket.pipe(shell.stdin));
server.listen(4000, '0.0.0.0'); // expect: javascript-listens-everywhere

const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true }); // expect: javascript-listens-everywhere
socket.bind(9000);

inspector.open(9229, '0.0.0.0'); // expect: javascript-listens-everywhere
