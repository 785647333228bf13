import base64
import pickle

import requests
import yaml
from flask import Flask, request

app = Flask(__name__)


@app.route("/restore", methods=["POST"])
def restore():
    cookie = request.cookies.get("state")
    state = pickle.loads(base64.b64decode(cookie))  # expect: python-unsafe-deserialisation
    settings = yaml.load(request.data, Loader=yaml.Loader)  # expect: python-unsafe-deserialisation
    return {"state": state, "settings": settings}


def download(url):
    answer = requests.get(url, timeout=5)
    return pickle.loads(answer.content)  # expect: python-unsafe-deserialisation
