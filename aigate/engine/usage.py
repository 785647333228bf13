"""Relates what manifests declare to what a tree uses, and makes findings of objections."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from aigate.domain.finding import Finding
from aigate.domain.initiative import Component, ComponentKind, Initiative
from aigate.domain.inventory import Use, UseKind
from aigate.domain.place import Location
from aigate.domain.regex import regex
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.patterns import matches_name, matches_path
from aigate.engine.place import fingerprint

CONVENTIONS = frozenset({"agents-md", "mcp"})
"""Names of agents for files that any agent reads: they do not tell which one does."""


def findings_of(rules: Iterable[UsageRule], usage: Usage) -> tuple[Finding, ...]:
    """Return what rules object to, each matter of a file once, in order of place."""
    found = [finding for rule in rules for finding in _of_rule(rule, usage)]
    return tuple(sorted(found, key=lambda one: (one.at, one.rule, one.match)))


def _of_rule(rule: UsageRule, usage: Usage) -> Iterator[Finding]:
    first: dict[tuple[str, str], Objection] = {}
    more: Counter[tuple[str, str]] = Counter()
    for one in rule.check(usage):
        key = (one.at.path, one.matter)
        if key not in first or one.at < first[key].at:
            first[key] = one
        more[key] += 1
    # None is left out, however many: the new one could be the last.
    for key, one in first.items():
        yield _finding(rule, one, more[key] - 1)


def _finding(rule: UsageRule, one: Objection, more: int) -> Finding:
    page = rule.page
    what, hinted, hint = one.message.partition("; hint: ")
    if more:
        what += f" (and {more} more times in this file)" if more > 1 else " (and once more)"
    digest = hashlib.sha256(one.matter.encode("utf-8", "surrogatepass")).hexdigest()
    return Finding(
        rule=page.name,
        scanner=NAME,
        at=one.at,
        title=page.title,
        message=what + hinted + hint,
        severity=page.severity,
        help=page.fix,
        cwe=page.cwe,
        controls=page.controls,
        match=digest,
        context=digest,
        fingerprint=fingerprint(page.name, one.at.path, digest),
    )


def without(usage: Usage, excluded: Iterable[str]) -> Usage:
    """Return the same facts without what is used at some paths."""
    left_out = frozenset(excluded)
    uses = tuple(use for use in usage.inventory.uses if use.at.path not in left_out)
    return replace(usage, inventory=replace(usage.inventory, uses=uses))


def covering(initiatives: Iterable[Initiative], path: str) -> tuple[Initiative, ...]:
    """Return the initiatives to which the code at a path belongs."""
    return tuple(one for one in initiatives if covers(one.used_in, path))


_CODE = regex(
    r".*\.(?:pyw?|ipynb|[cm]?[jt]sx?|vue|svelte|go|java|kts?|scala|groovy|rb|rs|cs|fs|php|swift|dart"
    r"|exs?|jl|r|pl|lua|c|cc|cpp|h|hpp|m|mm)",
    re.IGNORECASE,
)
_BESIDE = regex(
    r"(?:.*/)?(?:tests?|__tests__|testing|spec|specs|docs?|examples?|fixtures|\.github)/.*"
    r"|(?:.*/)?(?:test_[^/]*|[^/]*_test|conftest|[^/]*\.(?:test|spec))\.[^./]+"
)


def is_product(path: str) -> bool:
    """Tell whether a path is code of the product, and no test, example, setting or dependency."""
    return _CODE.fullmatch(path) is not None and _BESIDE.fullmatch(path) is None


def responsible(initiatives: tuple[Initiative, ...], path: str) -> tuple[Initiative, ...]:
    """Return the initiatives whose declarations count at a path.

    Settings, dependencies and tests serve all of them, unless one says that they are its own.
    """
    found = covering(initiatives, path)
    return found if found or is_product(path) else initiatives


@lru_cache(maxsize=1 << 17)  # every rule asks the same
def covers(patterns: tuple[str, ...], path: str) -> bool:
    """Tell whether any of these patterns matches a path."""
    return any(begins(pattern, path) and matches_path(pattern, path) for pattern in patterns)


def begins(pattern: str, path: str) -> bool:
    """Tell quickly whether a pattern can match a path at all, by the text that it starts with."""
    return path.startswith(_start(pattern))


@lru_cache(maxsize=4096)
def _start(pattern: str) -> str:
    if "/" not in pattern.removesuffix("/"):
        return ""  # it matches a name in any folder
    return re.split(r"[*?\[]", pattern.removeprefix("/"), maxsplit=1)[0].rstrip("/")


def by_path(uses: Iterable[Use]) -> Mapping[str, Sequence[Use]]:
    """Return uses by the path that they are at."""
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.at.path, []).append(use)
    return found


def components(
    initiatives: Iterable[Initiative], *kinds: ComponentKind
) -> Iterator[tuple[Initiative, Component]]:
    """Yield the components of these kinds, all if none is named, with their initiatives."""
    for one in initiatives:
        for component in one.components:
            if not kinds or component.kind in kinds:
                yield one, component


def declares(initiatives: Iterable[Initiative], use: Use) -> bool:
    """Tell whether a use is among the components of any of these initiatives."""
    return any(is_of(component, use) for _, component in components(initiatives))


def is_of(component: Component, use: Use) -> bool:
    """Tell whether a component is what a use uses."""
    asked = _OF_KIND.get(use.kind)
    return asked is not None and asked(component, use)


def same(one: str, other: str) -> bool:
    """Tell whether two names are the same but for case."""
    return one.casefold() == other.casefold()


def undeclared(usage: Usage) -> tuple[Use, ...]:
    """Return what no initiative declares where it is used, to draft a manifest from."""
    found = []
    for path, uses in by_path(usage.inventory.uses).items():
        near = responsible(usage.initiatives, path)
        for use in uses:
            everyone = usage.initiatives if _is_anywhere(use) else near
            # An embedding is reported as a model as well.
            own = use.kind is not UseKind.EMBEDDING and not serves_agent(use, uses)
            if use.kind in _OF_KIND and own:
                if use.name not in CONVENTIONS and not declares(everyone, use):
                    found.append(use)
            elif use.kind in _LIBRARIES and not near:
                found.append(use)
    return tuple(found)


def _is_anywhere(use: Use) -> bool:
    """Tell whether a use belongs to an initiative wherever it lies."""
    return use.kind in _ANYWHERE or bool(fact(use, "permission"))


def serves_agent(use: Use, beside: Sequence[Use]) -> bool:
    """Tell whether a use is how a coding agent reaches its model or a server of its own.

    `beside` are all uses of the same file. The agent is what has to be declared then.
    """
    if use.kind is UseKind.ENDPOINT and any(
        use.name in fact(one, "url") for one in beside if one.kind is UseKind.SERVER
    ):
        return True
    if use.kind not in {UseKind.PROVIDER, UseKind.MODEL, UseKind.ENDPOINT}:
        return False
    agents = [one for one in beside if one.kind is UseKind.AGENT and not of_product(one)]
    if any("workflow" not in fact(one, "role") for one in agents):
        return True
    # In a workflow there can be other steps: only what comes with the agent's own counts.
    steps = {one.at.line for one in agents}
    brought = {one.name for one in beside if one.kind is UseKind.PROVIDER and one.at.line in steps}
    return (use.name if use.kind is UseKind.PROVIDER else use.provider) in brought


def of_product(use: Use) -> bool:
    """Tell whether an agent, tool or server is part of what the repository builds."""
    roles = fact(use, "role")
    return "product" in roles or not roles


def fact(use: Use, key: str) -> tuple[str, ...]:
    """Return the further facts of a use by their name."""
    return tuple(value for name, value in use.detail if name == key)


def key_at(initiative: Initiative, *keys: str) -> Location:
    """Return where the first of these fields stands in a manifest, else where its name does."""
    places = dict(initiative.places)
    return next((places[key] for key in keys if key in places), initiative.at)


def host(url: str) -> str:
    """Return the host of a URL with its port, in lower case; the text itself if it is none."""
    try:
        found = urlsplit(url if "//" in url else f"//{url}").netloc.rpartition("@")[2]
    except ValueError:
        found = ""
    return (found or url).casefold()


_IMMUTABLE = regex(r"[0-9a-f]{40}|(?:sha256:)?[0-9a-f]{64}")


def is_immutable(revision: str) -> bool:
    """Tell whether a revision is a commit or a digest, which never move."""
    return _IMMUTABLE.fullmatch(revision) is not None


def is_approved(name: str, approved: Iterable[str]) -> bool:
    """Tell whether a name is among those that a policy approves of; no name never is."""
    return bool(name) and any(
        matches_name(pattern.casefold(), name.casefold()) for pattern in approved
    )


def is_absent(evidence: str, paths: Collection[str]) -> bool:
    """Tell whether evidence is a path of the repository, and there is no such file or folder."""
    path = evidence.removeprefix("./").partition("#")[0].rstrip("/")
    if ":" in path or " " in path or "/" not in path:
        return False
    return path not in paths and not any(one.startswith(f"{path}/") for one in paths)


def is_declared_file(initiatives: Iterable[Initiative], use: Use) -> bool:
    """Tell whether a use is a model file that any initiative declares, wherever it lies."""
    return use.kind is UseKind.WEIGHTS and declares(initiatives, use)


def _is_provider(component: Component, use: Use) -> bool:
    if component.kind is ComponentKind.SERVICE:
        return same(component.name, use.name)
    # Who fetches a declared model from a hub uses that hub.
    sources = (component.source, component.purl.removeprefix("pkg:").partition("/")[0])
    return component.kind in {ComponentKind.MODEL, ComponentKind.DATASET} and _among(
        use.name, sources
    )


def _is_model(component: Component, use: Use) -> bool:
    name, provider = use.name.casefold(), use.provider.casefold()
    # Registries of models put the provider in front.
    names = {name} | {name.removeprefix(f"{provider}{mark}") for mark in "/:" if provider}
    if component.kind is ComponentKind.MODEL:
        return component.name.casefold() in names
    elsewhere = use.provider and not same(component.name, use.provider)
    if component.kind is not ComponentKind.SERVICE or elsewhere:
        return False
    return any(model.casefold() in names for model in component.models)


def _is_endpoint(component: Component, use: Use) -> bool:
    if component.kind is not ComponentKind.SERVICE:
        return False
    if component.endpoint:
        return host(component.endpoint) == host(use.name)
    return bool(use.provider) and same(component.name, use.provider)


def _is_weights(component: Component, use: Use) -> bool:
    return any(file.path in {use.at.path, use.name} for file in component.files)


def _is_dataset(component: Component, use: Use) -> bool:
    return component.kind is ComponentKind.DATASET and same(component.name, use.name)


def _is_agent(component: Component, use: Use) -> bool:
    return component.kind is ComponentKind.AGENT and same(component.name, use.name)


def _is_server(component: Component, use: Use) -> bool:
    return _among(use.name, component.servers)


def _is_tool(component: Component, use: Use) -> bool:
    permissions = fact(use, "permission")
    if permissions:
        return all(one in component.permissions for one in permissions)
    return _among(use.name, component.tools)


def _among(name: str, names: Iterable[str]) -> bool:
    return any(same(name, one) for one in names)


_ANYWHERE = frozenset({UseKind.WEIGHTS, UseKind.AGENT, UseKind.SERVER})
_LIBRARIES = frozenset({UseKind.FRAMEWORK, UseKind.VECTOR_STORE})

_OF_KIND: Mapping[UseKind, Callable[[Component, Use], bool]] = {
    UseKind.PROVIDER: _is_provider,
    UseKind.MODEL: _is_model,
    UseKind.EMBEDDING: _is_model,
    UseKind.ENDPOINT: _is_endpoint,
    UseKind.WEIGHTS: _is_weights,
    UseKind.DATASET: _is_dataset,
    UseKind.AGENT: _is_agent,
    UseKind.SERVER: _is_server,
    UseKind.TOOL: _is_tool,
}
