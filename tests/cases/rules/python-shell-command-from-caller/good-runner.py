import shlex
import subprocess

COMMANDS = {"status": "git status --short | wc -l", "size": "du -sh . | cut -f1"}


def run(arguments):
    return subprocess.run(arguments, check=True)


def show(name):
    command = COMMANDS.get(name, "true")
    return subprocess.run("git status --short | wc -l", shell=True, check=True)


def count(path):
    return subprocess.run("wc -l < " + shlex.quote(path), shell=True, check=True)
