"""Builds a repository with a trust root of two people, and a branch that brings a finding in.

    python examples/accountability/build.py /tmp/example

`/tmp/example/shop` is the repository, `/tmp/example/ada` and `/tmp/example/grace` are the homes
of two people with a key each, `/tmp/example/pin` holds the digest of the trust root, and
`/tmp/example/edited` what the code becomes later.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def environment(home):
    """Return what a person's programs get to see."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "SSH_", "XDG_"))}
    person = home.name
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": person, f"GIT_{role}_EMAIL": f"{person}@example.org"}
    return env | {"HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def build(into):
    """Make keys, repository, trust root and branch."""
    into = Path(into).resolve()
    shop = into / "shop"
    shop.mkdir(parents=True)
    keys = {}
    for person in ("ada", "grace"):
        folder = into / person / ".ssh"
        folder.mkdir(parents=True, mode=0o700)
        keys[person] = str(folder / "id_ed25519.pub")
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person]
        subprocess.run([*made, "-f", str(folder / "id_ed25519")], check=True)

    def run(person, *command):
        env = environment(into / person)
        done = subprocess.run(command, cwd=shop, env=env, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def aigate(person, *arguments):
        return run(person, sys.executable, "-m", "aigate", *arguments)

    def commit(step, message):
        shutil.copytree(HERE / step, shop, dirs_exist_ok=True)
        run("ada", "git", "add", "--all")
        run("ada", "git", "commit", "-q", "-m", message)

    run("ada", "git", "init", "-q", "-b", "main")
    other = ("--with", "grace", "--with-key", keys["grace"])
    aigate("ada", "trust", "init", "--id", "ada", "--key", keys["ada"], *other)
    signed = aigate("grace", "trust", "sign", "--key", keys["grace"], "--yes")
    digests = [line.strip() for line in signed.splitlines() if len(line.strip()) == 64]
    (into / "pin").write_text(digests[-1])
    commit("begin", "a module for sessions, and a trust root")
    run("ada", "git", "checkout", "-q", "-b", "sessions")
    commit("risk", "who is logged in")
    shutil.copytree(HERE / "edited", into / "edited")


if __name__ == "__main__":
    build(*sys.argv[1:])
