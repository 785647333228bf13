const crypto = require('crypto');

const first = crypto.createCipher('aes-256-cbc', process.env.KEY); // expect: javascript-weak-cipher
const second = crypto.createCipheriv('des-ede3-cbc', key, iv); // expect: javascript-weak-cipher
const third = crypto.createCipheriv('aes-256-ecb', key, null); // expect: javascript-weak-cipher
const fourth = crypto.createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 0)); // expect: javascript-weak-cipher
const fifth = crypto.createCipheriv('aes-256-cbc', key, '1234567890123456'); // expect: javascript-weak-cipher
