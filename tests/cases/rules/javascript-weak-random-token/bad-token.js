function generateToken() {
  return Math.random().toString(36).slice(2); // expect: javascript-weak-random-token
}

const otp = Math.floor(100000 + Math.random() * 900000); // expect: javascript-weak-random-token
const user = { name: 'a', resetToken: Math.random().toString(36) }; // expect: javascript-weak-random-token

module.exports = { generateToken, otp, user };
