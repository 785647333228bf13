from flask import Flask, request
from lxml import etree

app = Flask(__name__)
tree = etree.parse("users.xml")


@app.route("/login", methods=["POST"])
def login():
    found = tree.xpath("//user[name=$name]", name=request.form["name"])
    number = int(request.form["id"])
    return {"found": len(found), "text": request.form["text"].find("a"), "n": tree.xpath(f"//user[{number}]")}
