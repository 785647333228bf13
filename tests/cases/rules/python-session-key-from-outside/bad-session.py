from flask import Flask, request, session

app = Flask(__name__)


@app.route("/as", methods=["POST"])
def act_as():
    session["user_id"] = request.form["user_id"]  # expect: python-session-key-from-outside
    session[request.form["name"]] = "1"  # expect: python-session-key-from-outside
    return "ok"
