const csrf = require('csurf');

app.use(session({ secret: process.env.SESSION_SECRET, cookie: { secure: true, sameSite: 'none' } }));
app.use(csrf());
