import os
import shlex
import subprocess

IMAGE = "worker"
COMMAND = "docker build -t worker ."


def build(tag, paths):
    os.system(COMMAND)
    os.system(f"docker push {IMAGE}")
    os.system("docker " + "images")
    subprocess.run(["docker", "tag", IMAGE, tag], check=True)
    subprocess.run(f"docker tag {IMAGE} {shlex.quote(tag)}", shell=True, check=True)
    subprocess.run(shlex.join(["ls", *paths]), shell=True, check=True)
    subprocess.run(f"echo {tag}".split(), check=True)
