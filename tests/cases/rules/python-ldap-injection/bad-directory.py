import ldap
from flask import Flask, request

app = Flask(__name__)


@app.route("/find")
def find():
    name = request.args["name"]
    connection = ldap.initialize("ldap://directory.example.com")
    search = f"(&(objectClass=person)(uid={name}))"
    return {"found": connection.search_s("dc=example,dc=com", ldap.SCOPE_SUBTREE, search)}  # expect: python-ldap-injection
