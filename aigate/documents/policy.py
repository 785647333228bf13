"""Reads policies, with everything that they extend, into one `Policy`.

A policy never reads files by itself: `load` gets a reference and returns bytes, or None if
the trusted tree has no such regular file. References are `aigate:<pack>` for what ships with
the product, else a path relative to the policy's own folder, which it cannot leave.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aigate.documents.decode import decode, place_of, schema
from aigate.documents.fold import BUILT_IN, Layer, fold, resolved
from aigate.documents.mistakes import START, Mistakes, Place, did_you_mean, shown
from aigate.documents.nodes import Fields, Items, Node, Scalar
from aigate.documents.policy_file import PolicyFile
from aigate.domain.extension import RequirementKind
from aigate.domain.policy import Policy, Requirement, Source
from aigate.errors import DocumentError, Mistake

POLICY = ".aigate/policy.yaml"
"""Where a repository keeps its policy."""

_DEEPEST = 8
_MOST_FILES = 32
_LARGEST_SUM = 256 * 1024

Load = Callable[[str], bytes | None]

Parse = Callable[[bytes, Mistakes], Node | None]
"""Reads a document as `strict.read` does."""


def read_strictly(data: bytes, mistakes: Mistakes) -> Node | None:
    """Read a document; see `strict.read`."""
    from aigate.documents.strict import read  # noqa: PLC0415 - YAML takes long to load

    return read(data, mistakes)


def read_policy(
    name: str, load: Load, kinds: Sequence[RequirementKind], parse: Parse = read_strictly
) -> Policy:
    """Read a policy and fold in everything that it extends.

    Args:
        name: The reference of the policy, such as `.aigate/policy.yaml` or `aigate:default`.
        load: Returns the bytes of a reference, or None if there is no such regular file. It
            must not follow symbolic links.
        kinds: The kinds of requirements that a policy can state.
        parse: See `Parse`.

    Raises:
        DocumentError: with every mistake in every file that was read.
    """
    mistakes = Mistakes(name)
    reader = _Reader(load, parse, {kind.name: kind.implementation for kind in kinds}, mistakes)
    reader.read(name, mistakes, at=START, above=())
    mistakes.check()
    policy = fold(reader.layers, mistakes)
    if not policy.requirements:
        mistakes.add(START, "no requirement at all: nothing asked would be nothing passed")
    mistakes.check()
    return replace(policy, digest=reader.digest())


def find_policy(paths: Iterable[str]) -> str | None:
    """Return the path of the policy among the paths of a tree, or None if there is none.

    Raises:
        DocumentError: if a file has a name that could be mistaken for the policy's; none of
            several candidates silently comes first.
    """
    folder, _, file = POLICY.partition("/")
    stem = file.removesuffix(".yaml")
    alike = {f"{folder}/{stem}{end}" for end in (".yaml", ".yml", ".json", ".toml", "")}
    found = sorted(path for path in paths if path.casefold() in alike)
    wrong = [path for path in found if path != POLICY]
    if wrong:
        text = f"the policy is `{POLICY}` and nothing else: rename or remove this file"
        raise DocumentError(tuple(Mistake(path, 1, 1, text) for path in wrong), code="two-policies")
    return POLICY if found else None


def policy_schema(kinds: Sequence[RequirementKind]) -> dict[str, object]:
    """Return the JSON Schema of policy documents."""
    described = [_kind_schema(kind) for kind in kinds]
    item = described[0] if len(described) == 1 else {"anyOf": described}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "aigate policy",
        **schema(
            PolicyFile,
            {
                "version": {"const": 1},
                "requirements": {"type": "array", "items": item, "minItems": 1},
            },
        ),
    }


def _kind_schema(kind: RequirementKind) -> dict[str, object]:
    found: dict[str, Any] = schema(kind.implementation)
    told = {"const": kind.name, "description": "the kind of the requirement"}
    found["properties"] = {"kind": told, **found["properties"]}
    if kind.name != _DEFAULT_KIND:
        found["required"] = ["kind", *found["required"]]
    return found


_DEFAULT_KIND = "finding"


class _Reader:
    """Reads documents depth first; each only once, however often it is extended."""

    def __init__(
        self, load: Load, parse: Parse, kinds: Mapping[str, type], mistakes: Mistakes
    ) -> None:
        self.layers: list[Layer] = []
        self._load = load
        self._parse = parse
        self._kinds = kinds
        self._mistakes = mistakes
        self._known: dict[str, frozenset[str]] = {}
        self._digest = hashlib.sha256()
        self._sum = 0

    def digest(self) -> str:
        return self._digest.hexdigest()

    def read(self, ref: str, asking: Mistakes, *, at: Place, above: tuple[str, ...]) -> None:
        """Read a document and, before it, what it extends; `asking` gets what is wrong with `ref`."""
        if ref in above:
            path = " -> ".join((*above[above.index(ref) :], ref))
            asking.add(at, f"this extends itself: {path}")
        elif ref in self._known:
            pass
        elif len(above) > _DEEPEST:
            asking.add(at, f"more than {_DEEPEST} levels of `extends`")
        elif len(self._known) == _MOST_FILES:
            asking.add(at, f"more than {_MOST_FILES} files in `extends`")
        else:
            data = self._load(ref)
            if data is None:
                asking.add(at, _missing(ref))
                return
            self._sum += len(data)
            if self._sum > _LARGEST_SUM:
                asking.add(at, f"larger than {_LARGEST_SUM // 1024} KiB with all that is extended")
            else:
                self._document(ref, data, above)

    def _document(self, ref: str, data: bytes, above: tuple[str, ...]) -> None:
        self._known[ref] = frozenset()
        mistakes = self._mistakes.within(ref)
        for part in (ref.encode("utf-8", "surrogateescape"), data):
            self._digest.update(len(part).to_bytes(8, "big") + part)
        node = self._parse(data, mistakes)
        file = decode(PolicyFile, node, mistakes) if node else None
        parents = self._parents(ref, node, mistakes, above) if node else []
        ancestors = frozenset(parents).union(*(self._known.get(name, ()) for name in parents))
        self._known[ref] = ancestors
        if node:
            self._references(node, "rules", ref, mistakes)
            requirements = self._requirements(ref, node, mistakes)
            if file and file.version != 1:
                text = "this gate knows version 1 of the policy language only"
                mistakes.add(place_of(node, "version"), text)
            if file:
                self.layers.append(Layer(ref, file, node, requirements, ancestors))

    def _parents(
        self, ref: str, node: Node, mistakes: Mistakes, above: tuple[str, ...]
    ) -> list[str]:
        found = self._references(node, "extends", ref, mistakes)
        for parent, at in found:
            self.read(parent, mistakes, at=at, above=(*above, ref))
        return [parent for parent, _ in found]

    def _references(
        self, node: Node, key: str, ref: str, mistakes: Mistakes
    ) -> list[tuple[str, Place]]:
        """Resolve the references of a field; what is no reference is noted and left out."""
        found = []
        for scalar in _scalars(_at_key(node, key)):
            wrong = _escape(scalar.text, within=ref, packs=key == "extends")
            if wrong:
                mistakes.add(scalar.at, wrong)
            else:
                found.append((resolved(scalar.text, ref), scalar.at))
        return found

    def _requirements(
        self, ref: str, node: Node, mistakes: Mistakes
    ) -> tuple[tuple[Requirement, Source], ...]:
        listed = _at_key(node, "requirements")
        found: dict[str, tuple[Requirement, Source]] = {}
        for item in listed.nodes if isinstance(listed, Items) else ():
            made = self._requirement(item, mistakes)
            if made and made.id in found:
                first = found[made.id][1].line
                text = f"{shown(made.id)} is given twice (first in line {first})"
                mistakes.add(place_of(item, "id"), text)
            elif made:
                found[made.id] = (made, Source(ref, item.at.line))
        return tuple(found.values())

    def _requirement(self, node: Node, mistakes: Mistakes) -> Requirement | None:
        kind = _at_key(node, "kind")
        if not isinstance(kind, Scalar | None):
            mistakes.add(kind.at, "expected the name of a kind of requirement")
            return None
        name = kind.text if kind else _DEFAULT_KIND
        if name not in self._kinds:
            at = kind.at if kind else node.at
            mistakes.add(at, f"unknown kind {shown(name)}{did_you_mean(name, self._kinds)}")
            return None
        if isinstance(node, Fields):
            kept = tuple(entry for entry in node.entries if entry[0].text != "kind")
            node = replace(node, entries=kept)
        found: Requirement | None = decode(self._kinds[name], node, mistakes)
        return found


def _at_key(node: Node, key: str) -> Node | None:
    if not isinstance(node, Fields):
        return None
    return next((value for name, value in node.entries if name.text == key), None)


def _scalars(node: Node | None) -> list[Scalar]:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    return [item for item in nodes if isinstance(item, Scalar) and item.text]


def _missing(ref: str) -> str:
    if ref.startswith(BUILT_IN):
        return f"there is no pack {shown(ref)}"
    return f"there is no regular file {shown(ref)} in the trusted tree (links are not followed)"


def _escape(text: str, *, within: str, packs: bool) -> str:
    """Say why a reference is refused, or return the empty text."""
    if packs and text.startswith(BUILT_IN):
        name = text.removeprefix(BUILT_IN)
        good = name.replace("-", "").isalnum() and name.isascii()
        return "" if good else f"{shown(text)} is no name of a pack"
    if within.startswith(BUILT_IN):
        return f"{shown(text)}: a pack can refer to packs only"
    if ":" in text or "\\" in text or text.startswith(("/", "~")):
        return f"{shown(text)} is no path relative to this file's folder"
    if any(part in {"", ".", ".."} for part in text.split("/")):
        return f"{shown(text)}: a path has no empty part, no `.` and no `..`"
    return ""
