"""A small GitHub on loopback that remembers what it is told.

What it is asked, and what it answers, is held against the published contract; what a test
scripts as a failure is not.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

CONTRACT = json.loads(Path(__file__).with_name("github-contract.json").read_bytes())
TOKEN = "ghs_" + "t0" * 18
BOT = 41898282
REPOSITORY = "acme/shop"
_REPO = f"/repos/{REPOSITORY}"
_NOT_THERE = (404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})


@dataclass
class Reply:
    """What a test wants to be answered instead; `body` as it goes over the wire."""

    status: int
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Callable[[str, str], Reply | None]


class FakeGitHub:
    """One repository with pull requests, their comments and reviews, runs and artifacts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.tokens: list[tuple[str, str | None]] = []
        self.violations: list[str] = []
        self.script: Script = lambda _method, _path: None
        self.page = 100
        self.pulls: dict[int, dict[str, Any]] = {}
        self.reviews: dict[int, list[dict[str, Any]]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.timelines: dict[int, list[dict[str, Any]]] = {}
        self.runs: dict[int, dict[str, Any]] = {}
        self.artifacts: dict[int, dict[str, Any]] = {}
        self.files: dict[int, bytes] = {}
        self.parents: dict[str, list[str]] = {}
        self.of_commit: dict[str, list[int]] = {}
        self.number = 1000
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 64 * 1024

            def _answer(self) -> None:
                fake.answer(self)

            do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - names of the library

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Start again with nothing; the server stays."""
        for name in ("asked", "tokens", "violations", "pulls", "reviews", "comments"):
            getattr(self, name).clear()
        for name in ("timelines", "runs", "artifacts", "files", "parents", "of_commit"):
            getattr(self, name).clear()
        self.script, self.page, self.number = (lambda _method, _path: None), 100, 1000

    def written(self) -> list[tuple[str, str]]:
        return [one for one in self.asked if one[0] != "GET"]

    # What is there

    def pull(self, number: int, *, head: str, opener: int = 7, **fields: Any) -> dict[str, Any]:
        made = sample("pull-request") | {
            "number": number,
            "state": "open",
            "user": self.user(opener),
            **fields,
        }
        made["head"] |= {"sha": head}
        made["base"] |= {"ref": "main"}
        self.pulls[number] = made
        self.reviews.setdefault(number, [])
        self.comments.setdefault(number, [])
        return made

    def user(self, account: int, *, kind: str = "User", login: str = "") -> dict[str, Any]:
        return sample("simple-user") | {
            "id": account,
            "login": login or f"user{account}",
            "type": kind,
        }

    def review(
        self, number: int, account: int, commit: str, *, state: str = "APPROVED", **fields: Any
    ) -> dict[str, Any]:
        self.number += 1
        made = sample("pull-request-review") | {
            "id": self.number,
            "user": self.user(account, kind=fields.pop("kind", "User")),
            "state": state,
            "commit_id": commit,
            "submitted_at": "2026-11-01T10:00:00Z",
            **fields,
        }
        self.reviews[number].append(made)
        return made

    def comment(self, number: int, account: int, body: str, **fields: Any) -> dict[str, Any]:
        self.number += 1
        made = sample("issue-comment") | {
            "id": self.number,
            "user": self.user(account, kind=fields.pop("kind", "User")),
            "body": body,
            "created_at": "2026-11-01T09:00:00Z",
            "updated_at": "2026-11-01T09:00:00Z",
            "performed_via_github_app": None,
            **fields,
        }
        self.comments[number].append(made)
        return made

    def happened(self, number: int, event: str, *, created_at: str) -> None:
        self.number += 1
        made = sample("state-change-issue-event") | {
            "id": self.number,
            "event": event,
            "created_at": created_at,
        }
        self.timelines.setdefault(number, []).append(made)

    def run(self, number: int, *, head: str, **fields: Any) -> dict[str, Any]:
        made = sample("workflow-run") | {
            "id": number,
            "event": "pull_request",
            "head_sha": head,
            "head_branch": "topic",
            "status": "completed",
            "conclusion": "failure",
            "run_attempt": 1,
            "pull_requests": [],
            **fields,
        }
        self.runs[number] = made
        return made

    def runs_repository(self, number: int, owner: str) -> dict[str, Any]:
        made = sample("minimal-repository") | {"id": number}
        return made | {"owner": self.user(8, login=owner)}

    def artifact(self, run: int, data: bytes, *, name: str = "aigate", **fields: Any) -> int:
        self.number += 1
        self.artifacts[self.number] = sample("artifact") | {
            "id": self.number,
            "name": name,
            "expired": False,
            "size_in_bytes": len(data),
            "workflow_run": {"id": run, "head_sha": self.runs[run]["head_sha"]},
            **fields,
        }
        self.files[self.number] = data
        return self.number

    # How it answers

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        method, path = handler.command, handler.path
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        self.asked.append((method, path))
        self.tokens.append((path, handler.headers.get("Authorization")))
        scripted = self.script(method, path)
        if scripted is None and path.startswith("/blob/"):
            scripted = Reply(200, self.files[int(path.removeprefix("/blob/"))])
        if scripted is not None:
            _write(handler, scripted)
            return
        reply = self._routed(handler, method, body)
        for complaint in complaints(self.url, handler, body, reply):
            self.violations.append(f"{method} {path}: {complaint}")
        _write(handler, reply)

    def _routed(self, handler: BaseHTTPRequestHandler, method: str, body: bytes) -> Reply:
        if handler.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json(401, {"message": "Bad credentials"})
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        for pattern, answer in self._routes(method, body, query).items():
            found = re.fullmatch(pattern, f"{method} {parts.path}")
            if found:
                value = answer(*found.groups())
                return value if isinstance(value, Reply) else _json(*value)
        return _json(*_NOT_THERE)

    def _routes(self, method: str, body: bytes, query: Mapping[str, str]) -> dict[str, Any]:
        del method

        def listed(of: Callable[[int], Any]) -> Callable[[str], Any]:
            return lambda n: self._page(of(int(n)), query) if int(n) in self.pulls else _NOT_THERE

        def one(of: Mapping[int, Any]) -> Callable[[str], Any]:
            return lambda n: (200, of[int(n)]) if int(n) in of else _NOT_THERE

        def about_commit(commit: str) -> Any:
            short = sample("pull-request-simple")
            found = [self.pulls[n] for n in self.of_commit.get(commit, [])]
            return self._page(
                [{name: p[name] for name in short if name in p} for p in found], query
            )

        return {
            f"GET {_REPO}/pulls": lambda: self._pulls(query),
            f"GET {_REPO}/pulls/([0-9]+)": one(self.pulls),
            f"GET {_REPO}/pulls/([0-9]+)/reviews": listed(lambda n: self.reviews[n]),
            f"GET {_REPO}/issues/([0-9]+)/comments": listed(lambda n: self.comments[n]),
            f"GET {_REPO}/issues/([0-9]+)/timeline": listed(lambda n: self.timelines.get(n, [])),
            f"POST {_REPO}/issues/([0-9]+)/comments": lambda n: self._posted(int(n), body),
            f"PATCH {_REPO}/issues/comments/([0-9]+)": lambda n: self._patched(int(n), body),
            f"GET {_REPO}/commits/([0-9a-f]+)/pulls": about_commit,
            f"GET {_REPO}/git/commits/([0-9a-f]+)": self._commit,
            f"GET {_REPO}/actions/runs/([0-9]+)": one(self.runs),
            f"GET {_REPO}/actions/runs/([0-9]+)/artifacts": lambda n: self._artifacts(
                int(n), query
            ),
            f"GET {_REPO}/actions/artifacts/([0-9]+)/zip": lambda n: Reply(
                302, b"", {"Location": f"{self.url}/blob/{n}"}
            ),
            "GET /users/github-actions%5Bbot%5D": lambda: (
                200,
                sample("public-user")
                | {
                    "id": BOT,
                    "login": "github-actions[bot]",
                    "type": "Bot",
                    "user_view_type": "public",
                },
            ),
            "GET /user": lambda: (403, {"message": "Resource not accessible by integration"}),
        }

    def _page(self, items: list[Any], query: Mapping[str, str]) -> Reply:
        size = min(int(query.get("per_page", "30")), self.page)
        number = int(query.get("page", "1"))
        reply = _json(200, items[(number - 1) * size : number * size])
        if number * size < len(items):
            link = f'<{self.url}{self._here(query, number + 1)}>; rel="next"'
            return Reply(200, reply.body, {**reply.headers, "Link": link})
        return reply

    def _here(self, query: Mapping[str, str], page: int) -> str:
        path = urlsplit(self.asked[-1][1]).path
        rest = "".join(f"&{k}={v}" for k, v in query.items() if k != "page")
        return f"{path}?page={page}{rest}"

    def _pulls(self, query: Mapping[str, str]) -> Reply:
        owner, _, branch = query.get("head", "").partition(":")
        short = sample("pull-request-simple")
        found = [
            {name: pull[name] for name in short if name in pull}
            for pull in self.pulls.values()
            if pull["state"] == query.get("state", "open")
            and pull["head"]["ref"] == branch
            and pull["head"]["user"]["login"] == owner
        ]
        return self._page(found, query)

    def _posted(self, number: int, body: bytes) -> tuple[int, Any]:
        if number not in self.pulls:
            return _NOT_THERE
        text = json.loads(body).get("body")
        if text is None:
            return 422, {"message": "Validation Failed", "documentation_url": "https://x.test"}
        if len(text) > 65_536:
            return 422, {"message": "Validation Failed", "documentation_url": "https://x.test"}
        return 201, self.comment(number, BOT, text, kind="Bot", **_now())

    def _patched(self, number: int, body: bytes) -> tuple[int, Any]:
        for comments in self.comments.values():
            for one in comments:
                if one["id"] == number:
                    one["body"] = json.loads(body)["body"]
                    one["updated_at"] = _now()["updated_at"]
                    return 200, one
        return _NOT_THERE

    def _commit(self, commit: str) -> tuple[int, Any]:
        if commit not in self.parents:
            return _NOT_THERE
        one = sample("git-commit")
        parent = (
            one["parents"] or [{"sha": "", "url": "https://x.test", "html_url": "https://x.test"}]
        )[0]
        parents = [parent | {"sha": each} for each in self.parents[commit]]
        return 200, one | {"sha": commit, "parents": parents}

    def _artifacts(self, run: int, query: Mapping[str, str]) -> tuple[int, Any]:
        found = [a for a in self.artifacts.values() if a["workflow_run"]["id"] == run]
        found = [a for a in found if query.get("name", a["name"]) == a["name"]]
        return 200, {"total_count": len(found), "artifacts": found}


@pytest.fixture(scope="session")
def one_github():
    """A GitHub for all tests of this process."""
    fake = FakeGitHub()
    yield fake
    fake.close()


@pytest.fixture
def github(one_github):
    """An empty GitHub; that the contract was kept is checked at the end of each test."""
    one_github.forget()
    yield one_github
    assert not one_github.violations, one_github.violations[:3]


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _now() -> dict[str, str]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"created_at": now, "updated_at": now}


def _json(status: int, value: Any) -> Reply:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Reply(status, json.dumps(value).encode(), headers)


def _write(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if "Content-Length" not in reply.headers:
        handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    with contextlib.suppress(OSError):  # nobody may want the rest
        handler.wfile.write(reply.body)


# The contract


def sample(name: str) -> Any:
    """Return the smallest value that a schema of the contract allows."""
    return _smallest({"$ref": f"#/components/schemas/{name}"})


def _smallest(schema: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _smallest(CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema and "properties" not in schema:
            return _smallest(schema[several][0])
    kind = schema.get("type", "object")
    if kind == "object":
        wanted = schema.get("required", [])
        fields = schema.get("properties", {})
        return {each: _smallest(fields[each]) for each in wanted if each in fields}
    texts = {
        "uri": "https://x.test/",
        "date-time": "2026-11-01T00:00:00Z",
        "email": "x@x.test",
    }
    plain = {"integer": 1, "number": 1, "boolean": False, "array": [], "string": "x"}
    return texts.get(schema.get("format", ""), plain[kind]) if kind == "string" else plain[kind]


@cache
def _contract() -> Any:
    from openapi_core import OpenAPI  # noqa: PLC0415 - takes seconds

    return OpenAPI.from_dict(CONTRACT | {"servers": [{"url": "/"}]})


def complaints(host: str, handler: BaseHTTPRequestHandler, body: bytes, reply: Reply) -> list[str]:
    """Say what of a request or an answer is not as the contract has it."""
    from openapi_core.datatypes import RequestParameters  # noqa: PLC0415 - takes seconds
    from openapi_core.exceptions import OpenAPIError  # noqa: PLC0415 - takes seconds
    from openapi_core.testing import MockResponse  # noqa: PLC0415 - takes seconds
    from werkzeug.datastructures import Headers, ImmutableMultiDict  # noqa: PLC0415 - as above

    parts = urlsplit(handler.path)

    class Request:
        parameters = RequestParameters(
            query=ImmutableMultiDict(
                [(n, v) for n, vs in parse_qs(parts.query).items() for v in vs]
            ),
            header=Headers(list(handler.headers.items())),
            cookie=ImmutableMultiDict(),
        )
        host_url = host
        path = parts.path
        method = handler.command.lower()
        content_type = handler.headers.get("Content-Type", "")

    Request.body = body or None  # type: ignore[attr-defined]
    found = []
    try:
        _contract().validate_request(Request)
        if reply.status < 400:
            answer = MockResponse(
                reply.body,
                status_code=reply.status,
                headers=dict(reply.headers),
                content_type="application/json",
            )
            if reply.status != 302:
                _contract().validate_response(Request, answer)
    except OpenAPIError as error:
        found.append(f"{error!r} {error.__cause__!r}"[:600])
    return found
