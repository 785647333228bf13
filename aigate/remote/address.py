"""Addresses that may be spoken to, and what may be told to whom."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import field
from urllib.parse import urljoin, urlsplit

from aigate.errors import UsageError
from aigate.value import dataclass

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Which repository, of which API, and the token for both."""

    api: str
    repository: str
    token: str = field(repr=False)

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Where the token may be sent, and nowhere else."""
        return origin(self.api)


def address_of(*, api: str, repository: str, token: str) -> Address:
    """Return an address that is safe to use.

    Raises:
        UsageError: it is none; what is wrong is said without any of it.
    """
    if not token:
        raise UsageError(
            "there is no token for GitHub",
            hint="give the input `token`, or leave its default",
            code="github-token",
        )
    if not _TOKEN.fullmatch(token):
        raise UsageError(
            "the token for GitHub holds what no token holds",
            hint="check the secret for blanks and line ends",
            code="github-token",
        )
    if not is_safe(api):
        raise UsageError(
            "the address of GitHub's API is not `https://HOST/PATH`",
            hint="check `GITHUB_API_URL`; it holds no account, no token and no query",
            code="github-address",
        )
    if not _REPOSITORY.fullmatch(repository) or repository.endswith(("/.", "/..")):
        raise UsageError(
            "the name of the repository is not `OWNER/NAME`",
            hint="check `GITHUB_REPOSITORY`",
            code="github-address",
        )
    return Address(api=api.rstrip("/"), repository=repository, token=token)


def joined(url: str, location: str) -> str:
    """Return where a redirect or a link leads, empty if that makes no sense."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address; empty texts where it is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None


def is_safe(url: str, *, query: bool = False) -> bool:
    """Tell whether an address is HTTPS, or on this machine, and holds no account."""
    scheme, host, _ = origin(url)
    if not host or not re.fullmatch(r"[\x21-\x7e]+", url):
        return False
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.fragment or (parts.query and not query):
        return False
    return scheme == "https" or (scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Tell whether a host is one that only machines around here can reach, as far as its name tells."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".internal", ".local"))
