function allowCors(req, res, next) {
  const origin = req.headers.origin || '';
  if (origin.endsWith('example.com')) { // expect: javascript-host-checked-by-text
    res.setHeader('Access-Control-Allow-Origin', origin);
  }
  next();
}

app.get('/leave', (req, res) => {
  const redirectUrl = String(req.query.to);
  if (!redirectUrl.startsWith('https://example.com')) { // expect: javascript-host-checked-by-text
    return res.status(400).end();
  }
  res.redirect(redirectUrl);
});

window.addEventListener('message', (event) => {
  if (event.origin.includes('example.com')) { // expect: javascript-host-checked-by-text
    accept(event.data);
  }
});
