from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from flask import Flask, redirect, request, url_for

app = Flask(__name__)


@app.route("/user/<name>")
def user(name):
    return redirect(url_for("profile", name=name))


@app.route("/old/<name>")
def old(name):
    return redirect(f"/new/{name}")


def leave(request):
    target = request.GET["url"]
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target)
