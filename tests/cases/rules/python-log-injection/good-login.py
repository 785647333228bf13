import logging

from flask import Flask, request

app = Flask(__name__)
logger = logging.getLogger(__name__)


@app.route("/login", methods=["POST"])
def login():
    name = request.form["name"]
    logger.info("sign-in of %s", repr(name))
    logger.info("sign-in of %s", name.replace("\n", " "))
    logger.info("sign-in with %d fields", len(request.form))
    return "ok"
