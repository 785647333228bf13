"""Tells what a generator of random characters wrote from what people write."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

from aigate.domain.regex import regex

# Words with which people mark what is no real secret.
PLACEHOLDER = regex(
    r"example|sample|placeholder|change_?-?me|dummy|fake|your[_-]|_?your|redacted|insert|replace"
    r"|todo|fixme|foobar|deadbeef|lorem|ipsum|not[_-]?a?[_-]?(?:real|secret)|mock|testtest"
    r"|notsecret|xxxx|\*\*\*|\.\.\.|____|<|>|\$\{|\{\{|\$\(|%\(|%s|#\{|abcdefgh|12345678"
    r"|qwerty|asdfgh|01234567|secretsecret|passw(?:or)?d",
    re.IGNORECASE,
)
_RUN = regex(r"(.)\1{5,}")

_CHARSET = regex(r"[A-Za-z0-9+/=_.~!@#$%^&*-]+")
_UUID = regex(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
HEX = regex(r"(?:0x)?[0-9a-fA-F]+")
_CODE_LIKE = regex(
    r"[A-Za-z_]\w*(?:[./:-][A-Za-z_]\w*)+|(?:sha\d+|md5)[-:].*|[a-z]+://.*|/.*|\.+/.*"
)
_WORD = regex(r"[A-Za-z]{4,}")


def is_random(value: str) -> bool:
    """Tell a key from a placeholder in the form of one."""
    return (
        not PLACEHOLDER.search(value)
        and not _RUN.search(value)
        and len(set(value)) >= min(10, len(value) // 2)
        and _steps(value) < 0.4
    )


def is_generated(value: str) -> bool:
    """Tell a random value from a word, a name, a path or an identifier."""
    if not _CHARSET.fullmatch(value) or not is_random(value):
        return False
    if _UUID.fullmatch(value) or _CODE_LIKE.fullmatch(value):
        return False
    if HEX.fullmatch(value):
        return len(value) >= 32 and entropy(value) >= 3 and mixes(value) >= 5
    letters = sum(map(len, _WORD.findall(value)))
    wordy = letters / len(value) > 0.75 and mixes(value) < 4
    return not wordy and entropy(value) >= 3.5 and mixes(value) >= 3


def entropy(value: str) -> float:
    """Return the bits that a character of a value tells."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def mixes(value: str) -> int:
    """Count the places where digits meet letters: many in noise, few in names."""
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(value) if (a + b).isalnum())


def _steps(value: str) -> float:
    """Return the share of characters that follow their predecessor in the alphabet."""
    steps = sum(abs(ord(b) - ord(a)) == 1 for a, b in pairwise(value))
    return steps / max(len(value), 1)
