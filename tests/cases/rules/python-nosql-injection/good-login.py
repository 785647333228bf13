from bson import ObjectId
from flask import Flask, request
from pymongo import MongoClient

app = Flask(__name__)
users = MongoClient().app.users


@app.route("/login", methods=["POST"])
def login():
    body = request.get_json()
    user = users.find_one({"name": str(body["name"])})
    other = users.find_one({"_id": ObjectId(body["id"])})
    return {"found": bool(user), "other": bool(other), "query": bool(users.find_one({"name": request.args["name"]}))}
