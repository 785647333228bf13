app.post("/chat", async (req, res) => {
  const messages = [{ role: "system", content: "Be " + req.body.tone }]; // expect: javascript-prompt-from-request
  res.json(await client.chat.completions.create({ model, messages }));
});
