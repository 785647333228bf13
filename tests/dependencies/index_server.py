"""A package index on this machine, with the documents that PEP 691, PEP 700 and npm's registry define."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIMPLE = "application/vnd.pypi.simple.v1+json"


@dataclass
class Page:
    """An answer; `slow` seconds pass before it, `cut` bytes of it are kept back."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: float = 0.0
    cut: int = 0


@dataclass
class Server:
    """What is served at which path, and what was asked; a list of pages is served one by one."""

    url: str
    pages: dict[str, Page | list[Page]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


def simple(
    name: str, *files: tuple[str, str], versions: list[str] | None = None, **more: object
) -> Page:
    """Return a page of the simple index: files with the time of their upload, or without."""
    listed = [
        {
            "filename": file,
            "url": f"https://files.example/{file}",
            "hashes": {},
            **({"upload-time": when} if when else {}),
        }
        for file, when in files
    ]
    body = {
        "meta": {"api-version": "1.1"},
        "name": name,
        "files": listed,
        **({} if versions is None else {"versions": versions}),
        **more,
    }
    return Page(json.dumps(body).encode(), kind=SIMPLE)


def packument(name: str, **times: str) -> Page:
    """Return a document of npm's registry: versions, with dots as underscores, and their times."""
    versions = {one.replace("_", "."): when for one, when in times.items()}
    body = {
        "name": name,
        "versions": {one.removeprefix("v"): {"name": name} for one in versions},
        "time": {one.removeprefix("v"): when for one, when in versions.items()},
    }
    return Page(json.dumps(body).encode())


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers)))
            page = server.pages.get(self.path, Page(status=404))
            if isinstance(page, list):
                page = page.pop(0) if len(page) > 1 else page[0]
            time.sleep(page.slow)
            self.send_response(page.status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(page.body)))
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body[: len(page.body) - page.cut])
            self.close_connection = bool(page.cut)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server = Server(f"http://127.0.0.1:{listener.server_port}")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()
