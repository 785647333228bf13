"""What acceptances are judged by, as it was gathered for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigate.value import dataclass

# Most repositories have no registry, and a scan should not wait for what only one needs.
if TYPE_CHECKING:
    from aigate.domain.accountability import Recorded, Registry

CONTROL_PLANE = "control-plane-change"
"""The rule that objects to changes of what steers the gate, and so to each new record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What acceptances are judged by.

    `records` hold every verified statement that names one of the fingerprints asked for, and
    every withdrawal of what these say. `vouched` are the paths of new records and root files
    that verify, by people who may say that now, and so need nobody else's acceptance, and of the
    proposals that have become such root files; `invalid`
    pairs the other new ones with the reason. `ledger_digest` is over the names of all records
    of the head.
    """

    registry: Registry | None
    records: tuple[Recorded, ...] = ()
    authors: frozenset[str] = frozenset()
    vouched: frozenset[str] = frozenset()
    invalid: tuple[tuple[str, str], ...] = ()
    ledger_digest: str = ""
