const libxmljs = require('libxmljs');

app.post('/import', (req, res) => {
  const document = libxmljs.parseXml(req.body, { noent: true, dtdload: true }); // expect: javascript-xxe
  res.json({ root: document.root().name() });
});
