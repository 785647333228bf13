from flask import Flask, make_response, request

app = Flask(__name__)


@app.route("/download")
def download():
    response = make_response("data")
    response.headers["Content-Type"] = request.args["type"]  # expect: python-header-from-outside
    response.headers.add("X-Name", request.args.get("name"))  # expect: python-header-from-outside
    return response
