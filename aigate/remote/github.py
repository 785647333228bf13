"""Speaks with GitHub's API: bounded in time and size, and silent about its token.

Every error is an `IncompleteError` in our own words: nothing that a server, a proxy or an
address says of itself is repeated.
"""

from __future__ import annotations

import json
import re
import time
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urlsplit

from aigate.engine.strict_json import Json
from aigate.errors import IncompleteError
from aigate.remote.address import Address, is_loopback, is_private, is_safe, joined, origin

if TYPE_CHECKING:
    import requests

_VERSION = "2022-11-28"
_LARGEST = 8 * 1024 * 1024
_PIECE = 64 * 1024
_TIMES = (5.0, 20.0)  # seconds to connect, and to wait for more
_WHOLE = 60.0  # seconds for everything that one command asks
_PAGE = 100
_MOST_PAGES = 30
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_NEXT = re.compile(r'<([^<>]{1,2000})>; *rel="next"')

# What each status means, as a reason code, in words, and what to do.
_MEANINGS = {
    401: ("github-unauthorised", "does not take the token", "check the input `token`"),
    403: (
        "github-forbidden",
        "does not allow that",
        "give the job the permission; the token of a fork's run never has it",
    ),
    404: (
        "github-not-found",
        "shows no such thing to this token",
        "give the job the permission `pull-requests`",
    ),
    410: ("github-gone", "says that it is gone", "nothing can be done about that"),
    422: ("github-refused", "takes this for invalid", "see whether the conversation is locked"),
}
_LIMITED = ("github-rate-limit", "says that it was asked too often", "run the job again later")


class _Answer(NamedTuple):
    data: bytes
    following: str


