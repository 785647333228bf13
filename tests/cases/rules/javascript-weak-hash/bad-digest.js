const crypto = require('crypto');

const digest = (text) => crypto.createHash('md5').update(text).digest('hex'); // expect: javascript-weak-hash
module.exports = { digest };
