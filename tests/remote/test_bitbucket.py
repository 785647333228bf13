"""Code Insights: what Bitbucket is sent through the proxy of a step, and what it may answer."""

from __future__ import annotations

import http.server
import json
import os
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from aigate.errors import IncompleteError, UsageError
from aigate.remote.bitbucket import Place, send

COMMIT = "c" * 40
TYPES = {"TEXT": str, "NUMBER": int}
# What Bitbucket's reference of reports and annotations asks for, of what we send.
REPORT = {"title", "details", "report_type", "reporter", "result", "data"}
ANNOTATION = {"external_id", "annotation_type", "summary", "severity", "result"}


@dataclass
class Fake:
    """A proxy with Bitbucket behind it: it keeps reports, and refuses what Bitbucket refuses."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    report: Any = None
    annotations: dict[str, Any] = field(default_factory=dict)
    refusals: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, url: str, body: Any) -> int:  # noqa: PLR0911 - one for each answer
        self.asked.append((method, url))
        if self.refusals:
            return self.refusals.pop(0)
        top = f"http://api.bitbucket.org/2.0/repositories/team/shop/commit/{COMMIT}/reports/aigate"
        if (method, url) == ("DELETE", top):
            known, self.report, self.annotations = self.report, None, {}
            return 204 if known else 404
        if (method, url) == ("PUT", top):
            good = body.keys() == REPORT and len(body["data"]) <= 10
            good = good and all(isinstance(d["value"], TYPES[d["type"]]) for d in body["data"])
            good = good and body["result"] in {"PASSED", "FAILED"}
            self.report = body if good else None
            return 200 if good else 400
        if (method, url) == ("POST", f"{top}/annotations") and self.report:
            if not isinstance(body, list) or not 1 <= len(body) <= 100:
                return 400
            if len(self.annotations) + len(body) > 1000 or not all(map(_is_good, body)):
                return 400
            self.annotations |= {one["external_id"]: one for one in body}
            return 200
        return 404


def _is_good(one: Any) -> bool:
    return (
        one.keys() >= ANNOTATION
        and one.keys() <= ANNOTATION | {"details", "path", "line", "title", "link"}
        and one["annotation_type"] in {"VULNERABILITY", "CODE_SMELL", "BUG"}
        and one["severity"] in {"CRITICAL", "HIGH", "MEDIUM", "LOW"}
        and one["result"] in {"PASSED", "FAILED", "SKIPPED", "IGNORED"}
        and len(one["summary"]) <= 450
        and len(one.get("details", "")) <= 2000
        and one.get("line", 1) >= 1
    )


@pytest.fixture
def bitbucket():
    fake = Fake()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _do(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            fake.headers.append(dict(self.headers))
            status = fake.answer(self.command, self.path, json.loads(data) if data else None)
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://elsewhere.example/")
            self.send_header("content-length", "0")
            self.end_headers()

        do_PUT = do_POST = do_DELETE = do_GET = _do  # noqa: N815 - what the server calls

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture
def place(bitbucket):
    return Place(workspace="team", repository="shop", commit=COMMIT, proxy=bitbucket.url)


def annotation(number: int) -> dict[str, Any]:
    return {
        "external_id": f"aigate-{number}",
        "annotation_type": "VULNERABILITY",
        "summary": "s",
        "severity": "HIGH",
        "result": "FAILED",
    }


ABOUT = {
    "title": "aigate",
    "details": "fail",
    "report_type": "SECURITY",
    "reporter": "aigate",
    "result": "FAILED",
    "data": [{"title": "Verdict", "type": "TEXT", "value": "fail"}],
}


def test_annotations_go_in_batches_and_no_more_than_bitbucket_keeps(bitbucket, place):
    assert send(place, ABOUT, [annotation(n) for n in range(1_234)]) == 1000

    assert [method for method, _ in bitbucket.asked] == ["DELETE", "PUT", *["POST"] * 10]
    assert len(bitbucket.annotations) == 1000


def test_what_was_shown_before_is_gone(bitbucket, place):
    send(place, ABOUT, [annotation(1), annotation(2)])
    send(place, ABOUT, [annotation(3)])

    assert set(bitbucket.annotations) == {"aigate-3"}


def test_nothing_secret_is_sent(bitbucket, place, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://user:hunter2@127.0.0.1:1")
    send(place, ABOUT, [annotation(1)])

    assert not any({"Authorization", "Cookie"} & one.keys() for one in bitbucket.headers)


def test_it_asks_again_where_that_may_help(bitbucket, place):
    bitbucket.refusals = [404, 429, 503]
    send(place, ABOUT, [annotation(1)])

    assert bitbucket.annotations


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 500])
def test_a_refusal_is_said_in_words_and_no_redirect_is_followed(bitbucket, place, status):
    bitbucket.refusals = [204, *[status] * 9]
    with pytest.raises(IncompleteError, match=f"PUT with {status}") as refused:
        send(place, ABOUT, [annotation(1)])

    assert refused.value.hint
    assert all("elsewhere" not in url for _, url in bitbucket.asked)


def test_a_proxy_that_is_not_there_is_said_in_words():
    begun = time.monotonic()
    place = Place(workspace="t", repository="s", commit=COMMIT, proxy="http://127.0.0.1:9")
    with pytest.raises(IncompleteError, match="cannot be reached"):
        send(place, ABOUT, [])

    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    "changed",
    [
        {"workspace": "../x"},
        {"workspace": ""},
        {"repository": "a/b"},
        {"repository": "."},
        {"commit": "main"},
        {"commit": COMMIT[:12]},
        {"proxy": "https://evil.example/x"},
        {"proxy": "http://user:pass@localhost:1"},
    ],
)
def test_a_place_that_could_lead_elsewhere_is_refused(changed):
    good = {"workspace": "t", "repository": "s", "commit": COMMIT, "proxy": "http://localhost:1"}
    with pytest.raises(UsageError) as refused:
        Place(**(good | changed))

    assert "pass" not in refused.value.message


def test_a_scan_is_shown_from_end_to_end(bitbucket, project):
    project.commit({"a.txt": "calm\n"})
    project.commit({"a.txt": 'x = "\u202e abc"\n'})
    file = project.home / "insights.json"
    project.scan("--base", "main~1", "--head", "main", "-o", f"bitbucket={file}")
    step = {
        "BITBUCKET_WORKSPACE": "team",
        "BITBUCKET_REPO_SLUG": "shop",
        "BITBUCKET_COMMIT": COMMIT,
    }
    seen = project.run("code-insights", str(file), "--proxy", bitbucket.url, **step)

    assert (seen.code, seen.out) == (0, b"Bitbucket shows the report, with 1 annotation\n")
    assert bitbucket.report["result"] == "FAILED"
    (one,) = bitbucket.annotations.values()
    assert (one["path"], one["line"]) == ("a.txt", 1)
    outside = project.run("code-insights", str(file), "--proxy", bitbucket.url)
    assert (outside.code, b"BITBUCKET_WORKSPACE" in outside.err) == (2, True)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"version": "x"}', b'{"version": "aigate-code-insights/1"}', b"[" * 9999],
)
def test_a_file_that_is_no_report_is_refused(project, data):
    (project.home / "x.json").write_bytes(data)
    seen = project.run("code-insights", str(project.home / "x.json"))

    assert (seen.code, b"is no report for Bitbucket" in seen.err) == (2, True)


def test_a_file_that_cannot_be_read_is_said_in_words_that_no_runner_obeys(project):
    os.mkfifo(project.home / "pipe")
    pipe = project.run("code-insights", str(project.home / "pipe"))
    missing = project.run("code-insights", "x\n  ::add-mask::y\n##[error]z")

    assert (pipe.code, b"is no report" in pipe.err) == (2, True)
    assert missing.code == 3
    assert b"hint: " in missing.err
    assert not re.search(rb"(?m)^\s*::|##\[", missing.err)
