import os
import shlex
import subprocess

from flask import Flask, abort, request

app = Flask(__name__)
ALLOWED = {"uptime", "df"}


@app.route("/ping")
def ping():
    host = request.args.get("host")
    return subprocess.check_output(["ping", "-c", "1", "--", host])


@app.route("/quoted")
def quoted():
    name = shlex.quote(request.args["name"])
    os.system(f"ls {name}")
    return "ok"


@app.route("/status/<command>")
def status(command):
    if command not in ALLOWED:
        abort(400)
    return subprocess.check_output(command, shell=True)


@app.route("/page/<int:number>")
def page(number: int):
    os.system("seq " + str(number))
    count = int(request.args["count"])
    os.system(f"seq {count}")
    command = ["git", "log", "-n", str(count), request.args["branch"]]
    subprocess.run(command, check=True)
    return "ok"
