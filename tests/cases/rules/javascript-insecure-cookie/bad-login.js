const session = require('express-session');

app.use(session({ secret: process.env.SECRET, cookie: { secure: false } })); // expect: javascript-insecure-cookie

app.post('/login', (req, res) => {
  res.cookie('session', req.session.id); // expect: javascript-insecure-cookie
  res.cookie('auth_token', req.token, { maxAge: 3600 }); // expect: javascript-insecure-cookie
  res.cookie('jwt', req.token, { httpOnly: false, secure: true }); // expect: javascript-insecure-cookie
  res.end();
});
