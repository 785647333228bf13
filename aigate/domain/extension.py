"""What can be plugged in, and the shape of each plug."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from aigate.value import dataclass

# A hook of a coding agent starts with every edit, and defining these takes a third of its time.
if TYPE_CHECKING:
    from aigate.domain.evidence import Claim, Doubt, Exhibits
    from aigate.domain.finding import Gap, Omission, Sighting
    from aigate.domain.package import PackageIndex
    from aigate.domain.policy import Requirement
    from aigate.domain.report import Report
    from aigate.domain.rule import Rule
    from aigate.domain.tree import Entry, Kind, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a scanner is asked to look at, and with what means.

    `units` are those of kinds that the scanner covers. `paths` are all paths of the tree
    under judgement, also those without a unit here. `scratch` is a private folder that
    belongs to this scanner alone; `exported` is the folder under which each unit with a
    `file` lies for scanners of texts, shared and not to be written to. `packs` is the folder of the policies and
    rules that ship with the product; `rule_files` are further semgrep rule files, read from
    the reference and copied out of reach of the change. `deadline` is in seconds from the
    start of the scan; `jobs` how many processes may run at once. `read` yields the bytes of
    entries of that tree with the blob they belong to, each blob once; those that cannot be
    read are missing, and `entries` lists them all. `index` is where the caller wants packages
    looked up, if anywhere; `omits` takes down what is left out because the caller did not ask, and `started` is told that a program runs.
    `around` is what the scanner's own function of that name said of the units, by their ids, and
    `gist` returns what its function of that name says of a unit, from memory where it can.
    `former` returns by ids of units what those were in the reference, where that may be asked for
    next: about a unit in which it sees something. A scanner that looks at these in the same go
    tells `looked_back` what it saw there; that may be nothing.

    A scanner that repeats itself is given no more than it says it needs, see `Repeats`.
    """

    units: tuple[Unit, ...]
    paths: frozenset[str]
    scratch: str
    exported: str
    packs: str
    rule_files: tuple[str, ...] = ()
    deadline: float = 600.0
    jobs: int = 2
    read: Callable[[Iterable[Entry]], Iterable[tuple[str, bytes]]] = lambda _entries: ()
    entries: Callable[[], Iterable[Entry]] = lambda: ()
    index: PackageIndex | None = None
    omits: Callable[[Omission], None] = lambda _one: None
    started: Callable[[], None] = lambda: None
    around: Mapping[str, str] = field(default_factory=dict)
    gist: Callable[[Unit], str] | None = None
    former: Callable[[Iterable[Unit]], Mapping[str, Unit]] = lambda _units: {}
    looked_back: Callable[[Unit, Iterable[Sighting]], None] = lambda _unit, _seen: None


class Repeats(Enum):
    """On what alone depends what a scanner sees in a unit, so that it may be kept.

    The rules and data that ship, the scanner's version and what it says of the surroundings
    always count. Units come without all that is not named here, and targets without the tree.
    """

    NEVER = "never"
    """It looks at other files as well, at the reference, or at bytes."""
    TEXT = "text"
    """The text, its kind and the end of its neutral name; for the path stands the unit's id."""
    FILE = "file"
    """The text, its kind, its path and mode, the number of its cell, and its notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """Looks at units and says what it sees, and what it could not see.

    `scan` never raises on account of what it reads: it yields a gap. `version` tells the
    engine's version, or the empty text if the engine cannot be found. `rules` returns the pages
    of rules that the scanner brings along in code; rules in packs are in the catalogue.
    `compares` tells of a path whether the scanner wants to see its text in the reference too.
    `repeats` says whether what it sees in a unit may be kept for the next scan. `around` tells
    by its id in a few words what other files say of a unit, where that matters; it is quick, and
    the same words with the same unit lead to the same answer. `gist` is for scanners that look at
    other files as well: it says of a unit what of it may matter, by nothing but what `FILE`
    names, and is kept, so that the text need not be read again. `is_program` says that a program
    does the work, so that it gets units as files, and others can work meanwhile. `spreads` says
    that it uses as many processors as it may, so that it had better look last.
    """

    name: str
    covers: frozenset[Kind]
    scan: Callable[[Target], Iterable[Sighting | Gap]]
    version: Callable[[], str]
    rules: Callable[[], tuple[Rule, ...]] = lambda: ()
    compares: Callable[[str], bool] = lambda _path: False
    repeats: Repeats = Repeats.NEVER
    around: Callable[[Target], Mapping[str, str]] | None = None
    gist: Callable[[Unit], str] | None = None
    is_program: bool = False
    spreads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Turns a report into one format; `render` returns the whole text, newline-terminated."""

    name: str
    render: Callable[[Report, View], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a report is to be shown; never what was decided.

    `paths` narrows what is shown to these files and folders. `color` allows terminal
    colours, `width` is the terminal's width in columns, `verbose` shows notes as well.
    """

    color: bool = False
    width: int = 100
    verbose: bool = False
    paths: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementKind:
    """A kind of requirement: `implementation` is a dataclass whose fields are the YAML fields."""

    name: str
    implementation: type[Requirement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A kind of evidence of who wrote lines.

    `read` is a function of what was found; it never raises on account of what it reads, but
    yields a doubt. `notes` are the refs of notes that it reads, `files` the paths in the head.
    """

    name: str
    read: Callable[[Exhibits], Iterable[Claim | Doubt]]
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
