import functools
import os
import subprocess

from flask import Flask, request

app = Flask(__name__)
in_shell = functools.partial(subprocess.run, shell=True)


@app.route("/run")
def run():
    command = request.args["command"]
    subprocess.run(command, shell=1)  # expect: python-command-injection
    subprocess.run(command, **{"shell": True})  # expect: python-command-injection
    getattr(os, "system")(command)  # expect: python-command-injection
    in_shell(command)  # expect: python-command-injection
    start = os.system
    start(command[1:])  # expect: python-command-injection
    words = []
    words.append(command)
    os.system(" ".join(words))  # expect: python-command-injection
    return "ok"
