import uuid

from flask import Flask, request

app = Flask(__name__)


@app.route("/upload", methods=["POST"])
def upload():
    file = request.files["file"]
    file.save("uploads/" + uuid.uuid4().hex)  # expect: python-upload-unrestricted
    return "ok"
