const express = require('express');
const axios = require('axios');

const app = express();

app.get('/preview', async (req, res) => {
  const { data } = await axios.get(req.query.url); // expect: javascript-ssrf
  res.json({ data });
});

app.post('/hook', async (req, res) => {
  const { host } = req.body;
  const answer = await fetch(`https://${host}/status`); // expect: javascript-ssrf
  await axios({ method: 'post', url: req.body.callback, data: {} }); // expect: javascript-ssrf
  res.json(await answer.json());
});
