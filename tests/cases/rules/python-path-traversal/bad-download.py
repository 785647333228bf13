import os
from pathlib import Path

from fastapi import FastAPI, UploadFile
from fastapi.responses import FileResponse
from flask import Flask, request, send_file

app = Flask(__name__)
api = FastAPI()
BASE = Path("/srv/files")


@app.route("/download")
def download():
    name = request.args.get("file")
    return send_file(os.path.join("/srv/files", name))  # expect: python-path-traversal


@app.route("/read/<path:name>")
def read(name):
    with open(f"/srv/files/{name}") as stream:  # expect: python-path-traversal
        return stream.read()


@app.route("/upload", methods=["POST"])
def upload():
    upload = request.files["file"]
    upload.save(os.path.join("uploads", upload.filename))  # expect: python-path-traversal
    return "ok"


@api.get("/files/{name}")
async def files(name: str):
    path = BASE / name
    return FileResponse(path)  # expect: python-path-traversal


@api.delete("/files/{name}")
async def delete(name: str):
    (BASE / name).unlink()  # expect: python-path-traversal


@api.post("/upload")
async def store(file: UploadFile):
    with open("uploads/" + file.filename, "wb") as stream:  # expect: python-path-traversal
        stream.write(await file.read())
