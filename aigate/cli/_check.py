"""One thing that `aigate doctor` looks at, and what it found."""

from __future__ import annotations

from aigate.cli.exits import INCOMPLETE
from aigate.value import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `needed` says whether a scan or an acceptance fails without it; `code` is the exit code that
    such a run ends with.
    """

    name: str
    works: bool
    told: str
    hint: str = ""
    needed: bool = True
    code: int = INCOMPLETE

    @property
    def state(self) -> str:
        """What people read first: `ok`, `broken`, or `missing` where it need not be there."""
        return "ok" if self.works else ("broken" if self.needed else "missing")
