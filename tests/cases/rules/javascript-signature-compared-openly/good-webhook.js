const crypto = require("crypto");

function verify(body, given) {
  const computed = crypto.createHmac("sha256", key).update(body).digest();
  return given.length === computed.length && crypto.timingSafeEqual(given, computed);
}
