const dgram = require('dgram');

const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });
socket.bind(5353, () => {
  socket.addMembership('224.0.0.251');
});
