"""The pages of the rules about secrets."""

from __future__ import annotations

from aigate.domain.rule import Rule
from aigate.domain.severity import Severity

_CONTROLS = (
    "owasp-llm/LLM02",
    "mitre-atlas/AML.T0055",
    "owasp-aisvs/AC.3.2",
    "nist-800-53/IA-5",
    "nist-800-53/IA-5(7)",
    "nist-ssdf/PS.1.1",
    "cmmc/IA.L2-3.5.10",
)
_FIX = (
    "Revoke the credential first: whoever has a clone has it, and removing it from the newest"
    " commit does not take it back. Then read it from a secret store or the environment."
)


def _rule(name: str, title: str, severity: Severity, what: str, *, why: str) -> Rule:
    return Rule(
        name=name,
        scanner="secrets",
        title=title,
        severity=severity,
        what=what,
        why=why,
        fix=_FIX,
        cwe=(798,) if name != "private-key" else (321, 798),
        controls=_CONTROLS,
    )


PROVIDER_KEY = _rule(
    "provider-key",
    "Key of a service in the text",
    Severity.CRITICAL,
    "A key or token in the format of a known service stands in a file.",
    why="Bots find such keys within minutes of a push, and use them with the owner's rights.",
)
PRIVATE_KEY = _rule(
    "private-key",
    "Private key in the text",
    Severity.CRITICAL,
    "A private key with its key material stands in a file.",
    why="Whoever reads the file can sign, log in or decrypt as the key's owner.",
)
CREDENTIAL_IN_URL = _rule(
    "credential-in-url",
    "Password inside a URL",
    Severity.HIGH,
    "A URL carries a user name and a password.",
    why="URLs end up in logs, in process lists and in error messages, and the password with them.",
)
ASSIGNED_SECRET = _rule(
    "assigned-secret",
    "Random value under the name of a secret",
    Severity.HIGH,
    "A value that looks random is assigned to a name such as `token` or `api_key`.",
    why="Coding assistants fill in literal values where a program should ask for its secret.",
)

RULES = (PROVIDER_KEY, PRIVATE_KEY, CREDENTIAL_IN_URL, ASSIGNED_SECRET)
