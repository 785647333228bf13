from flask import Flask, request

app = Flask(__name__)


@app.route("/register", methods=["POST"])
def register():
    password = request.form["password"]
    database.add(User(name=request.form["name"], password=password))  # expect: python-password-stored-as-sent
    cursor.execute("INSERT INTO users (name, password) VALUES (?, ?)", (request.form["name"], password))  # expect: python-password-stored-as-sent
    return "ok"
