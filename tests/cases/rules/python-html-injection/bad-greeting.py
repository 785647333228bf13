from django.http import HttpResponse
from django.utils.safestring import mark_safe
from flask import Flask, make_response, request
from markupsafe import Markup

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name", "")
    return f"<h1>Hello {name}</h1>"  # expect: python-html-injection


@app.route("/item/<name>")
def item(name):
    page = "<p>" + name + "</p>"
    return page, 404  # expect: python-html-injection


@app.route("/bold")
def bold():
    text = Markup("<b>%s</b>" % request.form["text"])  # expect: python-html-injection
    response = make_response("<p>" + request.cookies["theme"] + "</p>")  # expect: python-html-injection
    return response


def search(request):
    term = request.GET.get("q")
    note = mark_safe(f"<i>{term}</i>")  # expect: python-html-injection
    return HttpResponse("<h1>Results for " + term + "</h1>")  # expect: python-html-injection
