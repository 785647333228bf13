"""The language server that editors use for YAML, from npm, spoken to over its own protocol."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests import foreign

SERVER = "yaml-language-server@2.0.0"
_PATIENCE = 60


class Editor:
    """What an editor says to a language server, and what it hears."""

    def __init__(self, program: str, folder: Path) -> None:
        self._server = subprocess.Popen(
            [program, "--stdio"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._server.stdin
        assert self._server.stdout
        self._to: IO[bytes] = self._server.stdin
        self._heard: queue.Queue[Any] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._listen, args=(self._server.stdout,), daemon=True).start()
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self._say("initialized", {})
        settings = {"yaml": {"validate": True, "completion": True, "hover": True,
                             "schemaStore": {"enable": False}}}  # fmt: skip
        self._say("workspace/didChangeConfiguration", {"settings": settings})

    def mistakes(self, file: Path, text: str) -> list[tuple[int, str]]:
        """Open a file with this text, and return the line and the words of each mistake."""
        uri = self._opened(file, text)
        while True:
            heard = self._next()
            about = heard.get("params", {})
            if heard.get("method") == "textDocument/publishDiagnostics" and about["uri"] == uri:
                return [(one["range"]["start"]["line"] + 1, one["message"])
                        for one in about["diagnostics"]]  # fmt: skip

    def offered(self, file: Path, text: str) -> dict[str, str]:
        """Return what is offered at the end of a text: each with what is said about it."""
        rows = text.split("\n")
        at = {"line": len(rows) - 1, "character": len(rows[-1])}
        uri = self._opened(file, text)
        found = self._ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": at})
        items = found["items"] if isinstance(found, dict) else found
        return {one["label"]: _words(one.get("documentation", "")) for one in items}

    def hover(self, file: Path, text: str, word: str) -> str:
        """Return what is said about the first place of a word."""
        before = text[: text.index(word)].split("\n")
        at = {"line": len(before) - 1, "character": len(before[-1]) + 1}
        uri = self._opened(file, text)
        found = self._ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": at})
        return _words(found["contents"])

    def end(self) -> None:
        """End the server."""
        with self._server:
            self._server.kill()

    def _opened(self, file: Path, text: str) -> str:
        uri = file.as_uri()
        self._number += 1
        about = {"uri": uri, "languageId": "yaml", "version": self._number, "text": text}
        self._say("textDocument/didOpen", {"textDocument": about})
        return uri

    def _say(self, method: str, params: Any, **more: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params, **more})

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        number = self._number
        self._say(method, params, id=number)
        while True:
            heard = self._next()
            if heard.get("id") == number and "method" not in heard:
                assert "error" not in heard, heard
                return heard["result"]

    def _send(self, message: Any) -> None:
        data = json.dumps(message).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._to.flush()

    def _next(self) -> Any:
        heard = self._heard.get(timeout=_PATIENCE)
        assert heard is not None, "the language server ended"
        if "method" in heard and "id" in heard:  # it asks the editor something
            items = (
                heard["params"].get("items", ()) if isinstance(heard.get("params"), dict) else ()
            )
            self._send({"jsonrpc": "2.0", "id": heard["id"], "result": [None for _ in items]})
        return heard

    def _listen(self, stream: IO[bytes]) -> None:
        while True:
            length = 0
            while (row := stream.readline().strip()) or not length:
                if not row and not length:
                    self._heard.put(None)
                    return
                name, _, value = row.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            self._heard.put(json.loads(stream.read(length)))


def _words(said: Any) -> str:
    return said["value"] if isinstance(said, dict) else str(said)


@pytest.fixture(scope="session")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    name = SERVER.partition("@")[0]
    file = foreign.npm(SERVER) / "node_modules" / ".bin" / name
    made = Editor(str(file), tmp_path_factory.mktemp("home"))
    yield made
    made.end()
