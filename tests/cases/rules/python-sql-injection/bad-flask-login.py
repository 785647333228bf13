import sqlite3

from flask import Flask, request
from sqlalchemy import text

app = Flask(__name__)


@app.route("/login", methods=["POST"])
def login():
    name = request.form["username"]
    password = request.form.get("password")
    connection = sqlite3.connect("app.db")
    query = f"SELECT * FROM users WHERE name = '{name}' AND password = '{password}'"
    row = connection.cursor().execute(query).fetchone()  # expect: python-sql-injection
    return {"found": bool(row)}


@app.route("/search")
def search():
    term = request.args.get("q", "")
    statement = text("SELECT * FROM items WHERE title LIKE '%" + term + "%'")  # expect: python-sql-injection
    return {"rows": db.session.execute(statement).all()}  # expect: python-sql-injection


@app.get("/items/{item}")
async def item(item: str, order: str = "id"):
    return await database.fetchrow("SELECT * FROM items ORDER BY %s" % order)  # expect: python-sql-injection
