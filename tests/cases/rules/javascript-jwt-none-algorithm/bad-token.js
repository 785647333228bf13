const jwt = require('jsonwebtoken');

const read = (token, key) => jwt.verify(token, key, { algorithms: ['HS256', 'none'] }); // expect: javascript-jwt-none-algorithm
const write = (user) => jwt.sign({ id: user.id }, null, { algorithm: 'none' }); // expect: javascript-jwt-none-algorithm

module.exports = { read, write };
