"""Gathers what trees declare and use of AI, and what the rules about both say.

The manifests that count are those of the tree under judgement: what a change does to them is a
change of the control plane, which two people have to accept. Those of the reference tell what is
new, and keep the rules in force where a change takes all manifests away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING

from aigate import registry
from aigate.domain.finding import Finding, Gap
from aigate.domain.inventory import Inventory, UseKind
from aigate.domain.policy import Policy
from aigate.domain.regex import regex
from aigate.domain.tree import Entry
from aigate.engine.patterns import matches_path
from aigate.errors import DocumentError
from aigate.observed import NOWHERE, Shelf, Table, contents_of, inventory_of
from aigate.value import dataclass
from aigate.workspace import sides

# Most trees declare nothing and use nothing, and a scan should not wait for what speaks of both.
if TYPE_CHECKING:
    from aigate.domain.initiative import Initiative
    from aigate.domain.usage import Usage

_REGULAR = frozenset({"100644", "100755"})
# The whole file, so that a model cannot pass for the pointer to another.
_POINTER = regex(
    rb"version https?://[\w./-]+\n(?:ext-\d-[\w-]+ \S+\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize \d{1,20}\n?"
)
_POINTER_BYTES = 1024
_MANIFESTS = ".aigate/initiatives/"
_OWN = regex(
    r"\.aigate/(?:policy\.yaml|initiatives/[^/]+\.yaml|trust/[^/]+\.json|ledger/[^/]+\.json)"
)
_CODE = (".py", ".pyw", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is looked at, and by which rules of the policy.

    Without a `reference` everything in the head is new. `judged` are the entries of the change;
    `steering` is the tree that decides, the reference if there is one.
    """

    head: sides.Tree
    reference: sides.Tree | None
    steering: sides.Tree | None
    judged: Sequence[Entry]
    policy: Policy
    packs: str
    at: date
    shelf: Shelf = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What rules say about the head, and about the reference where they say anything.

    `known` are the initiatives of the tree that decides.
    """

    findings: tuple[Finding, ...] = ()
    before: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    known: tuple[Initiative, ...] = field(default=(), repr=False)

    def initiatives_at(self, path: str) -> tuple[str, ...]:
        """Return the names of the initiatives that cover a path, as the deciding tree says."""
        if not self.known:
            return ()
        from aigate.engine.usage import covering  # noqa: PLC0415 - see above

        return tuple(one.name for one in covering(self.known, path))


def look(scene: Scene) -> Declared:
    """Relate what the head declares to what it uses.

    Raises:
        DocumentError: a manifest of the head has mistakes.
    """
    declared = initiatives_of(scene.head)
    known = _known(scene.steering)
    governed = bool(declared or known or _has_manifests(scene.steering))
    # Where nothing is declared, only what the change itself brings is worth a word.
    asked = scene.head.entries if governed or scene.policy.approved != _NO_LISTS else scene.judged
    table = Table(scene.packs)
    entries = _in_scope(asked, scene.policy)
    inventory = inventory_of(scene.head, entries, table, scene.shelf)
    judged = {entry.path for entry in scene.judged}
    gaps = _unread(inventory, judged) if governed else ()
    # Of nothing declared and nothing used, no rule has anything to say.
    if not declared and not inventory.uses:
        return Declared(gaps=gaps, known=known)
    from aigate.domain.usage import Usage  # noqa: PLC0415 - see above
    from aigate.engine.usage import findings_of  # noqa: PLC0415 - see above

    facts = Usage(
        initiatives=declared,
        inventory=inventory,
        paths=frozenset(entry.path for entry in scene.head.entries),
        governed=governed,
        at=scene.at,
        approved=scene.policy.approved,
        digests=_digests(scene.head, declared),
    )
    findings = findings_of(registry.usage_rules(), facts)
    before: tuple[Finding, ...] = ()
    if findings and scene.reference is not None:
        then = replace(
            facts,
            initiatives=known,
            inventory=_earlier(scene, scene.reference, inventory, table),
            paths=frozenset(entry.path for entry in scene.reference.entries),
            digests=_digests(scene.reference, known),
        )
        before = findings_of(registry.usage_rules(), then)
    return Declared(findings=findings, before=before, gaps=gaps, known=known)


def usage_of(tree: sides.Tree, policy: Policy, *, packs: str, at: date) -> Usage:
    """Return everything that a tree declares and uses, for commands that judge nothing.

    Raises:
        DocumentError: a manifest has mistakes.
    """
    from aigate.domain.usage import Usage  # noqa: PLC0415 - see above

    declared = initiatives_of(tree)
    entries = _in_scope(tree.entries, policy)
    return Usage(
        initiatives=declared,
        inventory=inventory_of(tree, entries, Table(packs)),
        paths=frozenset(entry.path for entry in tree.entries),
        governed=bool(declared),
        at=at,
        approved=policy.approved,
        digests=_digests(tree, declared),
    )


def digests_of(tree: sides.Tree, usage: Usage) -> Usage:
    """Return the same facts with the digest of every model file that was found."""
    paths = {use.at.path for use in usage.inventory.uses if use.kind is UseKind.WEIGHTS}
    known = _digests_at(tree, paths)
    uses = tuple(
        replace(use, digest=use.digest or known.get(use.at.path, ""))
        if use.kind is UseKind.WEIGHTS
        else use
        for use in usage.inventory.uses
    )
    return replace(usage, inventory=replace(usage.inventory, uses=uses))


def initiatives_of(tree: sides.Tree) -> tuple[Initiative, ...]:
    """Return what a tree declares.

    Raises:
        DocumentError: a manifest has mistakes.
        IncompleteError: one cannot be read.
    """
    if not _may_declare(tree):
        return ()
    entries = {entry.path: entry for entry in tree.entries}
    from aigate.documents.initiative import (  # noqa: PLC0415 - see above
        find_initiatives,
        read_initiatives,
    )

    def load(path: str) -> bytes | None:
        entry = entries[path]
        return sides.read_one(tree, entry) if entry.mode in _REGULAR else None

    return read_initiatives(find_initiatives(entries), load)


_NO_LISTS = Policy(name="").approved


def _known(tree: sides.Tree | None) -> tuple[Initiative, ...]:
    """Return what a tree declares whose mistakes are not this change's."""
    try:
        return initiatives_of(tree) if tree else ()
    except DocumentError:
        return ()


