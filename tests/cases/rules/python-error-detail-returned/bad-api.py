import traceback

from fastapi import HTTPException
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/a")
def a():
    try:
        return work()
    except Exception as error:
        return jsonify({"error": str(error)}), 500  # expect: python-error-detail-returned


@app.route("/b")
def b():
    try:
        return work()
    except Exception:
        return traceback.format_exc(), 500  # expect: python-error-detail-returned


@app.get("/c")
async def c():
    try:
        return work()
    except Exception as e:
        raise HTTPException(status_code=500, detail=str(e))  # expect: python-error-detail-returned
