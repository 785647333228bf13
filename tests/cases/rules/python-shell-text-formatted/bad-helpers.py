import asyncio
import os
import subprocess

IMAGE = "worker"


def backup(database, target):
    command = f"pg_dump {database} > {target}"
    subprocess.run(command, shell=True, check=True)  # expect: python-shell-text-formatted


def unpack(archive):
    os.system("tar -xf " + archive)  # expect: python-shell-text-formatted
    subprocess.Popen("unzip %s" % archive, shell=True)  # expect: python-shell-text-formatted


async def run(arguments):
    await asyncio.create_subprocess_shell(" ".join(arguments))  # expect: python-shell-text-formatted
