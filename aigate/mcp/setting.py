"""What the caller lends to the tools: where the repository is, and what its files are held against."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime

from aigate.domain.finding import Judged
from aigate.value import dataclass
from aigate.workspace.cache import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """With what the tools work.

    `base` is the commit whose policy decides, and against which files are judged; empty where
    there was no commit when the server began. `base_name` is how people call it. The other
    fields mean what they mean in `case.Request`; `now` and `nonce` are asked for each time.
    """

    root: str
    base: str
    base_name: str
    packs: str
    now: Callable[[], datetime]
    nonce: Callable[[], str]
    environ: Mapping[str, str] = field(repr=False)
    deadline: float = 120.0
    jobs: int = 2
    cache: Place | None = None


@dataclass(slots=True)
class Memory:
    """What one server keeps between two calls: the findings that it told of, by fingerprint.

    `turn` lets one check run at a time, however many a client asks for at once.
    """

    findings: dict[str, Judged] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)