def _may_declare(tree: sides.Tree) -> bool:
    """Tell whether anything lies where manifests do."""
    return any(
        entry.path[:1] == "." and entry.path.casefold().startswith(_MANIFESTS)
        for entry in tree.entries
    )


def _has_manifests(tree: sides.Tree | None) -> bool:
    if tree is None or not _may_declare(tree):
        return False
    from aigate.documents.initiative import find_initiatives  # noqa: PLC0415 - see above

    try:
        return bool(find_initiatives(entry.path for entry in tree.entries))
    except DocumentError:
        return True


def _earlier(scene: Scene, reference: sides.Tree, inventory: Inventory, table: Table) -> Inventory:
    """Return what the reference uses; what it shares with the head is not read again."""
    same = {(entry.path, entry.mode, entry.blob) for entry in scene.head.entries}
    own = _in_scope(reference.entries, scene.policy)
    shared = {e.path for e in own if (e.path, e.mode, e.blob) in same}
    others = [entry for entry in own if entry.path not in shared]
    found = inventory_of(reference, others, table, scene.shelf)
    kept = tuple(use for use in inventory.uses if use.at.path in shared)
    return replace(found, uses=kept + found.uses, files=len(own))


def _in_scope(entries: Iterable[Entry], policy: Policy) -> tuple[Entry, ...]:
    patterns = [pattern for one in policy.exclusions for pattern in one.paths]
    return tuple(
        entry
        for entry in entries
        # What steers the gate names providers to speak about them.
        if not _OWN.fullmatch(entry.path)
        and not any(matches_path(pattern, entry.path) for pattern in patterns)
    )


def _digests(tree: sides.Tree, declared: Iterable[Initiative]) -> dict[str, str]:
    """Return the SHA-256 of each declared model file that is there; empty if it cannot be read."""
    if not declared:
        return {}
    from aigate.domain.initiative import ComponentKind  # noqa: PLC0415 - see above
    from aigate.engine.usage import components  # noqa: PLC0415 - see above

    wanted = {
        file.path
        for _, component in components(declared, ComponentKind.MODEL)
        for file in component.files
    }
    return _digests_at(tree, wanted)


def _digests_at(tree: sides.Tree, wanted: Collection[str]) -> dict[str, str]:
    entries = [entry for entry in tree.entries if entry.path in wanted]
    found = dict.fromkeys((entry.path for entry in entries), "")
    for content in contents_of(tree, [entry for entry in entries if entry.mode in _REGULAR]):
        if not content.problem:
            small = len(content.data) <= _POINTER_BYTES
            pointer = _POINTER.fullmatch(content.data) if small else None
            digest = hashlib.sha256(content.data).hexdigest()
            found[content.entry.path] = pointer[1].decode() if pointer else digest
    return found


def _unread(inventory: Inventory, judged: set[str]) -> tuple[Gap, ...]:
    """Return a gap for each file of code in the change whose use of AI is not known."""
    return tuple(
        Gap(path, f"what it uses of AI cannot be told: {why}", "usage-unread", "initiatives")
        for path, why in inventory.unread
        if path in judged and path.lower().endswith(_CODE)
    )
