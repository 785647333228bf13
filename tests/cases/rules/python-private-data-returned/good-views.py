import os

from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/version")
def version():
    return jsonify({"version": os.environ.get("APP_VERSION")})


@app.get("/users/<int:number>")
def show(number):
    user = User.query.get_or_404(number)
    return jsonify({"id": user.id, "name": user.name})


def child_environment():
    return dict(os.environ)


@app.get("/points")
def points():
    point = nearest()
    return jsonify(point.__dict__)