class GitHub:
    """A conversation with the API about one repository; `asked` counts the requests."""

    def __init__(self, address: Address, *, seconds: float = _WHOLE) -> None:
        """Talk for so many seconds at most."""
        # Slow to import, and most commands never get here.
        import requests
        from requests.adapters import HTTPAdapter

        from aigate.remote.patience import Patience  # noqa: PLC0415 - see above

        self.asked = 0
        self._address = address
        self._until = time.monotonic() + seconds
        self._session = requests.Session()
        self._session.auth = self._authorised
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=Patience.usual()))

    def __enter__(self) -> Self:
        """Keep the connection open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close it."""
        self._session.close()

    def token_starts_with(self, start: str) -> bool:
        """Tell what kind of token it is, which its first letters say."""
        return self._address.token.startswith(start)

    def get(self, path: str, **parameters: str) -> Json:
        """Return one thing; `path` continues that of the repository, or starts with a slash.

        Raises:
            IncompleteError: it could not be had; the code says why.
        """
        return _parsed(self._call("GET", self._url(path), parameters=parameters).data)

    def pages(self, path: str, **parameters: str) -> list[Json]:
        """Return all of a list, or nothing of it.

        Raises:
            IncompleteError: some of it could not be had; the code says why.
        """
        whole = {"per_page": str(_PAGE), **parameters}
        url, given = self._url(path), whole
        found: list[Json] = []
        for number in range(1, _MOST_PAGES + 1):
            answer = self._call("GET", url, parameters=given)
            page = _parsed(answer.data)
            if not isinstance(page, list):
                raise _odd("is no list")
            found += page
            if not answer.following and len(page) < _PAGE:
                return found
            if not answer.following:
                # It is full, and something on the way may have lost the link to the next.
                url, given = self._url(path), {**whole, "page": str(number + 1)}
                continue
            url, given = joined(url, answer.following), {}
            if origin(url) != self._address.origin:
                raise _elsewhere()
        raise _odd(f"has more than {_MOST_PAGES} pages")

    def post(self, path: str, body: Json) -> Json:
        """Make something, once.

        Raises:
            IncompleteError: it is not sure that it was made; the code says why.
        """
        return _parsed(self._call("POST", self._url(path), body=body).data)

    def patch(self, path: str, body: Json) -> Json:
        """Change something.

        Raises:
            IncompleteError: it is not sure that it was changed; the code says why.
        """
        return _parsed(self._call("PATCH", self._url(path), body=body).data)

    def archive(self, path: str, *, largest: int) -> bytes:
        """Return a file that lies elsewhere, where the token is not shown.

        Raises:
            IncompleteError: it could not be had, or is larger; the code says why.
        """
        response = self._send("GET", self._url(path))
        with response:
            if response.status_code != 302:
                _require_good(response)
                raise _odd("does not say where the file is")
            target = joined(self._url(path), response.headers.get("Location", ""))
        return self._fetched(target, largest=largest)

    def _fetched(self, target: str, *, largest: int) -> bytes:
        import requests

        with requests.Session() as nobody:
            # Else the settings of the machine might name an account for that host.
            nobody.auth = _unchanged
            for _ in range(_MOST_REDIRECTS):
                self._require_fetchable(target)
                with self._send("GET", target, session=nobody) as response:
                    if response.status_code in _REDIRECTS:
                        target = joined(target, response.headers.get("Location", ""))
                        continue
                    _require_good(response)
                    return self._body(response, largest)
        raise _elsewhere()

    def _require_fetchable(self, target: str) -> None:
        local = is_loopback(self._address.origin[1])
        host = origin(target)[1]
        if not is_safe(target, query=True) or (not local and is_private(host)):
            raise _elsewhere()

    def _url(self, path: str) -> str:
        api, repository = self._address.api, self._address.repository
        return f"{api}{path}" if path.startswith("/") else f"{api}/repos/{repository}/{path}"

    def _authorised(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._address.token}"
        return request

    def _call(
        self,
        method: str,
        url: str,
        *,
        parameters: dict[str, str] | None = None,
        body: Json = None,
    ) -> _Answer:
        for _ in range(_MOST_REDIRECTS + 1):
            with self._send(method, url, parameters=parameters, body=body) as response:
                if response.status_code in _REDIRECTS:
                    # A repository that was renamed; its other name is on the same host.
                    url, parameters = joined(url, response.headers.get("Location", "")), None
                    same = origin(url) == self._address.origin and "@" not in urlsplit(url).netloc
                    if not same or (method != "GET" and response.status_code not in _KEEP_METHOD):
                        raise _elsewhere()
                    continue
                _require_good(response)
                following = _NEXT.search(response.headers.get("Link", ""))
                return _Answer(self._body(response, _LARGEST), following[1] if following else "")
        raise _elsewhere()

    def _send(
        self,
        method: str,
        url: str,
        *,
        parameters: dict[str, str] | None = None,
        body: Json = None,
        session: requests.Session | None = None,
    ) -> requests.Response:
        import requests

        self._require_time()
        self.asked += 1
        try:
            return (session or self._session).request(
                method,
                url,
                params=parameters,
                json=body,
                headers={
                    "Accept": "application/vnd.github+json",
                    # What is not packed cannot unpack to more than was sent.
                    "Accept-Encoding": "identity",
                    "User-Agent": "aigate",
                    "X-GitHub-Api-Version": _VERSION,
                },
                allow_redirects=False,
                stream=True,
                timeout=_TIMES,
            )
        except requests.Timeout as error:
            raise _late() from error
        except (requests.RequestException, ValueError, OSError) as error:
            raise IncompleteError(
                "GitHub cannot be reached",
                hint="check the network of the runner, its proxy and its certificates",
                code="github-unreachable",
            ) from error

    def _body(self, response: requests.Response, largest: int) -> bytes:
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see above

        if response.headers.get("Content-Encoding", "identity") not in {"", "identity"}:
            raise _odd("is packed, and nobody asked for that")
        data = bytearray()
        try:
            while piece := response.raw.read1(_PIECE, decode_content=False):
                data += piece
                if len(data) > largest:
                    raise _odd(f"has more than {largest} bytes")
                self._require_time()
        except (HTTPError, OSError) as error:
            raise IncompleteError(
                "GitHub's answer breaks off", hint="run the job again", code="github-answer"
            ) from error
        if str(len(data)) != response.headers.get("Content-Length", str(len(data))):
            raise _odd("breaks off")
        return bytes(data)

    def _require_time(self) -> None:
        if time.monotonic() > self._until:
            raise _late()


def _require_good(response: requests.Response) -> None:
    status, headers = response.status_code, response.headers
    if 200 <= status < 300:
        return
    limited = status == 403 and (
        "Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0"
    )
    unavailable = ("github-unavailable", "is not available", "run the job again later")
    unknown = ("github-answer", "answers something that is not understood", "run the job again")
    usual = unavailable if status >= 500 else unknown
    code, what, hint = _LIMITED if limited or status == 429 else _MEANINGS.get(status, usual)
    raise IncompleteError(f"GitHub {what} ({status})", hint=hint, code=code)


def _parsed(data: bytes) -> Json:
    try:
        value: Json = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _odd("is no JSON") from error
    return value


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _late() -> IncompleteError:
    return IncompleteError(
        "GitHub does not answer in time", hint="run the job again", code="github-timeout"
    )


def _elsewhere() -> IncompleteError:
    return IncompleteError(
        "GitHub sends us somewhere else, where the token must not go",
        hint="if the repository was renamed or moved, run the job again under its new name",
        code="github-redirect",
    )


def _odd(what: str) -> IncompleteError:
    return IncompleteError(
        f"GitHub's answer {what}", hint="run the job again", code="github-answer"
    )
