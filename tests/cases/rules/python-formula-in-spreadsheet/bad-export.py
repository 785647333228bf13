import csv

from flask import Flask, request

app = Flask(__name__)


@app.route("/export", methods=["POST"])
def export():
    with open("out.csv", "w") as file:
        writer = csv.writer(file)
        writer.writerow(request.form.get("row", "").split(","))  # expect: python-formula-in-spreadsheet
        rows = []
        rows.append([request.form["name"]])
        writer.writerows(rows)  # expect: python-formula-in-spreadsheet
    return "written"
