"""Reads JavaScript and TypeScript, and other languages with their kind of strings, by tokens."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import field

from aigate.discovery._signals import Argument, Called, Imported, Said, Signal
from aigate.domain.regex import regex
from aigate.value import dataclass

_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_TOKENS = (
    rf"(?P<string>{_STRING})"
    r"""
|(?P<template>`)
|(?P<word>[A-Za-z_$][\w$]*)
|(?P<mark>=>|[!=]==?|\?\.|[{}()\[\],:;.=?])
|(?P<other>[^\s\w$"'`{}()\[\],:;.=?!/#]+|\d[\w.]*|\S)
"""
)
_SLASHES = regex(
    r"\s*(?:(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))|" + _TOKENS + ")", re.DOTALL | re.VERBOSE
)
_HASHES = regex(r"\s*(?:(?P<comment>\#[^\n]*)|" + _TOKENS + ")", re.DOTALL | re.VERBOSE)
_TRIPLE = regex(r'(?:"""|\'\'\').*?(?:"""|\'\'\'|\Z)', re.DOTALL)
_REGEX = regex(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_CHUNK = regex(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+") | {"=>", "==", "===", "!=", "!==", "return", "typeof"}
_DECLARES = frozenset({"const", "let", "var", "val", "final", "static", "readonly", "auto", "def"})
_OPENS, _CLOSES = frozenset("({["), frozenset(")}]")
_NAME = regex(r"[\w$.?!\[\]()]{1,80}")
_ESCAPE = regex(r"\\(.)", re.DOTALL)
_UNION = regex(r"\s*\|(?!\|)")
_MOST = 2_000_000


def read(text: str, *, hashes: bool = False, language: str = "npm") -> tuple[Signal, ...]:
    """Return what a file says; `hashes` tells that `#` starts a comment, and not `//`."""
    if hashes:
        text = _TRIPLE.sub(lambda found: "\n" * found[0].count("\n"), text)
    walk = _Walk(text, _HASHES if hashes else _SLASHES, language)
    walk.run()
    return tuple(walk.found)


@dataclass(slots=True)
class _Frame:
    """An open bracket: what is called by it, which key holds, and what was passed so far."""

    mark: str
    call: str = ""
    key: str = ""
    outer: str = ""
    place: int = 0
    start: int = 0
    at: tuple[int, int] = (1, 1)
    arguments: list[Argument] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    text: str
    pattern: re.Pattern[str]
    language: str
    found: list[Signal] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=lambda: [_Frame("")])
    starts: list[int] = field(default_factory=list)
    chain: str = ""
    last: str = ""
    declared: str = ""
    names: list[str] = field(default_factory=list)
    importing: bool = False
    literal: tuple[str, int] = ("", -1)

    def run(self) -> None:
        self.starts = [0, *(one.end() for one in re.finditer("\n", self.text))]
        position, end = 0, min(len(self.text), _MOST)
        text, match = self.text, self.pattern.match
        while position < end:
            token = match(text, position)
            if token is None:
                break
            kind, end_of = token.lastgroup, token.end()
            if kind == "word":
                self._word(token["word"], token.start("word"))
                position = end_of
            elif kind == "other":
                position = self._other(token["other"], token.start("other"), end_of)
            elif kind == "mark":
                position = self._mark(token["mark"], token.start("mark"), end_of)
            elif kind == "string":
                self._string(token["string"][1:-1], token.start("string"), end_of)
                position = end_of
            elif kind == "template":
                position = self._template(token.start("template"), end_of)
            else:
                position = end_of

    def _other(self, text: str, start: int, end: int) -> int:
        if text == "/" and (self.last in _BEFORE_REGEX or not self.last):
            regex = _REGEX.match(self.text, start)
            if regex is not None:
                self.last = "regex"
                return regex.end()
        self.last = text[-1]
        return end

    def at(self, position: int) -> tuple[int, int]:
        line = bisect_right(self.starts, position)
        return line, position - self.starts[line - 1] + 1

    def _say(
        self, text: str, position: int, *, is_open: bool = False, tested: bool = False
    ) -> None:
        frame = self.stack[-1]
        if frame.mark == "{" and len(self.stack) > 1 and self.stack[-2].mark == "(":
            call, place = self.stack[-2].call, -1
        else:
            call, place = frame.call, frame.place if frame.mark == "(" else -1
        key = frame.key or ("" if frame.mark == "(" else frame.outer)
        self.found.append(Said(text, *self.at(position), key, call, place, is_open, tested))

    def _string(self, body: str, start: int, end: int) -> None:
        text = _ESCAPE.sub(r"\1", body) if "\\" in body else body
        if self.last in {"from", "import", "require(", "import("} or self._in_import_block():
            line = self.at(start)[0]
            self.found.append(Imported(self.language, text, line, tuple(self.names)))
            self.names, self.importing = [], False
        else:
            is_union = self.last == "|" or _UNION.match(self.text, end) is not None
            self._say(text, start, tested=is_union or self.last.startswith(("==", "!=")))
        frame = self.stack[-1]
        if frame.mark == "(" and self.last in {"(", ","}:
            frame.arguments.append(Argument(str(frame.place), text))
        self.literal, self.last, self.chain = (text, end), "string", ""

    def _in_import_block(self) -> bool:
        return self.language == "go" and (
            self.stack[-1].call == "import" or self.last == "import" or self.importing
        )

    def _template(self, start: int, position: int) -> int:
        chunk = _CHUNK.match(self.text, position)
        end = chunk.end() if chunk else position
        is_open = self.text.startswith("${", end)
        body = self.text[position:end]
        if body:
            self._say(body, start, is_open=is_open)
        if is_open:
            self.stack.append(_Frame("`"))
            return end + 2
        frame = self.stack[-1]
        if frame.mark == "(" and self.last in {"(", ","}:
            frame.arguments.append(Argument(str(frame.place), body))
        self.literal, self.last, self.chain = (body, end + 1), "string", ""
        return end + 1

    def _rest_of_template(self, position: int) -> int:
        chunk = _CHUNK.match(self.text, position)
        end = chunk.end() if chunk else position
        if self.text.startswith("${", end):
            self.stack.append(_Frame("`"))
            return end + 2
        self.last, self.chain = "string", ""
        return end + 1

    def _word(self, text: str, position: int) -> None:
        joined = self.last in {".", "?."} and self.chain
        self.chain = f"{self.chain}.{text}"[-200:] if joined else text
        if joined and (".env." in f".{self.chain}"[:40]) and text.isupper():
            self.found.append(Said(text, *self.at(position), "env"))
        if self.last in _DECLARES:
            self.declared = text
        if text in {"import", "export"} and self.last != ".":
            self.importing, self.names = True, []
        elif self.importing and text not in {"from", "type", "as"}:
            self.names.append(text)
        if text == "import" and self.language == "java":
            end = self.text.find(";", position, position + 200)
            name = self.text[position + 7 : max(end, position + 7)].removeprefix("static ").strip()
            self.found.append(Imported("java", name, self.at(position)[0]))
        self.last = text if not (joined and text == "from") else "word"

    def _mark(  # noqa: C901 - one for each mark
        self, mark: str, start: int, end: int
    ) -> int:
        frame = self.stack[-1]
        if mark in _OPENS:
            self._open(mark, start)
        elif mark in _CLOSES:
            if frame.mark == "`" and mark == "}":
                self.stack.pop()
                return self._rest_of_template(end)
            self._close(start)
        elif mark == ",":
            self._argument_ends(frame, start)
            frame.place += 1
            if frame.mark != "[":
                frame.key = ""
        elif mark == ";":
            frame.key, self.declared, self.importing = "", "", False
        elif mark == ":" and frame.mark == "{":
            frame.key = self.literal[0] if self.last == "string" else self.chain.rpartition(".")[2]
            frame.start = end
        elif mark == "=" or mark.startswith(("==", "!=")):
            name = self.declared if mark == "=" and self.declared else self.chain
            frame.key = name.rpartition(".")[2] or frame.key
            self.declared = ""
        if mark not in {".", "?."}:
            self.chain = "" if mark not in _OPENS else self.chain
        self.last = (
            f"{self.chain}(" if mark == "(" and self.chain in {"require", "import"} else mark
        )
        if mark in _OPENS:
            self.chain = ""
        return end

    def _open(self, mark: str, start: int) -> None:
        frame = self.stack[-1]
        call = self.chain if mark == "(" else (frame.call if mark == "[" else "")
        outer = frame.key or frame.outer
        self.stack.append(
            _Frame(mark, call, "", outer if mark != "(" else "", 0, start + 1, self.at(start))
        )

    def _close(self, position: int) -> None:
        if len(self.stack) == 1:
            return
        frame = self.stack.pop()
        self._argument_ends(frame, position)
        if frame.mark == "{" and self.stack[-1].mark == "(":
            self.stack[-1].arguments += frame.arguments
        if frame.mark == "(" and frame.call:
            self.found.append(Called(frame.call, *frame.at, tuple(frame.arguments[:60])))
        if frame.mark == "{" and self.stack[-1].mark != "(" and not self.stack[-1].outer:
            self.stack[-1].key = "" if self.stack[-1].mark != "{" else self.stack[-1].key

    def _argument_ends(self, frame: _Frame, position: int) -> None:
        """Note the value of a key, if it stands in an object that is passed to a call."""
        if frame.mark != "{" or len(self.stack) < 1:
            return
        if not frame.key:
            # `{ model }` is short for `{ model: model }`.
            if self.chain and self.last == self.chain and _NAME.fullmatch(self.chain):
                frame.arguments.append(Argument(self.chain, None, self.chain))
            return
        raw = self.text[frame.start : min(position, frame.start + 400)].strip()
        text, end = self.literal
        if (raw[:1] in {'"', "'"} and raw[1:-1] == text) or (
            end > frame.start and re.search(r"(?:\|\||\?\?)\s*[\"'][^\"']*[\"']\Z", raw)
        ):
            frame.arguments.append(Argument(frame.key, text))
        elif raw.startswith("`"):
            shown = raw[1:120].rstrip("`")
            is_whole = "${" not in raw
            frame.arguments.append(Argument(frame.key, shown if is_whole else None, shown))
        else:
            shown = raw if _NAME.fullmatch(raw) else "…"
            frame.arguments.append(Argument(frame.key, None, shown))
