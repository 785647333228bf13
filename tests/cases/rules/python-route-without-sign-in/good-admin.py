from flask import Flask

app = Flask(__name__)


@app.route("/admin/users/<int:number>", methods=["DELETE"])
@login_required
def remove(number):
    database.delete(number)
    return "gone"


@app.route("/admin/login")
def sign_in():
    return page


@app.route("/administration-fees")
def fees():
    return page
