from flask import Flask, request
from lxml import etree

app = Flask(__name__)
tree = etree.parse("users.xml")


@app.route("/login", methods=["POST"])
def login():
    name = request.form["name"]
    query = f"//user[name='{name}']"
    found = tree.xpath(query)  # expect: python-xpath-injection
    return {"found": len(found), "one": tree.findtext("./user[@id='" + name + "']")}  # expect: python-xpath-injection
