"""What a coding agent tells its hooks, what they answer, and the shape of the plug for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from aigate.value import dataclass


class Moment(StrEnum):
    """When in the agent's loop a hook is called."""

    START = "start"
    """A session begins or goes on; there is nothing to allow or to refuse."""
    BEFORE = "before"
    """A tool is about to run, and can be kept from it."""
    AFTER = "after"
    """A tool has run; the model can be told what is wrong with what it did."""
    STOP = "stop"
    """The model thinks that it is done, and can be sent on."""
    OTHER = "other"
    """Anything else, which is of no concern."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One file that a tool writes or removes.

    `path` is as the agent spells it. `text` is what the tool writes, or those parts of it that
    are new; empty where the event does not tell.
    """

    path: str
    text: str = field(default="", repr=False)
    removes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an agent tells its hook.

    `folder` is the one that the agent works in. `command` is what a shell is asked to run.
    `again` says that the agent goes on only because a hook sent it on.
    """

    moment: Moment
    session: str
    folder: str
    model: str = ""
    edits: tuple[Edit, ...] = ()
    command: str = field(default="", repr=False)
    again: bool = False


class Ruling(StrEnum):
    """What a hook says to an event."""

    PASS = "pass"  # noqa: S105 - a ruling, no password
    """No objection; the agent's own rules and its user decide."""
    BLOCK = "block"
    """The model is refused, or sent back to work, with the reason."""
    HAND_OVER = "hand-over"
    """The model was sent back often enough: people go on from here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A ruling and the words for it; a pass may have words for the person who watches."""

    ruling: Ruling = Ruling.PASS
    text: str = ""


Reply = Mapping[str, object]
"""A JSON object as an agent's hook protocol wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingAgent:
    """A coding agent and the protocol of its hooks.

    `name` is the one in `policies/data/agents.json`. `read` makes an event of what the agent
    sends, and raises `ValueError` if that is no event of this agent; `reply` makes the answer
    that the agent understands, strictly. `project` and `personal` are the files in which hooks
    are set up, relative to the repository and to the home folder, of which `personal_variable`
    may name another beginning. `hooks` are the entries for these files, by the agent's name of
    the event, for a command that answers; `frame` is what else a new file must hold. `sample`
    is an event before a write, for a folder, a path and a text. `settings` are patterns of paths
    whose files can switch the hooks off. `markers` are variables that the agent sets for what it
    runs, and `needs` says what the agent itself asks for before it calls a hook.
    """

    name: str
    title: str
    program: str
    read: Callable[[Reply], Event]
    reply: Callable[[Moment, Answer], Reply]
    project: str
    personal: str
    hooks: Callable[[str], Mapping[str, Reply]]
    sample: Callable[[str, str, str], Reply]
    needs: tuple[str, ...]
    frame: Reply = field(default_factory=dict)
    personal_variable: str = ""
    settings: Sequence[str] = ()
    markers: tuple[str, ...] = ()
