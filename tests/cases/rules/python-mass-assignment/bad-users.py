from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    user = User(**request.json)  # expect: python-mass-assignment
    data = request.get_json()
    other = User(**data)  # expect: python-mass-assignment
    for key, value in data.items():
        setattr(user, key, value)  # expect: python-mass-assignment
    return {"ids": [user.id, other.id]}
