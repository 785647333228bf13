app.get("/download", (req, res) => {
  res.setHeader("Content-Type", req.query.type); // expect: javascript-header-from-request
  res.set("X-Name", req.query.name); // expect: javascript-header-from-request
  res.send(data);
});
