import re

from flask import Flask, request

app = Flask(__name__)


@app.route("/search")
def search():
    return {"rows": [row for row in ROWS if re.search(request.args["q"], row)]}  # expect: python-pattern-from-outside
