"""A small service that shows reports."""

import sqlite3
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/reports")
def reports():
    owner = request.args.get("owner", "")
    connection = sqlite3.connect("reports.db")
    rows = connection.execute(f"SELECT name FROM reports WHERE owner = '{owner}'")
    return {"reports": [row[0] for row in rows]}


@app.get("/convert")
def convert():
    name = request.args["name"]
    subprocess.run(f"pandoc {name} -o /srv/out.pdf", shell=True)  # nosec
    return {"converted": name}
