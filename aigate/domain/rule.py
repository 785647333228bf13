"""What objects: a rule, with everything a person is told about it."""

from __future__ import annotations

from aigate.domain.severity import Severity
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule's page: what it objects to, why it matters, what to do, who decides.

    `name` is kebab-case and names the defect; rules of a third-party scanner are
    `<scanner>/<their id>`. `cwe` are numbers of the Common Weakness Enumeration, `controls`
    ids of the form `<framework>/<id>`. `digest` is the SHA-256 of the rule's meaning.
    """

    name: str
    scanner: str
    title: str
    severity: Severity
    what: str
    why: str
    fix: str
    decides: str = "developer and security, jointly"
    cwe: tuple[int, ...] = ()
    controls: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    digest: str = ""
