const serialize = require('node-serialize');
const yaml = require('js-yaml');

app.get('/profile', (req, res) => {
  const profile = serialize.unserialize(req.cookies.profile); // expect: javascript-unsafe-deserialisation
  const settings = yaml.unsafeLoad(req.body); // expect: javascript-unsafe-deserialisation
  const other = yaml.load(req.body, { schema: yaml.DEFAULT_FULL_SCHEMA }); // expect: javascript-unsafe-deserialisation
  res.json({ profile, settings, other });
});
