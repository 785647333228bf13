from urllib.parse import urlparse

import requests
from flask import Flask, abort, request

app = Flask(__name__)
HOSTS = {"api.example.com"}
BASE = "https://api.example.com"


@app.route("/fetch")
def fetch():
    url = request.args.get("url")
    parsed = urlparse(url)
    if parsed.hostname not in HOSTS:
        abort(400)
    return requests.get(url, timeout=5).text


@app.route("/user/<name>")
def user(name):
    requests.post("https://api.example.com/users", json={"name": name}, timeout=5)
    return requests.get(f"https://api.example.com/users/{name}", timeout=5).text


@app.route("/city")
def city():
    return requests.get(BASE, params={"q": request.args["q"]}, timeout=5).json()
