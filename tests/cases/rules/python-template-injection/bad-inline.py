from flask import Flask, render_template_string, request
from jinja2 import Environment, Template

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name")
    return render_template_string(f"<h1>Hello {name}</h1>")  # expect: python-template-injection


@app.route("/card", methods=["POST"])
def card():
    body = request.get_json()
    first = Template("Dear " + body["name"]).render()  # expect: python-template-injection
    second = Environment().from_string(body["text"]).render()  # expect: python-template-injection
    return {"cards": [first, second]}
