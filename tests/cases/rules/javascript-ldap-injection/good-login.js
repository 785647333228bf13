const ldap = require("ldapjs");

const client = ldap.createClient({ url: "ldaps://directory.internal" });

app.post("/login", (req, res) => {
  const filter = new ldap.EqualityFilter({ attribute: "uid", value: req.body.name });
  client.search("dc=example", { filter: "(uid=*)", scope: "sub" }, done);
  client.search("dc=example", { filter: `(uid=${escapeFilter(req.body.name)})` }, done);
});
