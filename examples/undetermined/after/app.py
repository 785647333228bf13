"""A small service that shows reports."""

import sqlite3
import subprocess

from flask import Flask, abort, request

app = Flask(__name__)

FORMATS = {"summary": "summary.md", "detail": "detail.md"}


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/reports")
def reports():
    owner = request.args.get("owner", "")
    connection = sqlite3.connect("reports.db")
    rows = connection.execute("SELECT name FROM reports WHERE owner = ?", (owner,))
    return {"reports": [row[0] for row in rows]}


@app.get("/convert")
def convert():
    source = FORMATS.get(request.args["name"])
    if source is None:
        abort(404)
    subprocess.run(["pandoc", source, "-o", "/srv/out.pdf"], check=True)
    return {"converted": source}
