"""Finds the stretches of a text in which a secret can stand, as fast as bytes can be searched."""

from __future__ import annotations

import string

from aigate.value import dataclass

_LETTERS = string.ascii_letters.encode()
_DIGITS = string.digits.encode()
SIGNS = "_.~:/+=!@#$%^&*-"
"""What stands in credentials beside letters and digits."""
_LEAST = 16
_LEAST_OF_KEYS = 20
_BETWEEN = len("://") + 80 + len(":") + 120 + len("@")

# An `x` for each character of a run, and a space for each other.
_FLAT = bytes(
    ord("x" if byte in _LETTERS + _DIGITS + SIGNS.encode() else " ") for byte in range(256)
)
# An `a` for each letter, a `1` for each digit, and a dash for each other.
_SORTS = bytes(
    ord("a" if byte in _LETTERS else "1" if byte in _DIGITS else "-") for byte in range(256)
)


@dataclass(frozen=True, slots=True)
class Runs:
    """What a text has of characters in a row of those that credentials are made of.

    `keys` are the different runs of 20 or more, each between two line feeds: what the formats of
    providers describe is as long. `are_mixed` says that in a run of 16 or more digits meet
    letters three times, without which no value counts as random.
    """

    keys: str
    are_mixed: bool


def runs_in(text: str) -> Runs:
    """Return the runs of a text; what is not ASCII ends one."""
    data = text.encode("utf-8", "surrogatepass")
    flat = data.translate(_FLAT)
    needle = b"x" * _LEAST
    found: dict[bytes, None] = {}
    start = flat.find(needle)
    while start >= 0:
        end = flat.find(b" ", start + _LEAST)
        if end < 0:
            end = len(flat)
        found[data[start:end]] = None
        start = flat.find(needle, end)
    keys = b"\n".join((b"", *(run for run in found if len(run) >= _LEAST_OF_KEYS), b""))
    # All together first, which most texts do not pass.
    are_mixed = _are_mixed(b"\n".join(found)) and any(map(_are_mixed, found))
    return Runs(keys.decode("ascii"), are_mixed)


def _are_mixed(run: bytes) -> bool:
    sorts = run.translate(_SORTS)
    return sorts.count(b"a1") + sorts.count(b"1a") >= 3


def holds_credentials(text: str) -> bool:
    """Tell whether a URL in a text can hold a user name and a password.

    They stand between `://` and the next `@`, which is near, with a colon and no slash or space.
    """
    start = text.find("://")
    while start >= 0:
        end = text.find("@", start, start + _BETWEEN)
        if end >= 0:
            between = text[start + 3 : end]
            if ":" in between and "/" not in between and "\n" not in between and " " not in between:
                return True
        start = text.find("://", start + 3)
    return False
