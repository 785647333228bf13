app.post("/chat", async (req, res) => {
  const messages = [
    { role: "system", content: "Be kind." },
    { role: "user", content: req.body.question },
  ];
  res.json(await client.chat.completions.create({ model, messages }));
});
