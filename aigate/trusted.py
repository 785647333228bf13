"""Reads everything that steers a decision, from where the change cannot reach it.

That is the reference tree, the folder that ships with the product, and a file that the
caller names; never the head.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache as once
from functools import cached_property
from pathlib import Path

from aigate import __version__, registry
from aigate.documents.agents import read_agents
from aigate.documents.catalogue import read_catalogue, read_known, read_threat
from aigate.documents.mistakes import Mistakes
from aigate.documents.nodes import Node, packed, unpacked
from aigate.documents.owners import PLACES, read_owners
from aigate.documents.policy import Parse, find_policy, read_policy, read_strictly
from aigate.domain.evidence import Agents
from aigate.domain.policy import Policy
from aigate.domain.rule import Rule
from aigate.domain.tree import Entry
from aigate.engine import disclosure
from aigate.engine.prioritise import Threat
from aigate.errors import IntegrityError, UsageError
from aigate.value import dataclass
from aigate.workspace import git
from aigate.workspace.cache import Cache, load, save

BUILT_IN = "aigate:"
DEFAULT = f"{BUILT_IN}default"
BUILT_IN_NODES = "policies.json"

# What is kept of another version may be kept in another form, or have been read by other rules.
_FORM = f"aigate {__version__} document 1\n".encode()

_REGULAR = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What decides, and who answers.

    `agents` reads the table of coding agents. `rule_texts` are the further semgrep rule files
    that the policy names, by their path. `rules_digest` is the SHA-256 over all packs and those
    files.
    """

    policy: Policy
    catalogue: Mapping[str, Rule]
    threat: Threat
    agents: Callable[[], Agents]
    owners_of: Callable[[str], tuple[str, ...]]
    rule_texts: tuple[tuple[str, bytes], ...]
    rules_digest: str


class _Catalogue(Mapping[str, Rule]):
    """The page of every rule by its name, put together when one is first looked up."""

    def __init__(self, load: Callable[[], Mapping[str, Rule]]) -> None:
        self._load = load

    @cached_property
    def _rules(self) -> Mapping[str, Rule]:
        return self._load()

    def __getitem__(self, name: str) -> Rule:
        return self._rules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


def _all_rules(packed: bytes) -> dict[str, Rule]:
    catalogue = read_catalogue(packed)
    catalogue |= {rule.name: rule for scanner in registry.scanners() for rule in scanner.rules()}
    catalogue |= {rule.name: rule for rule in disclosure.RULES}
    catalogue |= {rule.page.name: rule.page for rule in registry.usage_rules()}
    return catalogue


Load = Callable[[str], bytes | None]
"""Reads a policy, or what it extends, for a caller who named it; None if there is none."""

Reader = Callable[[Entry], bytes]
"""Reads an entry's blob from the object database; raises an `AigateError` if it cannot."""


def read_trusted(
    reference: Sequence[Entry],
    read: Reader,
    *,
    packs: str,
    policy_file: str = "",
    from_caller: Load = lambda _name: None,
    cache: Cache | None = None,
) -> Trusted:
    """Read what decides: a policy that the caller names, else that of the reference.

    How a document reads is kept in the `cache`, by its bytes.

    Raises:
        DocumentError: the policy has mistakes.
        UsageError: there are two candidates for the policy, or a rule file is missing.
        IntegrityError: the policy asks for a newer gate, or the installation is damaged.
    """
    tree = {entry.path: entry for entry in reference}
    compiled = Path(packs, "compiled")
    files = {file.name: file.read_bytes() for file in sorted(compiled.glob("*.json"))}
    policy = _policy(
        tree,
        read,
        packs=packs,
        policy_file=policy_file,
        from_caller=from_caller,
        parse=lambda data, mistakes: _node(cache, files.get(BUILT_IN_NODES, b"{}"), data, mistakes),
    )
    if _version(policy.min_gate_version) > _version(__version__):
        raise IntegrityError(
            f"the policy asks for aigate {policy.min_gate_version} or later, this is {__version__}",
            hint="install a newer aigate",
            code="gate-too-old",
        )
    rule_texts = tuple((path, _regular(tree, path, read)) for path in policy.rule_files)
    if rule_texts:
        from aigate.documents.semgrep_rules import require_rules  # noqa: PLC0415 - see `_node`

        for path, text in rule_texts:
            require_rules(path, text)
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(name.encode() + b"\0" + data + b"\0")
    for path, text in rule_texts:
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + text + b"\0")
    return Trusted(
        policy=policy,
        catalogue=_Catalogue(lambda: _all_rules(files.get("catalogue.json", b""))),
        agents=once(lambda: read_agents(Path(packs, "data", "agents.json").read_bytes())),
        threat=read_threat(Path(packs, "data", "threat.json").read_bytes()),
        owners_of=_owners(tree, read),
        rule_texts=rule_texts,
        rules_digest=digest.hexdigest(),
    )


