"""Shows a report in Bitbucket: Code Insights, by the proxy that each step of Pipelines has.

The proxy signs what goes through it, so no token is needed, and nothing else is sent anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aigate.engine.strict_json import Json
from aigate.errors import IncompleteError, UsageError
from aigate.value import dataclass

if TYPE_CHECKING:
    import requests  # slow, and most commands never get here

API: Final = "http://api.bitbucket.org/2.0/repositories"
"""Where reports go; the proxy makes a safe connection of it."""

MOST = 1000
"""So many annotations a report may have."""

_BATCH = 100
_NAME = "aigate"
_TIMES = (5.0, 20.0)  # seconds to connect, and to wait for more
_PART = re.compile(r"[A-Za-z0-9_{}-][A-Za-z0-9_{}.-]{0,127}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PROXY = re.compile(r"http://[A-Za-z0-9.-]{1,253}:[0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The commit that a report is about, and the proxy that leads there."""

    workspace: str
    repository: str
    commit: str
    proxy: str

    def __post_init__(self) -> None:
        """Refuse what could lead elsewhere.

        Raises:
            UsageError: a part is none.
        """
        if not _PART.fullmatch(self.workspace) or not _PART.fullmatch(self.repository):
            raise UsageError(
                "the repository in Bitbucket is not told",
                hint="run this in a step of Pipelines, which sets `BITBUCKET_WORKSPACE` and"
                " `BITBUCKET_REPO_SLUG`",
            )
        if not _COMMIT.fullmatch(self.commit):
            raise UsageError(
                "the commit is not told in full", hint="Pipelines sets `BITBUCKET_COMMIT`"
            )
        if not _PROXY.fullmatch(self.proxy):
            raise UsageError(
                "the proxy is not of the form `http://HOST:PORT`",
                hint="leave it out: in a step it is `http://localhost:29418`",
            )

    @property
    def url(self) -> str:
        """Where the report is."""
        where = f"{self.workspace}/{self.repository}/commit/{self.commit}"
        return f"{API}/{where}/reports/{_NAME}"


def send(place: Place, report: Mapping[str, Json], annotations: Sequence[Json]) -> int:
    """Put a report in the place of the one before; return how many annotations it has.

    Raises:
        IncompleteError: Bitbucket does not take it.
    """
    import requests  # slow, and most commands never get here
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry  # noqa: PLC0415 - see above

    # Doing any of it twice has the effect of doing it once.
    patience = Retry(
        total=3,
        redirect=0,
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,
        respect_retry_after_header=False,
        raise_on_status=False,
        raise_on_redirect=False,
    )
    shown = annotations[:MOST]
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(max_retries=patience))
        session.proxies = {"http": place.proxy}
        _ask(session, "DELETE", place.url, None)
        _ask(session, "PUT", place.url, report)
        for start in range(0, len(shown), _BATCH):
            _ask(session, "POST", f"{place.url}/annotations", shown[start : start + _BATCH])
    return len(shown)


def _ask(
    session: requests.Session,
    method: str,
    url: str,
    body: Mapping[str, Json] | Sequence[Json] | None,
) -> None:
    import requests  # slow, and most commands never get here

    try:
        # The answer is never read: only its status tells something.
        with session.request(
            method, url, json=body, timeout=_TIMES, allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
    except requests.RequestException as error:
        raise IncompleteError(
            f"Bitbucket cannot be reached by the proxy ({type(error).__name__})",
            hint="run this in a step of Pipelines; inside of a container of yours, give"
            " `--proxy http://host.docker.internal:29418`",
            code="bitbucket-unreachable",
        ) from None
    if not 200 <= status < 300 and not (method == "DELETE" and status == 404):
        raise IncompleteError(
            f"Bitbucket answered {method} with {status}",
            hint="see whether the step may write reports; the verdict is not changed by this",
            code="bitbucket-refused",
        )
