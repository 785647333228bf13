from django.http import HttpResponseRedirect
from flask import Flask, redirect, request

app = Flask(__name__)


@app.route("/login", methods=["POST"])
def login():
    target = request.args.get("next") or "/"
    return redirect(target)  # expect: python-open-redirect


def leave(request):
    return HttpResponseRedirect(request.GET["url"])  # expect: python-open-redirect
