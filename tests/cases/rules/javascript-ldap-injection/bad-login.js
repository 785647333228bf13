const ldap = require("ldapjs");

const client = ldap.createClient({ url: "ldaps://directory.internal" });

app.post("/login", (req, res) => {
  client.search("dc=example", { filter: `(uid=${req.body.name})`, scope: "sub" }, done); // expect: javascript-ldap-injection
});
