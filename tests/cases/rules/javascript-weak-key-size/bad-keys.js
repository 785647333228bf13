const crypto = require("crypto");

const pair = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }); // expect: javascript-weak-key-size
