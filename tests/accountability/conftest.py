"""A team with real keys and a trust root, in a real repository, running real commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import fresh

PEOPLE = ("dana", "sam", "both", "lee")
CODE = '''"""Who is logged in."""

import jwt


def user_of(token: str) -> str:
    return jwt.decode(token, options={"verify_signature": False})["sub"]
'''
RULE = "python-jwt-unverified"
REASON = "the gateway has checked the token"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def report(self):
        return json.loads(self.out)

    @property
    def text(self):
        return self.out + self.err


class Team:
    """`dana` develops, `sam` is from security, `both` has both roles, `lee` develops too."""

    code = CODE
    python = sys.executable
    kept: Path | None = None
    """Where what engines said of a text is kept for all tests, as on a person's own machine."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.clone = top / "clone"

    @property
    def pin(self) -> str:
        return (self.top / "pin").read_text()

    def environment(self, person: str) -> dict[str, str]:
        kept = {}
        if self.kept:
            kept = {f"XDG_{one}_HOME": str(self.kept / person / one) for one in ("CACHE", "STATE")}
        return kept | {
            "PATH": os.environ["PATH"],
            "HOME": str(self.top / "homes" / person),
            "GIT_AUTHOR_NAME": person,
            "GIT_AUTHOR_EMAIL": f"{person}@example.org",
            "GIT_COMMITTER_NAME": person,
            "GIT_COMMITTER_EMAIL": f"{person}@example.org",
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def run(self, person: str, *command: str) -> Done:
        done = subprocess.run(
            command,
            cwd=self.clone,
            env=self.environment(person),
            input=b"",
            capture_output=True,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def aigate(self, person: str, *arguments: str) -> Done:
        seen = fresh.run(arguments, cwd=self.clone, environ=self.environment(person))
        return Done(seen[0], seen[1].decode(), seen[2].decode())

    def git(self, person: str, *arguments: str) -> str:
        done = self.run(person, "git", *arguments)
        assert done.code == 0, done.err
        return done.out.strip()

    def write(self, path: str, text: str) -> None:
        (self.clone / path).write_bytes(text.encode())

    def commit(self, person: str, message: str) -> None:
        self.git(person, "add", "--all")
        self.git(person, "commit", "-q", "-m", message)

    def change(self, text: str = CODE, person: str = "dana") -> None:
        """Bring code in on a branch of its own."""
        self.git(person, "checkout", "-q", "-b", "feature")
        self.write("session.py", text)
        self.commit(person, "who is logged in")

    def scan(self, *options: str, pinned: bool = True) -> Done:
        """Judge the branch as a pipeline does."""
        pin = ["--trust-root", self.pin] if pinned else []
        asked = ["scan", "-q", "--format", "json", "--base", "main", "--head", "HEAD"]
        return self.aigate("pipeline", *asked, *pin, *options)

    def blocked(self, *options: str, pinned: bool = True) -> tuple[str, ...]:
        """Return the reason codes of the one finding that blocks; nothing on a pass."""
        done = self.scan(*options, pinned=pinned)
        blocking = [one for one in done.report["findings"] if one["blocking"]]
        assert done.code == (1 if blocking else 0), done.text
        assert {one["rule"] for one in blocking} <= {RULE}, done.out
        assert len(blocking) <= 1
        return tuple(blocking[0]["reason_codes"]) if blocking else ()

    def fingerprint(self, person: str = "dana") -> str:
        """Return the finding's fingerprint, as a person's scan tells and remembers it."""
        done = self.aigate(person, "scan", "-q", "--format", "json", "--base", "main")
        return next(one["fingerprint"] for one in done.report["findings"] if one["rule"] == RULE)

    def accept(self, person: str, name: str, *options: str, until: str = "", role="developer"):
        """Sign as the first of two; `until` is thirty days from now by default."""
        until = until or in_days(30)
        asked = ["--as", role, "--until", until, "--yes"]
        reason = [] if "--reason" in options else ["--reason", REASON]
        return self.aigate(person, "accept", name, *asked, *reason, *options)

    def cosign(self, person: str, name: str, *options: str, role: str = "security") -> Done:
        return self.aigate(person, "cosign", name, "--as", role, "--yes", *options)

    def accepted(self, with_: str = "sam") -> str:
        """Bring the finding in, and have it accepted by two people; return its fingerprint."""
        self.change()
        name = self.fingerprint()
        for done in (self.accept("dana", name, "--with", with_), self.cosign(with_, name)):
            assert done.code == 0, done.err
        self.commit("dana", "accepted")
        return name

    @staticmethod
    def in_days(days: int) -> str:
        return in_days(days)

    def records(self) -> list[Path]:
        return sorted((self.clone / ".aigate" / "ledger").glob("*.json"))


def in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture(scope="session")
def founded(tmp_path_factory) -> Path:
    """Make keys, a trust root with four people, and a first commit, once for all tests."""
    Team.kept = tmp_path_factory.mktemp("kept")
    top = tmp_path_factory.mktemp("team")
    team = Team(top)
    team.clone.mkdir()
    for person in (*PEOPLE, "robot", "pipeline", "stranger"):
        folder = top / "homes" / person / ".ssh"
        folder.mkdir(parents=True)
        if person == "pipeline":
            continue
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person]
        subprocess.run([*made, "-f", str(folder / "id_ed25519")], check=True)

    def key(person: str) -> str:
        return str(top / "homes" / person / ".ssh" / "id_ed25519.pub")

    def trust(person: str, *arguments: str) -> None:
        done = team.aigate(person, "trust", *arguments)
        assert done.code == 0, done.err

    def signed() -> None:
        for person in ("dana", "sam"):
            trust(person, "sign", "--key", key(person), "--yes")

    team.git("dana", "init", "-q", "-b", "main", ".")
    other = ("--with", "sam", "--with-key", key("sam"), "--with-github-id", "7")
    trust("dana", "init", "--id", "dana", "--key", key("dana"), *other)
    trust("sam", "sign", "--key", key("sam"), "--yes")
    roles_of = {"both": (10, ("developer", "security")), "lee": (9, ("developer",))}
    for person, (account, roles) in roles_of.items():
        options = [part for role in roles for part in ("--role", role)]
        options += ["--github-id", str(account)]
        trust(person, "enroll", "--id", person, "--key", key(person), *options)
        signed()
    trust("lee", "enroll", "--id", "robot", "--automation-of", "lee", "--key", key("robot"))
    signed()
    shown = team.aigate("dana", "trust", "show", "--format", "json")
    (top / "pin").write_text(shown.report["digest"])
    team.write("session.py", '"""Who is logged in."""\n')
    team.commit("dana", "begin")
    return top


@pytest.fixture
def team(founded, tmp_path) -> Team:
    """Return a team with a copy of the repository, and of everybody's home."""
    shutil.copytree(founded, tmp_path / "team", symlinks=True)
    return Team(tmp_path / "team")
