from flask import Flask, render_template, render_template_string, request
from jinja2 import Template

app = Flask(__name__)
CARD = Template("Dear {{ name }}", autoescape=True)


@app.route("/hello")
def hello():
    name = request.args.get("name")
    return render_template_string("<h1>Hello {{ name }}</h1>", name=name)


@app.route("/card")
def card():
    return CARD.render(name=request.args["name"]) + render_template("foot.html", page=request.args["page"])
