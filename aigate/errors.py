"""Errors that stop a run.

The tree, with the exit code that `aigate.cli` gives each branch:

    AigateError
    ├── UsageError          2   arguments, or the syntax of a policy, manifest or registry
    │   └── DocumentError   2   mistakes in a document, all of them, each with its place
    ├── IncompleteError     3   something needed for a decision could not be established
    ├── IntegrityError      4   a signature, digest, rollback or binding does not hold
    └── OutputError         74  decided, but a stream could not be written

Errors carry data and never print or exit; a caller outside of `aigate.cli` may catch them.
"""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """One mistake in a document, at its place (`line` and `column` count from 1)."""

    file: str
    line: int
    column: int
    text: str


class AigateError(Exception):
    """Any error that stops a run: what is wrong, and what to do about it."""

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        """Keep the message (lower case, names in backticks), a way out and a reason code."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


class UsageError(AigateError):
    """Arguments or settings that make no sense; nothing was decided."""


class DocumentError(UsageError):
    """A document with mistakes; `mistakes` lists every one of them, in order of place."""

    def __init__(self, mistakes: tuple[Mistake, ...], *, code: str = "document") -> None:
        """Keep the mistakes; the message is one line for each, `file:line:column: text`."""
        lines = [f"{m.file}:{m.line}:{m.column}: {m.text}" for m in mistakes]
        super().__init__("\n".join(lines), code=code)
        self.mistakes = mistakes


class IncompleteError(AigateError):
    """Something that a decision needs could not be established."""


class IntegrityError(AigateError):
    """A signature, digest, rollback, append-only or binding check failed."""


class OutputError(AigateError):
    """The decision stands, but a stream could not be written."""
