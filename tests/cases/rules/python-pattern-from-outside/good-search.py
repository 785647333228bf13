import re

from flask import Flask, request

app = Flask(__name__)


@app.route("/search")
def search():
    found = re.search("a+", request.args["q"])
    return {"rows": [row for row in ROWS if re.search(re.escape(request.args["q"]), row)], "found": bool(found)}
