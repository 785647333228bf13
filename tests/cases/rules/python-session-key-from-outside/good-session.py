from flask import Flask, request, session

app = Flask(__name__)
THEMES = {"dark": "dark", "light": "light"}


@app.route("/login", methods=["POST"])
def login():
    if not check_password(request.form["name"], request.form["password"]):
        return "no", 403
    session["user"] = request.form["name"]
    return "ok"


@app.route("/theme", methods=["POST"])
def theme():
    session["theme"] = THEMES[request.form["theme"]]
    session["page"] = int(request.form["page"])
    return "ok"
