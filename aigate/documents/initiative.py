"""Reads manifests of initiatives, `.aigate/initiatives/<name>.yaml`, into values.

Manifests are read from the tree under judgement, so nothing in them is trusted: they say what a
team declares, and rules hold that against what is used. One that cannot be read stops the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from aigate.documents.decode import decode, described, place_of, schema
from aigate.documents.initiative_file import InitiativeFile, RecoveryPart, SeatsPart
from aigate.documents.mistakes import START, Mistakes, did_you_mean, shown
from aigate.documents.nodes import LARGEST, Fields, Items, Node, Scalar
from aigate.documents.strict import read
from aigate.domain.initiative import (
    Component,
    ComponentKind,
    Evaluation,
    Impact,
    Initiative,
    ModelFile,
    Owners,
    Practice,
    Recovery,
)
from aigate.domain.place import Location
from aigate.domain.regex import regex
from aigate.engine.shown import line
from aigate.errors import DocumentError, Mistake
from aigate.value import dataclass

FOLDER = ".aigate/initiatives"
"""Where a repository keeps its manifests."""

SCHEMA = "policies/schemas/initiative.schema.json"

_MOST_FILES = 256
_LARGEST_SUM = 2 * 1024 * 1024
_PATH = regex(rf"{re.escape(FOLDER)}/[a-z0-9]+(?:[-.][a-z0-9]+)*\.yaml")
_MOST_PATTERNS = 256  # of all manifests; each is held against every path
_MOST_COMPONENTS = 2_000
_ENDS = (".yaml", ".yml", ".json", ".toml")
_KINDS = (
    ("models", ComponentKind.MODEL),
    ("services", ComponentKind.SERVICE),
    ("datasets", ComponentKind.DATASET),
    ("agents", ComponentKind.AGENT),
)


def find_initiatives(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the manifests among the paths of a tree, in order.

    Raises:
        DocumentError: a file lies where manifests do, and looks like one that would be passed
            over; what people review is then not what counts.
    """
    found, wrong = [], []
    for path in paths:
        folded = path.casefold()
        if not folded.startswith(f"{FOLDER}/") or not folded.endswith(_ENDS):
            continue
        if _PATH.fullmatch(path):
            found.append(path)
        else:
            wrong.append(path)
    if wrong:
        text = (
            f"a manifest is `{FOLDER}/<name>.yaml`, with a name of `a-z`, `0-9` and `-`:"
            " rename or remove this file"
        )
        # The path is anybody's text, and messages have a line each.
        shown_paths = [line(path, 200) for path in sorted(wrong)[:_MOST_FILES]]
        raise DocumentError(
            tuple(Mistake(path, 1, 1, text) for path in shown_paths), code="odd-manifest"
        )
    return tuple(sorted(found))


def read_initiatives(
    paths: Sequence[str], load: Callable[[str], bytes | None]
) -> tuple[Initiative, ...]:
    """Read manifests, in order of their names.

    Args:
        paths: What `find_initiatives` found.
        load: Returns the bytes of a path, or None if it is no regular file. It must not follow
            symbolic links.

    Raises:
        DocumentError: with every mistake in every manifest.
    """
    read_so_far = 0
    files: list[_Read] = []
    mistakes = Mistakes(FOLDER)
    if len(paths) > _MOST_FILES:
        mistakes.add(START, f"more than {_MOST_FILES} manifests")
    for path in paths[:_MOST_FILES]:
        own = mistakes.within(path)
        data = load(path)
        if data is None:
            own.add(START, "this is no regular file (links are not followed)")
            continue
        read_so_far += min(len(data), LARGEST)
        if read_so_far > _LARGEST_SUM:
            own.add(START, f"all manifests together are larger than {_LARGEST_SUM // 1024} KiB")
            break
        node = read(data, own)
        file = decode(InitiativeFile, node, own) if node else None
        if node and file:
            _check(path, file, node, own)
            files.append(_Read(path, file, node, own))
    _check_order(files, names={_stem(path) for path in paths})
    _check_sums(files)
    mistakes.check()
    return tuple(_initiative(one) for one in files)


