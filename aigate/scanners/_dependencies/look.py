"""Reads what one unit asks installers for: it depends on nothing but the unit."""

from __future__ import annotations

from itertools import islice

from aigate.domain.tree import Kind, Unit
from aigate.scanners._dependencies.commands import commands
from aigate.scanners._dependencies.files import HEADER, manifest_form, role_of, runs_commands
from aigate.scanners._dependencies.items import Item, Role, UnreadableError
from aigate.scanners._dependencies.readers import reader_of
from aigate.value import dataclass

_MOST_ITEMS = 100_000
_MOST_DECLARED = 5_000


@dataclass(frozen=True, slots=True)
class Look:
    """What one unit asks installers for; `damage` is why it could not be read to its end.

    `listed` is what a manifest or lock file says, or nothing if that is not all of it.
    """

    unit: Unit
    items: tuple[Item, ...] = ()
    damage: str = ""
    listed: tuple[Item, ...] | None = None


def look(unit: Unit) -> Look:
    """Return what a unit asks installers for."""
    path = unit.path
    is_manifest = not unit.cell and bool(manifest_form(path))
    reader = None if unit.cell else reader_of(path)
    # What people write is short, and a resolver's list of names is compared more quickly.
    most = _MOST_DECLARED if is_manifest else _MOST_ITEMS
    found: list[Item] = []
    listed: list[Item] = []
    damage = ""
    is_whole = False
    both = is_manifest and runs_commands(path)  # such as `tox.ini`
    role = role_of(unit) if reader is None or both else None
    try:
        if role is Role.DECLARED:
            found += commands(unit.text, role=Role.DECLARED)
        if reader is not None:
            listed += islice(reader(unit.text), most + 1)
            is_whole = len(listed) <= most
            if len(found) + len(listed) > most:
                damage = f"it has more than {most} entries"
    except UnreadableError as error:
        damage = str(error) if unit.text.strip() else ""
    except RecursionError:
        damage = "it is nested too deeply"
    found += listed
    if unit.kind is Kind.PYTHON and HEADER in unit.text:
        from aigate.scanners._dependencies.manifests import script_header  # noqa: PLC0415 - rare

        found += script_header(unit.text)
    if role is Role.MENTIONED:
        found += commands(unit.text, role=role)
    return Look(unit, tuple(found), damage, tuple(listed) if is_whole else None)


def names_before(unit: Unit) -> tuple[Item, ...]:
    """Return what a manifest asked for before the change, as far as it can be read."""
    reader = reader_of(unit.path) if manifest_form(unit.path) and unit.previous else None
    if reader is None:
        return ()
    try:
        return tuple(islice(reader(unit.previous), _MOST_ITEMS))
    except (UnreadableError, RecursionError):
        return ()
