from flask import Flask, make_response, request
from werkzeug.utils import secure_filename

app = Flask(__name__)
TYPES = {"csv": "text/csv"}


@app.route("/download")
def download():
    response = make_response("data")
    response.headers["Content-Type"] = TYPES[request.args["type"]]
    response.headers["X-Page"] = str(int(request.args["page"]))
    response.headers["X-Name"] = secure_filename(request.args["name"])
    return response
