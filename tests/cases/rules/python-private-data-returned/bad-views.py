import os

from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/debug/env")
def environment():
    return jsonify(dict(os.environ)) # expect: python-private-data-returned


@app.route("/settings")
def settings():
    return str(app.config) # expect: python-private-data-returned


@app.get("/users/<int:number>")
def show(number):
    user = User.query.get_or_404(number)
    return jsonify(user.__dict__) # expect: python-private-data-returned
