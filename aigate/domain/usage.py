"""What a tree declares about its use of AI beside what it uses: the facts that rules relate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import date

from aigate.domain.initiative import Initiative
from aigate.domain.inventory import Inventory
from aigate.domain.place import Location
from aigate.domain.policy import Approved
from aigate.domain.rule import Rule
from aigate.value import dataclass

NAME = "initiatives"
"""What reports and policies call the rules about declared and observed use of AI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Everything that a rule about the use of AI may ask.

    `initiatives` and `inventory` are of the same tree, `paths` are all of its paths. `governed`
    tells whether the repository declares anything: in this tree, or in the one it is compared
    with, so that taking all manifests away lifts nothing. `at` is the day of judgement.
    `digests` has the SHA-256 of each declared model file that is here, in hexadecimal, empty
    where the file is too large to be read or damaged.
    """

    initiatives: tuple[Initiative, ...]
    inventory: Inventory
    paths: frozenset[str]
    governed: bool
    at: date
    approved: Approved = field(default_factory=Approved)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What a rule says: where, and what is wrong.

    `matter` is what is objected to, in words that survive edits elsewhere in the file: with the
    rule and the path it is the finding's identity.
    """

    at: Location
    message: str
    matter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRule:
    """A rule that relates what is declared to what is used; `check` is a pure function."""

    page: Rule
    check: Callable[[Usage], Iterable[Objection]]
