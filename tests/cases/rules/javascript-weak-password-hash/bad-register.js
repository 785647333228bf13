const crypto = require('crypto');
const md5 = require('md5');

function register(user) {
  const first = crypto.createHash('sha256').update(user.password).digest('hex'); // expect: javascript-weak-password-hash
  const salted = user.password + user.salt;
  const second = crypto.createHash('md5').update(salted).digest('hex'); // expect: javascript-weak-password-hash
  return [first, second, md5(user.password)]; // expect: javascript-weak-password-hash
}

module.exports = { register };
