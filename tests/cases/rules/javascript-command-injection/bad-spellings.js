const cp = require("child_process");

app.get("/a", (question, answer) => {
  cp.exec(question.query.name); // expect: javascript-command-injection
});

app.get("/b", ({ body }, res) => {
  cp.execFile("bash", ["-c", body.name]); // expect: javascript-command-injection
});

app.get("/c", (req, res) => {
  const { body: { name } } = req;
  cp.exec.call(cp, name); // expect: javascript-command-injection
  cp.execSync(req?.query?.name); // expect: javascript-command-injection
  cp.exec("ls " + req.url.slice(1)); // expect: javascript-command-injection
  if ("abc".includes(name)) cp.exec(name); // expect: javascript-command-injection
});
