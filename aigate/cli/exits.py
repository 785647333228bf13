"""The one way out: every command ends here."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

from aigate import errors

OK = 0
INCOMPLETE = 3
INTERNAL = 70
OUTPUT = 74

_CODES: tuple[tuple[type[errors.AigateError], int], ...] = (
    (errors.UsageError, 2),
    (errors.IncompleteError, INCOMPLETE),
    (errors.IntegrityError, 4),
    (errors.OutputError, OUTPUT),
)


def finish(code: int) -> NoReturn:
    """End the program with an exit code of `docs/exit-codes.md`."""
    sys.exit(code)


def leave(code: int) -> NoReturn:
    """End the process at once; everything must be written and closed but the error stream.

    Python takes itself apart at its end, value by value, which is a twelfth of a short run.
    """
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def code_of(error: errors.AigateError) -> int:
    """Return the exit code that belongs to an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), INTERNAL)
