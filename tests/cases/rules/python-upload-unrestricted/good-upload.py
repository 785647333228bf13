import uuid
from pathlib import Path

from flask import Flask, abort, request

app = Flask(__name__)
KINDS = {".png", ".pdf"}


@app.route("/upload", methods=["POST"])
def upload():
    file = request.files["file"]
    kind = Path(file.filename).suffix.lower()
    if kind not in KINDS:
        abort(400)
    file.save("uploads/" + uuid.uuid4().hex + kind)
    return "ok"