def initiative_schema() -> dict[str, object]:
    """Return the JSON Schema of manifests."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "aigate initiative",
        **schema(InitiativeFile, {"version": {"const": 1}}),
        "if": {"properties": {"impact": {"const": "high"}}, "required": ["impact"]},
        "else": {"properties": {"practices": False}},
    }


def initiative_reference() -> str:
    """Return a table of every field of a manifest, in Markdown."""
    rows = [f"| `{path}` | {form} | {doc} |" for path, form, doc in described(InitiativeFile)]
    return "\n".join(["| field | what is written | meaning |", "|---|---|---|", *rows]) + "\n"


@dataclass(frozen=True, slots=True)
class _Read:
    path: str
    file: InitiativeFile
    node: Node
    mistakes: Mistakes


def _stem(path: str) -> str:
    return path.removeprefix(f"{FOLDER}/").removesuffix(".yaml")


def _check(path: str, file: InitiativeFile, node: Node, mistakes: Mistakes) -> None:
    """Note what is wrong in one manifest beyond the form of its fields."""
    if file.version != 1:
        text = "this gate knows version 1 of manifests only"
        mistakes.add(place_of(node, "version"), text)
    if file.name != _stem(path):
        at = place_of(node, "name")
        mistakes.add(
            at, f"the name {shown(file.name)} is not that of the file: {shown(_stem(path))}"
        )
    if file.practices and file.impact is not Impact.HIGH:
        text = "practices belong to high impact: add `impact: high`, or leave them out"
        mistakes.add(place_of(node, "practices"), text)
    for key in ("models", "services", "datasets", "agents", "practices"):
        _require_once(_items(node, key), "name", mistakes)
    for model in _items(node, "models"):
        _require_once(_items(model, "files"), "path", mistakes)


def _require_once(items: Sequence[Node], key: str, mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for item in items:
        name = _under(item, key)
        if not isinstance(name, Scalar):
            continue
        if name.text in first:
            text = f"{shown(name.text)} is given twice (first in line {first[name.text]})"
            mistakes.add(name.at, text)
        first.setdefault(name.text, name.at.line)


def _check_order(files: Sequence[_Read], names: set[str]) -> None:
    """Note where the order of recovery names nobody, or goes in a circle."""
    after = {one.file.name: _after(one.file.recovery) for one in files}
    for one in files:
        node = _under(_under(one.node, "recovery"), "after")
        for scalar in node.nodes if isinstance(node, Items) else (node,):
            if not isinstance(scalar, Scalar):
                continue
            if scalar.text not in names:
                near = did_you_mean(scalar.text, names - {one.file.name})
                one.mistakes.add(scalar.at, f"there is no initiative {shown(scalar.text)}{near}")
            elif _leads_to(scalar.text, one.file.name, after):
                text = f"{shown(scalar.text)} itself comes after `{one.file.name}`: a circle"
                one.mistakes.add(scalar.at, text)


def _check_sums(files: Sequence[_Read]) -> None:
    """Note where all manifests together are more than the rules can relate in time."""
    patterns = components = 0
    for one in files:
        patterns += len(one.file.used_in)
        components += sum(len(getattr(one.file, key)) for key, _ in _KINDS)
        if patterns > _MOST_PATTERNS:
            text = f"more than {_MOST_PATTERNS} patterns in all manifests: name folders"
            one.mistakes.add(place_of(one.node, "used-in"), text)
            return
        if components > _MOST_COMPONENTS:
            one.mistakes.add(START, f"more than {_MOST_COMPONENTS} components in all manifests")
            return


def _after(recovery: RecoveryPart | None) -> tuple[str, ...]:
    return recovery.after if recovery else ()


def _leads_to(start: str, end: str, after: Mapping[str, tuple[str, ...]]) -> bool:
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            waiting += after.get(name, ())
    return False


def _initiative(one: _Read) -> Initiative:
    file = one.file
    return Initiative(
        name=file.name,
        purpose=file.purpose,
        at=_at(one.path, _under(one.node, "name")),
        impact=file.impact,
        owners=_owners(file.owners),
        used_in=file.used_in,
        data=file.data,
        components=tuple(_components(one)),
        evaluations=tuple(
            Evaluation(what=part.what, evidence=part.evidence, on=part.date)
            for part in file.evaluation
        ),
        practices=tuple(
            Practice(name=part.name, evidence=part.evidence, on=part.date)
            for part in file.practices
        ),
        recovery=_recovery(file.recovery),
        approved_until=file.approved_until,
        places=tuple(_places(one)),
    )


def _components(one: _Read) -> Iterator[Component]:
    for key, kind in _KINDS:
        parts: tuple[Any, ...] = getattr(one.file, key)
        for part, node in zip(parts, _items(one.node, key), strict=True):
            # Each kind of part has some of the fields of a component, by the same names.
            given = {field.name: getattr(part, field.name) for field in fields(part)}
            if kind is ComponentKind.AGENT:
                given["agent"] = given.pop("kind")
            if kind is ComponentKind.MODEL:
                pairs = ((file.path, file.sha256) for file in given["files"])
                given["files"] = tuple(ModelFile(path=p, sha256=digest) for p, digest in pairs)
            yield Component(kind=kind, at=_at(one.path, _under(node, "name")), **given)


def _recovery(part: RecoveryPart | None) -> Recovery | None:
    if part is None:
        return None
    return Recovery(
        order=part.order,
        after=part.after,
        within_hours=part.within,
        fallback=part.fallback,
        declares_safe=_owners(part.declares_safe),
        exercised=part.exercised,
    )


def _owners(part: SeatsPart | None) -> Owners:
    if part is None:
        return Owners()
    return Owners(developer=part.developer, security=part.security, business=part.business)


def _places(one: _Read) -> Iterator[tuple[str, Location]]:
    if isinstance(one.node, Fields):
        for key, _ in one.node.entries:
            yield key.text, _at(one.path, key)


def _at(path: str, node: Node | None) -> Location:
    if not isinstance(node, Scalar):
        at = node.at if node else START
        return Location(path, at.line, at.column, at.line, at.column)
    # Between quotes, and in a block, the text does not start here: then the place has no length.
    length = len(node.text) if node.plain and "\n" not in node.text else 0
    return Location(path, node.at.line, node.at.column, node.at.line, node.at.column + length)


def _items(node: Node | None, key: str) -> Sequence[Node]:
    found = _under(node, key)
    return found.nodes if isinstance(found, Items) else ()


def _under(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, Fields):
        return None
    return next((value for name, value in node.entries if name.text == key), None)
