import os
import subprocess


def run(cmd):
    return subprocess.call(cmd, shell=True)  # expect: python-shell-command-from-caller


def execute(command, timeout=30):
    done = subprocess.run(command, shell=True, capture_output=True, timeout=timeout)  # expect: python-shell-command-from-caller
    return done.stdout.decode()


class Runner:
    def start(self, line):
        line = line.strip()
        os.system(line)  # expect: python-shell-command-from-caller

    def read(self, line):
        return os.popen(line).read()  # expect: python-shell-command-from-caller
