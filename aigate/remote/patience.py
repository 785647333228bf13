"""When to ask GitHub again, and how long to wait for that."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.util.retry import Retry

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse
    from urllib3.connectionpool import ConnectionPool

_TIMES = 3
_LONGEST = 20  # seconds that a server may ask us to wait
_UNAVAILABLE = frozenset({500, 502, 503, 504})
_LIMITED = frozenset({403, 429, 503})


class Patience(Retry):
    """Repeats what does no harm when done twice, or surely was not done.

    A server that asks for more time than we have gets no second question, and its answer is
    the answer.
    """

    RETRY_AFTER_STATUS_CODES = _LIMITED

    @classmethod
    def usual(cls) -> Self:
        """Return how patient we are with every request."""
        return cls(
            total=_TIMES,
            redirect=0,
            backoff_factor=0.5,
            status_forcelist=_UNAVAILABLE,
            allowed_methods=frozenset({"GET", "PATCH", "POST"}),
            raise_on_status=False,
            raise_on_redirect=False,
        )

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002 - as in the class above
        """Tell whether to ask again; what was limited was not done, whatever it was."""
        if method == "POST":
            return bool(self.total) and has_retry_after and status_code in _LIMITED
        return super().is_retry(method, status_code, has_retry_after)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Return what patience is left, and lose it all where waiting is no use."""
        if response is not None and _pool and (self.get_retry_after(response) or 0) > _LONGEST:
            raise MaxRetryError(_pool, url or "", None)
        if method == "POST" and error is not None and not isinstance(error, NewConnectionError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)
