from flask import Flask

app = Flask(__name__)


@app.route("/admin/users/<int:number>", methods=["DELETE"])  # expect: python-route-without-sign-in
def remove(number):
    database.delete(number)
    return "gone"
