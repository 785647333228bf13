"""What the caller lends to a hook: where things are, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from aigate.domain.agent import CodingAgent
from aigate.value import dataclass

if TYPE_CHECKING:
    from aigate.workspace.cache import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """With what a hook works.

    `settings` are the patterns of all agents whose files steer hooks. `states` is the folder of
    what is known of sessions, empty if there is none; `start` where the hook was started.
    `deadline` is in seconds. `packs` and `cache` are only asked for by what takes longer, and
    mean what they mean in `case.Request`, like the other fields.
    """

    agent: CodingAgent
    settings: tuple[str, ...]
    states: str
    start: str
    packs: Callable[[], str]
    at: datetime
    nonce: str
    environ: Mapping[str, str] = field(repr=False)
    deadline: float = 100.0
    jobs: int = 2
    cache: Callable[[], Place | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against an edit: lines for the model, and who answers for it."""

    lines: tuple[str, ...]
    people: str = ""
