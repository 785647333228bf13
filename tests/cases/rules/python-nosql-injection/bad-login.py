from flask import Flask, request
from pymongo import MongoClient

app = Flask(__name__)
users = MongoClient().app.users


@app.route("/login", methods=["POST"])
def login():
    body = request.get_json()
    user = users.find_one({"name": body["name"], "password": body["password"]})  # expect: python-nosql-injection
    return {"found": bool(user)}


@app.route("/search", methods=["POST"])
def search():
    return {"rows": list(users.find(request.json))}  # expect: python-nosql-injection


@app.route("/script")
def script():
    return {"rows": list(users.find({"$where": "this.name == '" + request.args["name"] + "'"}))}  # expect: python-nosql-injection
