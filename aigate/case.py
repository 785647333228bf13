"""What is asked of the gate, and the case that it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from aigate.domain.finding import Gap
from aigate.domain.report import Excluded
from aigate.domain.tree import Change, Entry, Unit
from aigate.trusted import Trusted
from aigate.value import dataclass
from aigate.workspace import git, sides
from aigate.workspace.cache import Cache, Place
from aigate.workspace.trees import Comparison

if TYPE_CHECKING:
    from aigate.domain.package import PackageIndex
    from aigate.domain.platform import Testimony


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to judge, and with what means.

    `base` and `head` are revisions; without `head` the working tree is judged, with `staged`
    the index; without `base` and `staged` the whole tree. `branch` is the branch that the
    change is meant for, where `base` is a commit, and `default_branch` the repository's, where
    the clone has no record of it. `policy_file` and `trust_root` are
    trusted, since the caller names them; `opener` is the account that opened the change, as in
    `github:1`, and `testimony` what the code host says about it, if the caller has asked. `from_caller` reads that policy and what it
    extends. `only` narrows what is judged to these paths, for commands that need one finding and
    not a decision: such a report must never be taken for a verdict. `environ` is the caller's
    environment, of which git gets to see little. `deadline` is in seconds. In `cache`, which is
    trusted, is kept what makes the next run faster and never changes what it says. `index` is
    where names of packages are looked up, if anywhere.
    """

    directory: str
    packs: str
    base: str = ""
    head: str = ""
    staged: bool = False
    branch: str = ""
    default_branch: str = ""
    index_file: str = ""
    policy_file: str = ""
    from_caller: Callable[[str], bytes | None] = lambda _name: None
    trust_root: str = ""
    opener: str = ""
    testimony: Testimony | None = None
    only: frozenset[str] = frozenset()
    environ: Mapping[str, str] = field(default_factory=dict)
    deadline: float = 600.0
    jobs: int = 2
    cache: Place | None = None
    index: PackageIndex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is judged: the trees, by what they are judged, and what they hold.

    `gaps` are those of reading, and `at` is when it is judged.
    """

    request: Request
    repository: git.Repository
    cache: Cache | None
    trusted: Trusted
    steering: sides.Tree | None
    reference: sides.Tree | None
    head: sides.Tree
    comparison: Comparison
    judged: tuple[tuple[Entry, Change], ...]
    exclusions: tuple[Excluded, ...]
    units: tuple[Unit, ...]
    gaps: tuple[Gap, ...]
    at: datetime
