"""How bad a weakness is."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How bad a weakness is; compares by badness, worst is greatest."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The spelling used in policies and reports."""
        return self.name.lower()


_WORDS = {severity.word: severity for severity in Severity} | {
    # semgrep's older scale
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
}


def severity_of(word: str) -> Severity:
    """Read a scanner's severity; one nobody knows counts as the worst."""
    return _WORDS.get(word.lower(), Severity.CRITICAL)
