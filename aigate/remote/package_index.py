"""Asks package indexes whether packages exist and since when, bounded in time and size.

The contracts are the simple repository API (PEP 503, 691, 700 and 792) and the registry of npm.
What cannot be established is a problem of the listing, never good news, and a problem is told in
our own words: nothing that an index, a proxy or an address says of itself is repeated.
"""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from aigate.domain.package import Ecosystem, Listing, Package
from aigate.errors import UsageError
from aigate.value import dataclass

if TYPE_CHECKING:
    import requests

_LARGEST = 32 * 1024 * 1024
_PIECE = 64 * 1024
_TIMES = (5.0, 20.0)  # seconds to connect, and to wait for more
_AT_ONCE = 8
_TRIES = 3
_PAUSES = (0.5, 2.0)
_LONGEST_PAUSE = 10.0
_MOST_REDIRECTS = 3
_AGAIN = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({404, 410})
_SIMPLE = "application/vnd.pypi.simple.v1+json"
_ACCEPTED = f"{_SIMPLE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_NAME = re.compile(
    r"[a-z0-9][a-z0-9._-]*|@[a-z0-9~][a-z0-9._~-]*/[a-z0-9~_][a-z0-9._~-]*", re.ASCII
)
_ANCHOR = re.compile(r"<a\s[^>]{0,4000}>\s*(?P<file>[^<]{1,400}?)\s*</a>", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=T)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Where the caller gets packages from.

    `pypi` holds the addresses of simple indexes, `npm` that of the registry, `scopes` those of
    other registries by scope. `tokens` are for registries, by the start of their address without
    the scheme.
    """

    pypi: tuple[str, ...]
    npm: str
    scopes: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)


def require_safe(indexes: Indexes) -> None:
    """Refuse addresses over which anybody could answer.

    Raises:
        UsageError: one is neither HTTPS, nor on this machine; it is not repeated.
    """
    for address in (*indexes.pypi, indexes.npm, *indexes.scopes.values()):
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            parts, host = urlsplit(""), ""
        local = parts.scheme == "file" or host in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme not in {"https", "http", "file"} or (parts.scheme != "https" and not local):
            raise UsageError(
                "a package index that the settings name is not `https://HOST/PATH`",
                hint="see `pip config list` and `npm config get registry`",
                code="package-index",
            )


def look_up(
    packages: Sequence[Package], indexes: Indexes, *, seconds: float
) -> tuple[Listing, ...]:
    """Return what the indexes say about each package, in the same order."""
    # Slow to import, and most scans never get here.
    import requests
    from requests.adapters import HTTPAdapter

    with requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=_AT_ONCE))
        talk = _Talk(session, indexes, time.monotonic() + seconds)
        found = _answers(talk, packages)
    late = "there was no time left"
    return tuple(found.get(one) or Listing(package=one, problem=late) for one in packages)


def _answers(talk: _Talk, packages: Sequence[Package]) -> Mapping[Package, Listing]:
    """Return what is known when the time is over.

    Nobody waits for an index that sends a letter now and then: its thread ends with the process.
    """
    found: dict[Package, Listing] = {}
    failures: list[Exception] = []
    pending = deque(packages)

    def work() -> None:
        try:
            while pending:
                try:
                    package = pending.popleft()
                except IndexError:  # another thread took the last
                    return
                found[package] = talk.listing(package)
        except Exception as error:  # noqa: BLE001 - told by the caller's thread
            failures.append(error)

    workers = [Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(packages)))]
    for one in workers:
        one.start()
    for one in workers:
        one.join(max(0.0, talk.left()))
    if failures:
        raise failures[0]
    return dict(found)


class _ProblemError(Exception):
    """Something could not be established; the text says what."""


class _Answer(NamedTuple):
    data: bytes
    kind: str


class _Talk:
    def __init__(self, session: requests.Session, indexes: Indexes, until: float) -> None:
        self._session = session
        self._indexes = indexes
        self._until = until

    def left(self) -> float:
        """Return how many seconds are left."""
        return self._until - time.monotonic()

    def listing(self, package: Package) -> Listing:
        """Return what is known of one package; never raises on account of an answer."""
        try:
            if not _NAME.fullmatch(package.name):
                return Listing(package=package)
            if package.ecosystem is Ecosystem.PYPI:
                return self._on_pypi(package)
            return self._on_npm(package)
        except _ProblemError as error:
            return Listing(package=package, problem=str(error))

    def _on_pypi(self, package: Package) -> Listing:
        """Ask every index: one that has the package is enough, and only all of them deny it."""
        found: list[Listing] = []
        problems: list[str] = []
        for index in self._indexes.pypi:
            try:
                one = self._on_index(package, index)
            except _ProblemError as error:
                problems.append(str(error))
                continue
            found += [one] if one.exists else []
        if problems and not any(one.has_version for one in found):
            return Listing(package=package, problem=problems[0])
        if not found:
            return Listing(package=package)
        days = [one.first for one in found if one.first is not None]
        return Listing(
            package=package,
            exists=True,
            has_version=any(one.has_version for one in found),
            # Whatever one index calls young, the installer may take.
            first=max(days, default=None),
            gone=any(one.gone for one in found),
        )

    def _on_index(self, package: Package, index: str) -> Listing:
        if index.startswith("file:"):
            return _in_folder(package, Path(unquote(urlsplit(index).path), package.name))
        answer = self._get(f"{index.rstrip('/')}/{package.name}/", accept=_ACCEPTED)
        if answer is None:
            return Listing(package=package)
        if "html" in answer.kind:
            return _of_page(package, answer.data)
        return _of_simple(package, _object(answer.data))

    def _on_npm(self, package: Package) -> Listing:
        scope = package.name.partition("/")[0]
        registry = self._indexes.scopes.get(scope, self._indexes.npm).rstrip("/")
        address = f"{registry}/{quote(package.name, safe='@')}"
        listing = Listing(package=package, exists=True)
        if package.version:
            version = self._get(f"{address}/{quote(package.version, safe='')}")
            if version is not None:
                fields = _object(version.data)
                _require_same(package, fields.get("name"))
                listing = replace(listing, gone=bool(fields.get("deprecated")))
            else:
                listing = replace(listing, has_version=False)
            if package.is_known and version is not None:
                return listing
        document = self._get(address)
        if document is None:
            return Listing(package=package)
        fields = _object(document.data)
        _require_same(package, fields.get("name"))
        times = fields.get("time")
        dates = times if isinstance(times, dict) else {}
        versions = fields.get("versions")
        if not (isinstance(versions, dict) or dates):
            raise _ProblemError("the index's answer is no description of a package")
        # What was taken down stays behind as a name without versions.
        listed = versions if isinstance(versions, dict) else {}
        first = _first(dates.get(one) for one in listed) or _day(dates.get("created"))
        return replace(listing, exists=bool(listed), first=first)

    def _get(self, url: str, *, accept: str = "application/json") -> _Answer | None:
        """Return an answer, or nothing if the index has no such thing.

        Raises:
            _ProblemError: neither is sure.
        """
        tried = 0
        for _ in range(_TRIES + _MOST_REDIRECTS):
            response = self._sent(url, accept)
            with response:
                status = response.status_code
                if status in _REDIRECTS:
                    url = _on_same_host(url, response.headers.get("Location", ""))
                    continue
                if status in _ABSENT:
                    return None
                if status in _AGAIN and tried < _TRIES - 1:
                    self._pause(tried, response.headers.get("Retry-After", ""))
                    tried += 1
                    continue
                if status != 200:
                    raise _ProblemError(_meaning(status))
                return _Answer(self._body(response), response.headers.get("Content-Type", ""))
        raise _ProblemError("the index sends us from one address to the next")

    def _sent(self, url: str, accept: str) -> requests.Response:
        import requests

        headers = {
            "Accept": accept,
            # What is not packed cannot unpack to more than was sent.
            "Accept-Encoding": "identity",
            "User-Agent": "aigate",
        }
        plain = re.sub(r"\A\w+://(?:[^/@]*@)?", "", url)
        for start, token in self._indexes.tokens.items():
            if plain.startswith(start):
                headers["Authorization"] = token
        for number in range(_TRIES):
            self._require_time()
            try:
                return self._session.get(
                    url, headers=headers, allow_redirects=False, stream=True, timeout=_TIMES
                )
            except requests.Timeout:
                problem = "the index does not answer in time"
            except (requests.RequestException, ValueError, OSError):
                problem = "the index cannot be reached"
            if number < _TRIES - 1:
                self._pause(number, "")
        raise _ProblemError(problem)

    def _pause(self, number: int, wanted: str) -> None:
        seconds = float(wanted) if re.fullmatch(r"\d{1,6}", wanted) else _PAUSES[number]
        if seconds > _LONGEST_PAUSE or time.monotonic() + seconds > self._until:
            raise _ProblemError("the index was asked too often, or is not available")
        time.sleep(seconds)

    def _body(self, response: requests.Response) -> bytes:
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see above

        if response.headers.get("Content-Encoding", "identity") not in {"", "identity"}:
            raise _ProblemError("the index's answer is packed, and nobody asked for that")
        data = bytearray()
        try:
            while piece := response.raw.read1(_PIECE, decode_content=False):
                data += piece
                if len(data) > _LARGEST:
                    raise _ProblemError(f"the index's answer has more than {_LARGEST} bytes")
                self._require_time()
        except (HTTPError, OSError) as error:
            raise _ProblemError("the index's answer breaks off") from error
        if str(len(data)) != response.headers.get("Content-Length", str(len(data))):
            raise _ProblemError("the index's answer breaks off")
        return bytes(data)

    def _require_time(self) -> None:
        if time.monotonic() > self._until:
            raise _ProblemError("there was no time left")


def _meaning(status: int) -> str:
    if status in {401, 403, 407}:
        return "the index does not let us see it"
    if status in _AGAIN:
        return "the index was asked too often, or is not available"
    return f"the index answers with status {status}"


def _on_same_host(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        target, same = "", False
    if not location or not same:
        raise _ProblemError("the index sends us to another host")
    return target


def _object(data: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _ProblemError("the index's answer is no description of a package")
    return found


def _require_same(package: Package, name: object) -> None:
    if not isinstance(name, str) or _plain(package.ecosystem)(name) != package.name:
        raise _ProblemError("the index's answer is about another package")


def _plain(ecosystem: Ecosystem) -> Callable[[str], str]:
    return _canonical if ecosystem is Ecosystem.PYPI else str.lower


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _of_simple(package: Package, document: Mapping[str, object]) -> Listing:
    _require_same(package, document.get("name"))
    listed = document.get("files")
    if not isinstance(listed, list):
        raise _ProblemError("the index's answer is no description of a package")
    files = [one for one in listed if isinstance(one, dict)]
    state = document.get("project-status")
    status = state.get("status") if isinstance(state, dict) else None
    if not files:
        # Quarantined, or never released: there is nothing to install.
        return Listing(package=package)
    names = [str(one.get("filename", "")) for one in files]
    versions = document.get("versions")
    known = [str(one) for one in versions] if isinstance(versions, list) else None
    own = [one for one in files if _is_of(package, str(one.get("filename", "")))]
    return Listing(
        package=package,
        exists=True,
        has_version=_has(package, known, names),
        first=_first(one.get("upload-time") for one in files),
        gone=status in {"quarantined", "deprecated"}
        or bool(package.version and own and all(one.get("yanked") for one in own)),
    )


def _of_page(package: Package, data: bytes) -> Listing:
    """Read the older form of an index, a page of links, which knows no dates."""
    text = data.decode("utf-8", "replace")
    names = [found["file"] for found in _ANCHOR.finditer(text)]
    own = [one for one in names if _canonical(one).startswith(f"{package.name}-")]
    if not own:
        # A page to sign in, or an error with a friendly status.
        raise _ProblemError("the index's answer is no description of a package")
    return Listing(package=package, exists=True, has_version=_has(package, None, own))


def _in_folder(package: Package, folder: Path) -> Listing:
    """Look into an index that lies on this machine: a folder with the files, or a page of links."""
    try:
        names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        page = folder / "index.html"
        if page.is_file():
            return _of_page(package, page.read_bytes())
    except OSError as error:
        raise _ProblemError("the index on this machine cannot be read") from error
    return Listing(package=package, exists=bool(names), has_version=_has(package, None, names))


def _has(package: Package, versions: Sequence[str] | None, files: Sequence[str]) -> bool:
    if not package.version:
        return True
    if versions is not None:
        wanted = _comparable(package.version)
        return any(
            wanted in {_comparable(one), _comparable(one.partition("+")[0])} for one in versions
        )
    return any(_is_of(package, one) for one in files)


def _is_of(package: Package, file: str) -> bool:
    """Tell whether a file is of the version that is asked for."""
    rest = file[len(package.name) :] if len(file) > len(package.name) else ""
    found = re.match(r"-(?P<version>[^-]+?)(?:-.*|\.(?:tar\.\w+|zip|egg|exe|tgz))\Z", rest)
    return found is not None and _comparable(found["version"]) == _comparable(package.version)


def _comparable(version: str) -> str:
    """Return a version without the differences that mean nothing to installers."""
    plain = version.lower().lstrip("v").replace("_", ".").replace("-", ".")
    for long, short in (
        ("alpha", "a"),
        ("beta", "b"),
        ("preview", "rc"),
        ("pre", "rc"),
        ("rev", "post"),
    ):
        plain = plain.replace(long, short)
    plain = re.sub(r"(?<=\d)\.?(a|b|c|rc|post|dev)\.?(?=\d|\Z)", r"\1", plain)
    return re.sub(r"(?:\.0)+(?=\Z|[a-z+])", "", plain)


def _first(times: Iterable[object]) -> date | None:
    return min(filter(None, map(_day, times)), default=None)


def _day(text: object) -> date | None:
    found = _DAY.match(text) if isinstance(text, str) else None
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
