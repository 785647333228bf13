const jwt = require('jsonwebtoken');
const session = require('express-session');

const JWT_SECRET = 'supersecret';

app.use(session({ secret: 'keyboard cat', resave: false })); // expect: javascript-hardcoded-signing-key

app.post('/login', (req, res) => {
  const token = jwt.sign({ id: req.user.id }, JWT_SECRET, { expiresIn: '1h' }); // expect: javascript-hardcoded-signing-key
  res.json({ token });
});
