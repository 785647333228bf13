from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json()
    user = User(name=data["name"], mail=data["mail"])
    options = {"limit": 5}
    return {"id": user.id, "rows": search(**options)}