def read_policy_of(reference: Sequence[Entry], read: Reader, *, packs: str) -> Policy:
    """Read nothing but the policy of a tree.

    Raises:
        DocumentError: the policy has mistakes.
    """
    tree = {entry.path: entry for entry in reference}
    return _policy(tree, read, packs=packs, policy_file="", from_caller=lambda _name: None)


def target_branch(
    base: str, repository: git.Repository, policy: Policy, *, branch: str = ""
) -> str:
    """Return the name of the branch that a change is meant for, as statements name it.

    `branch` counts if the caller names it, and the base's own name if it is a branch; else the
    default branch that the clone recorded, the first branch that the policy protects and that
    is here, or the one that is checked out.
    """
    named = branch or (git.branch_named(repository, base) if base else "")
    if named or git.default_branch(repository):
        return named or git.default_branch(repository)
    plain = [name for name in policy.protected_branches if not set("*?[") & set(name)]
    here = (name for name in plain if _is_here(repository, name))
    return next(here, "") or next(iter(plain), "") or git.branch(repository)


def _is_here(repository: git.Repository, branch: str) -> bool:
    names = (branch, f"origin/{branch}")
    return any(git.branch_named(repository, name) == branch for name in names)


def _policy(
    tree: Mapping[str, Entry],
    read: Reader,
    *,
    packs: str,
    policy_file: str,
    from_caller: Load,
    parse: Parse = read_strictly,
) -> Policy:
    def load(reference: str) -> bytes | None:
        if reference.startswith(BUILT_IN):
            return _built_in(Path(packs, f"{reference.removeprefix(BUILT_IN)}.yaml"))
        if policy_file:
            return from_caller(reference)
        entry = tree.get(reference)
        return read(entry) if entry and entry.mode in _REGULAR else None

    if policy_file:
        if from_caller(policy_file) is None:
            raise UsageError(
                f"policy file `{policy_file}` cannot be read", code="policy-unreadable"
            )
        name = policy_file
    else:
        name = find_policy(tree) or DEFAULT
    return read_policy(
        name,
        load,
        registry.requirement_kinds(),
        parse,
    )


def _node(cache: Cache | None, shipped: bytes, data: bytes, mistakes: Mistakes) -> Node | None:
    """Read a document, or know how it reads: loading YAML's reader takes longer than that.

    `shipped` says how the policies read that come with the product, by their SHA-256.
    """
    name = f"document-{hashlib.sha256(_FORM + data).hexdigest()}"
    known: str | bytes | None = load(cache, name)
    if known is None:
        known = read_known(shipped).get(hashlib.sha256(data).hexdigest())
    if known is not None:
        return unpacked(known)
    before = len(mistakes)
    node = read_strictly(data, mistakes)
    plain = packed(node) if node and len(mistakes) == before else None
    if plain is not None:
        save(cache, name, plain)
    return node


def _built_in(file: Path) -> bytes | None:
    return file.read_bytes() if re.fullmatch(r"[a-z-]+", file.stem) and file.is_file() else None


def _regular(tree: Mapping[str, Entry], path: str, read: Reader) -> bytes:
    entry = tree.get(path)
    if entry is None or entry.mode not in _REGULAR:
        raise UsageError(
            f"rule file `{path}` is not in the reference",
            hint="rule files are named relative to the policy, below `.aigate/`",
            code="rule-file-missing",
        )
    return read(entry)


def _owners(tree: Mapping[str, Entry], read: Reader) -> Callable[[str], tuple[str, ...]]:
    for place in PLACES:
        entry = tree.get(place)
        if entry is not None and entry.mode in _REGULAR:
            return read_owners(read(entry))
    return lambda _path: ()


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("+")[0])[:3])
