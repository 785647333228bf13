import logging

from flask import Flask, request

app = Flask(__name__)
logger = logging.getLogger(__name__)


@app.route("/login", methods=["POST"])
def login():
    name = request.form["name"]
    logger.info("sign-in of %s", name)  # expect: python-log-injection
    app.logger.warning(f"failed for {name}")  # expect: python-log-injection
    return "ok"
