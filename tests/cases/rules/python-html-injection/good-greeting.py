from flask import Flask, jsonify, render_template, request
from markupsafe import Markup, escape

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name", "")
    return f"<h1>Hello {escape(name)}</h1>"


@app.route("/item/<name>")
def item(name):
    return render_template("item.html", name=name)


@app.route("/api")
def api():
    data = request.get_json()
    if not data:
        return {"error": "empty"}, 400
    return jsonify({"name": data["name"]})


@app.route("/count/<int:number>")
def count(number: int):
    total = int(request.args["total"])
    badge = Markup("<b>new</b>")
    return f"<p>{number} of {total} {badge}</p>"
