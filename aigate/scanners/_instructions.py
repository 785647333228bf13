"""Finds words that tell a coding agent to silence checks or to give secrets away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import Unit
from aigate.engine.lines import Lines
from aigate.scanners._agents.descriptions import descriptions
from aigate.scanners._agents.files import AgentTable, agent_table
from aigate.scanners._agents.orders import Order, orders, poison
from aigate.scanners._agents.referred import LONGEST, PROSE

_NAME = "instructions"
_LIMIT = 200
_SHOWN = 100
_CONTROLS = (
    "owasp-llm/LLM01",
    "owasp-agentic/ASI01",
    "mitre-atlas/AML.T0051.001",
    "mitre-atlas/AML.T0081",
    "owasp-aisvs/AC.3.3",
    "owasp-aisvs/AC.11.1",
    "nist-800-53/SI-10",
    "nist-800-53/CM-5",
)

_SUPPRESS = Rule(
    name="agent-told-to-suppress",
    scanner=_NAME,
    title="Agent is told to get around a check",
    severity=Severity.HIGH,
    what=(
        "A file that coding agents obey tells them to silence a scanner, to skip a check, to"
        " ignore earlier instructions, or to keep something from the user."
    ),
    why="Agents follow such words without asking, in every change from then on.",
    fix="Remove the instruction; tell the agent to fix the weakness or to ask for an acceptance.",
    cwe=(1427,),
    controls=_CONTROLS,
)
_EXFILTRATE = Rule(
    name="agent-told-to-exfiltrate",
    scanner=_NAME,
    title="Agent is told to send secrets away",
    severity=Severity.HIGH,
    what="A file that coding agents obey tells them to send credentials or files to an address.",
    why="An agent has its user's rights and secrets, and the network.",
    fix="Remove the instruction, and treat what the agent could read as disclosed.",
    cwe=(1427, 200),
    controls=_CONTROLS,
)

_WEAKEN = Rule(
    name="agent-told-to-weaken",
    scanner=_NAME,
    title="Agent is told to write weak code",
    severity=Severity.HIGH,
    what=(
        "A file that coding agents obey tells them to leave checks out of the code: of"
        " certificates, of input or of permissions; or to put secrets or a back door into it."
    ),
    why="Every change that an agent writes from then on carries the weakness.",
    fix="Remove the instruction, and review what was written while it was there.",
    cwe=(1427, 506, 693),
    controls=_CONTROLS,
)
_OUTSIDE = Rule(
    name="agent-told-to-obey-outside",
    scanner=_NAME,
    title="Agent is told to obey what it fetches",
    severity=Severity.HIGH,
    what=(
        "A file that coding agents obey tells them to fetch instructions or a program from an"
        " address and to follow or run it."
    ),
    why="Whoever holds the address steers the agent from then on, and no review sees it.",
    fix="Put the instructions into the repository, where changes to them are reviewed.",
    cwe=(1427, 829, 494),
    controls=_CONTROLS,
)
_UNASKED = Rule(
    name="agent-told-to-act-unasked",
    scanner=_NAME,
    title="Agent is told to publish or to merge without a person",
    severity=Severity.MEDIUM,
    what=(
        "A file that coding agents obey tells them to push, merge, deploy or run commands"
        " without asking, or to approve their own work."
    ),
    why="Nobody looks between what an agent writes, whoever led it to, and what runs.",
    fix="Remove the instruction; let the agent open a pull request and wait for a person.",
    cwe=(1427, 862, 250),
    controls=("owasp-agentic/ASI09", "owasp-aisvs/AC.4.1", "nist-800-53/AC-5", *_CONTROLS),
)
_POISONED = Rule(
    name="tool-description-poisoned",
    scanner=_NAME,
    title="Description of a tool that gives orders",
    severity=Severity.HIGH,
    what=(
        "The description of a tool tells the model to read secrets, to hide something from the"
        " user, to call other tools, or to ignore its instructions."
    ),
    why="Models obey descriptions as if the user had written them, and users never see them.",
    fix="Let the description say what the tool does, and nothing about other tools or the user.",
    cwe=(1427, 94, 200),
    controls=("owasp-agentic/ASI02", "mitre-atlas/AML.T0110", "owasp-aisvs/10.1.3", *_CONTROLS),
)

_RULES = {
    Order.EXFILTRATE: _EXFILTRATE,
    Order.SUPPRESS: _SUPPRESS,
    Order.HIDE: _SUPPRESS,
    Order.WEAKEN: _WEAKEN,
    Order.OBEY: _OUTSIDE,
    Order.ACT: _UNASKED,
}

# What is written for people first, even where it speaks of agents.
_FOR_PEOPLE = regex(
    r"(?:.*/)?(?:readme|changelog|changes|history|news|security|contributing)[\w.-]*", re.IGNORECASE
)
_COMMENT = regex(r"<!--(?P<inside>.{0,20000}?)(?:-->|\Z)", re.DOTALL)

_TAGS = {0xE0000 + code: code for code in range(0x20, 0x7F)}


def scan(target: Target) -> Iterator[Sighting | Gap]:
    table = agent_table(target.packs)
    if table is None:
        reason = "`policies/data` of this installation is damaged; hint: install `aigate-ci` again"
        yield Gap("", reason, "installation-damaged", _NAME)
        return
    for unit in target.units:
        # The same length as the text, with what is spelt in invisible tags made readable.
        text = unit.text.translate(_TAGS) if _has_tags(unit.text) else unit.text
        poisoned: Iterator[tuple[Rule, int, int]] = iter(())
        if _is_obeyed(unit, table, referred=unit.id in target.around):
            stretches = iter([(0, min(len(text), LONGEST))])
            if len(text) > LONGEST:
                reason = f"only the first {LONGEST} characters of instructions were read"
                yield Gap(unit.path, reason, "long-instructions", _NAME)
        elif PROSE.fullmatch(unit.path):
            if "<!--" not in text:
                continue
            stretches = (match.span("inside") for match in _COMMENT.finditer(text))
        else:
            stretches = iter(())
            poisoned = _poisoned(unit, text)
        words = (item for start, end in stretches for item in _found(text, start, end))
        found = chain(words, poisoned)
        lines = Lines(text)
        for rule, start, end in islice(found, _LIMIT):
            yield _sighting(unit, rule, text[start:end], lines=lines, start=start)
        if next(found, None) is not None:
            reason = f"more than {_LIMIT} instructions against checks in one file"
            yield Gap(unit.path, reason, "too-many-instructions", _NAME)


def _has_tags(text: str) -> bool:
    # Translating takes a hundred times as long, and begins like this in UTF-8 do tags only.
    return not text.isascii() and b"\xf3\xa0" in text.encode("utf-8", "surrogatepass")


def _is_obeyed(unit: Unit, table: AgentTable, *, referred: bool) -> bool:
    if table.is_obeyed(unit.path):
        return True
    if not PROSE.fullmatch(unit.path):
        return False
    if referred:
        return True
    return not _FOR_PEOPLE.fullmatch(unit.path) and table.is_addressed(unit.text)


def _sighting(unit: Unit, rule: Rule, words: str, *, lines: Lines, start: int) -> Sighting:
    shown = " ".join(words.split())
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return Sighting(
        rule=rule.name,
        unit=unit.id,
        span=lines.span(start, start + len(words)),
        message=f"coding agents are told `{shown}`; hint: remove the instruction",
    )


def _found(text: str, start: int, end: int) -> Iterator[tuple[Rule, int, int]]:
    return ((_RULES[order], first, last) for order, first, last in orders(text, start, end))


def _poisoned(unit: Unit, text: str) -> Iterator[tuple[Rule, int, int]]:
    for one in descriptions(unit, text):
        for first, last in poison(one.words, 0, len(one.words)):
            yield (_POISONED, *one.place(first, last, text))


RULES = (_SUPPRESS, _EXFILTRATE, _WEAKEN, _OUTSIDE, _UNASKED, _POISONED)
