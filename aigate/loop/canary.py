"""Proves that an installed hook answers: runs its command as the agent would, with a canary."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping

from aigate import process
from aigate.domain.agent import Answer, CodingAgent, Moment, Ruling
from aigate.engine.shown import line
from aigate.value import dataclass

_PATH = "aigate-canary.txt"
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a command answers as it must, and in words what it did."""

    holds: bool
    words: str


def prove(command: str, agent: CodingAgent, *, root: str, env: Mapping[str, str]) -> Proof:
    """Send a write with a made-up secret, which must be refused, and one without."""
    letters = string.ascii_letters + string.digits
    secret = "ghp_" + "".join(secrets.choice(letters) for _ in range(36))
    bad = _asked(command, agent, f'token = "{secret}"\n', root=root, env=env)
    if isinstance(bad, str):
        return Proof(holds=False, words=bad)
    text = next(iter(_texts(bad)), "")
    if not text or bad != agent.reply(Moment.BEFORE, Answer(Ruling.BLOCK, text)):
        return Proof(holds=False, words="it does not refuse a write with a secret in it")
    if "canary" not in text:
        return Proof(holds=False, words=f"it refuses, but for another reason: {line(text, 300)}")
    good = _asked(command, agent, "nothing to see\n", root=root, env=env)
    if good != agent.reply(Moment.BEFORE, Answer()):
        return Proof(holds=False, words=f"it refuses a harmless write: {line(str(good), 300)}")
    return Proof(holds=True, words="it refuses a write with a secret, and lets a harmless one pass")


def _asked(
    command: str, agent: CodingAgent, text: str, *, root: str, env: Mapping[str, str]
) -> dict[str, object] | str:
    """Return the answer to a write of this text, or what is wrong with it."""
    event = json.dumps(dict(agent.sample(root, f"{root}/{_PATH}", text))).encode("ascii")
    done = process.run(["/bin/sh", "-c", command], cwd=root, env=env, timeout=_PATIENCE, feed=event)
    if isinstance(done, process.Failed):
        return done.reason
    if done.code:
        said = line(done.err.decode("utf-8", "replace").strip(), 200)
        return f"it ended with {done.code}: {said}"
    try:
        found: object = json.loads(done.out)
    except ValueError:
        return f"its answer is no JSON: {line(done.out.decode('utf-8', 'replace'), 200)}"
    return found if isinstance(found, dict) else "its answer is no JSON object"


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [value] if isinstance(value, str) and value.startswith("aigate") else []
