const TYPES = { csv: "text/csv" };

app.get("/download", (req, res) => {
  res.setHeader("Content-Type", "text/csv");
  res.set("X-Page", String(Number(req.query.page)));
  res.set("X-Name", encodeURIComponent(req.query.name));
  cache.set("last", req.query.name);
  res.send(data);
});
