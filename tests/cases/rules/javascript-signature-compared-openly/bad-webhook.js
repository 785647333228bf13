const crypto = require("crypto");

function verify(body, given) {
  const computed = crypto.createHmac("sha256", key).update(body).digest("hex");
  return given === computed; // expect: javascript-signature-compared-openly
}
