import logging

from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/a")
def a():
    try:
        return work()
    except ValueError as error:
        return jsonify({"error": str(error)}), 400
    except Exception:
        logging.exception("request failed")
        return jsonify({"error": "internal error"}), 500


def convert():
    try:
        return work()
    except Exception as error:
        return {"error": str(error)}
