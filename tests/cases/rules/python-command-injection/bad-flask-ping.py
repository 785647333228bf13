import os
import subprocess
from subprocess import check_output

from flask import Flask, request

app = Flask(__name__)


@app.route("/ping")
def ping():
    host = request.args.get("host")
    return subprocess.check_output(f"ping -c 1 {host}", shell=True)  # expect: python-command-injection


@app.route("/lookup/<name>")
def lookup(name):
    command = "nslookup " + name
    os.system(command)  # expect: python-command-injection
    return check_output(command.split())  # expect: python-command-injection


@app.post("/convert")
async def convert(request):
    data = await request.json()
    source = data["source"]
    subprocess.run(["bash", "-c", "convert " + source + " out.png"], check=True)  # expect: python-command-injection
