"""Who wrote which lines: what is recorded about a change, and what one record says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field
from enum import StrEnum

from aigate.domain.finding import Provenance
from aigate.value import dataclass


class Grade(StrEnum):
    """How good the evidence of an origin is, strongest first."""

    SIGNED = "signed"
    """A registered person signed the commit, and nothing in it speaks of an agent."""
    RECORDED = "recorded"
    """An agent hook recorded the edit, and the digest of the line is the recorded one."""
    NOTED = "noted"
    """A tool wrote down line by line who wrote what: a note or a trace."""
    CLAIMED = "claimed"
    """The commit names an agent: as author, in a trailer, in its message."""
    HINTED = "hinted"
    """The name of a branch, or a record that no longer fits a commit."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What a commit of the change says about itself; all of it claims of whoever made it.

    People are pairs of name and address. `signature` is the armor of the commit's own signature,
    `signed` the bytes that it was made over; both are empty without one.
    """

    id: str
    parents: tuple[str, ...] = ()
    author: tuple[str, str] = ("", "")
    committer: tuple[str, str] = ("", "")
    message: str = field(default="", repr=False)
    signature: bytes = field(default=b"", repr=False)
    signed: bytes = field(default=b"", repr=False)


Patterns = tuple[re.Pattern[str], ...]
"""Each is anchored at the start, ignores case, and is searched for in a stripped text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A coding agent, or other automation, and by what it is known.

    `emails`, `names`, `aliases` and `pairs` (`name <address>`) are whole and in lower case;
    `aliases` are what other tools call it. `ids` are numeric ids of GitHub accounts. `trailers`
    pair a key in lower case with what its value must match, None for any value; `disclosures`
    match what stands in trailers that name tools; `branches` are prefixes; `markers` match lines
    of a message; `models` find the model in a name, as the group `model`.
    """

    name: str
    title: str = ""
    emails: frozenset[str] = frozenset()
    email_patterns: Patterns = ()
    names: frozenset[str] = frozenset()
    name_patterns: Patterns = ()
    pairs: frozenset[str] = frozenset()
    ids: frozenset[int] = frozenset()
    aliases: frozenset[str] = frozenset()
    trailers: tuple[tuple[str, re.Pattern[str] | None], ...] = ()
    disclosures: Patterns = ()
    branches: tuple[str, ...] = ()
    markers: Patterns = ()
    models: Patterns = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """The table of agents as of a day.

    `automation` are bots that are no AI. `people_keys` are the trailers that name somebody,
    `tool_keys` those that name a tool. `models` are tried after those of the agent.
    """

    as_of: str
    agents: tuple[Agent, ...]
    automation: tuple[Agent, ...] = ()
    people_keys: frozenset[str] = frozenset()
    tool_keys: frozenset[str] = frozenset()
    models: Patterns = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibits:
    """Everything that is recorded about a change, as it was found.

    `commits` are those of the change, newest first. `notes` holds the bytes of notes, by ref and
    commit; `files` those of records that lie in the head, by path; `local` those of records that
    lie in this clone only. `branch` is the name of the branch that the change comes from, and
    `head` the commit that is checked out, on which lines that are not committed yet stand.
    `paths` are the files that the head has.
    """

    agents: Agents
    commits: tuple[Commit, ...] = ()
    notes: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    local: tuple[bytes, ...] = ()
    branch: str = ""
    head: str = ""
    paths: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one record says about who wrote something.

    Attributes:
        source: The kind of evidence: the name of its module.
        kind: AI, human, or mixed.
        grade: How good the evidence is.
        agent: The agent's name, empty if it is not said.
        model: As the record spells it.
        session: The agent's session, if the record names one.
        commit: The commit that it is about, empty for lines that are not committed yet, and
            None for any commit of the change.
        path: The file as that commit names it; empty for all that the commit brought.
        ranges: First and last lines in that commit's version; empty for all of the file.
        hashes: SHA-256 of lines; where given, only lines with one of them are meant.
        detail: What in the record says so, such as the key of a trailer.
    """

    source: str
    kind: Provenance
    grade: Grade
    agent: str = ""
    model: str = ""
    session: str = ""
    commit: str | None = None
    path: str = ""
    ranges: tuple[tuple[int, int], ...] = ()
    hashes: frozenset[str] = frozenset()
    detail: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """A record that cannot be right, or cannot be read; `code` is a stable reason code."""

    code: str
    reason: str
    source: str
    commit: str = ""
    path: str = ""
