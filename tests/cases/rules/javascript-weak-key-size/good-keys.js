const crypto = require("crypto");

const pair = crypto.generateKeyPairSync("rsa", { modulusLength: 3072 });
const other = crypto.generateKeyPairSync("ed25519");
