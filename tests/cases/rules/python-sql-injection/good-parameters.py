from flask import Flask, abort, request
from sqlalchemy import select, text

app = Flask(__name__)
COLUMNS = {"name": "name", "age": "age"}


@app.route("/user")
def user():
    name = request.args["name"]
    cursor.execute("SELECT * FROM users WHERE name = ?", (name,))
    cursor.execute("SELECT * FROM users WHERE name = %(name)s", {"name": name})
    session.execute(text("SELECT * FROM users WHERE name = :name"), {"name": name})
    session.execute(select(User).where(User.name == name))
    session.execute(select(User).where(User.name.like(f"%{name}%")))
    number = int(request.args["id"])
    cursor.execute(f"SELECT * FROM users WHERE id = {number}")
    column = request.args["order"]
    if column not in COLUMNS:
        abort(400)
    cursor.execute(f"SELECT * FROM users ORDER BY {column}")
    cursor.execute("SELECT * FROM users ORDER BY " + COLUMNS[request.args["order"]])
    return "ok"


@app.get("/users/{identifier}")
def by_id(identifier: int):
    cursor.execute(f"SELECT * FROM users WHERE id = {identifier}")
