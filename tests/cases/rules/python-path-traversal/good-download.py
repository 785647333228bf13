import os
from pathlib import Path

from flask import Flask, abort, request, send_file, send_from_directory
from werkzeug.utils import secure_filename

app = Flask(__name__)
BASE = Path("/srv/files").resolve()
ROOT = "/srv/files"


@app.route("/a/<path:name>")
def a(name):
    path = (BASE / name).resolve()
    if not path.is_relative_to(BASE):
        abort(404)
    return send_file(path)


@app.route("/b/<path:name>")
def b(name):
    return send_from_directory(ROOT, name)


@app.route("/c", methods=["POST"])
def c():
    upload = request.files["file"]
    name = secure_filename(upload.filename)
    upload.save(os.path.join(ROOT, name))
    with open(os.path.join(ROOT, "notes"), "w") as stream:
        stream.write(request.form["note"])
    return "ok"


@app.route("/d")
def d():
    path = os.path.realpath(os.path.join(ROOT, request.args["name"]))
    if not path.startswith(ROOT + os.sep):
        abort(403)
    return send_file(path)
