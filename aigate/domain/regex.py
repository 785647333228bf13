"""Regular expressions that cost nothing until somebody searches with them.

Compiling one takes longer than most searches, and most runs need few of the many.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

from aigate.errors import IntegrityError

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")


class _Regex:
    """Stands in for a pattern, and takes over its methods when one is first asked for."""

    __slots__ = ("_compiled", "_flags", "_text", *_METHODS)

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags
        self._compiled: re.Pattern[Any] | None = None

    def __getattr__(self, name: str) -> object:
        # Only asked for what is not there yet.
        if self._compiled is None:
            try:
                self._compiled = re.compile(self._text, self._flags)
            except re.error as error:
                raise IntegrityError(
                    f"a pattern of this installation is damaged: {error}",
                    hint="install `aigate-ci` again",
                    code="installation-damaged",
                ) from error
            for method in _METHODS:
                setattr(self, method, getattr(self._compiled, method))
        return getattr(self._compiled, name)


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what is as good as `re.compile(text, flags)`, but is compiled at the first use.

    It has the methods and fields of a pattern; functions such as `re.sub` do not take it.

    Raises:
        IntegrityError: at the first use, if it is no regular expression.
    """
    return cast("re.Pattern[AnyStr]", _Regex(text, flags))
