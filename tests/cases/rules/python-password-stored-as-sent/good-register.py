from flask import Flask, request

app = Flask(__name__)


@app.route("/register", methods=["POST"])
def register():
    password = request.form["password"]
    database.add(User(name=request.form["name"], password=generate_password_hash(password)))
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
    cursor.execute("INSERT INTO users (name, password) VALUES (?, ?)", (request.form["name"], hashed))
    return "ok"
