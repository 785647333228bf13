import csv

from flask import Flask, request

app = Flask(__name__)


@app.route("/export", methods=["POST"])
def export():
    with open("out.csv", "w") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "age"])
        writer.writerow([escape_formula(request.form["name"]), int(request.form["age"])])
    return "written"
