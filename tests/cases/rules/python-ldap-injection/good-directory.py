import re

import ldap
from flask import Flask, request
from ldap.filter import escape_filter_chars

app = Flask(__name__)


@app.route("/find")
def find():
    name = escape_filter_chars(request.args["name"])
    connection = ldap.initialize("ldap://directory.example.com")
    re.search("a", request.args["name"])
    return {"found": connection.search_s("dc=example,dc=com", ldap.SCOPE_SUBTREE, f"(uid={name})")}
