"""Splits a Jupyter notebook into its code cells, as valid source with line numbers."""

from __future__ import annotations

import ast
import json
import re
from bisect import bisect_right
from collections import defaultdict, deque

from aigate.domain.regex import regex
from aigate.domain.tree import Kind
from aigate.value import dataclass

# A notebook with more values or more cells than this is not read, and noted.
_MOST_VALUES = 2_000_000
_MOST_CELLS = 10_000
# A longer line is left as it is; if it is no Python, the scanners will say so.
_LONGEST_ROW = 20_000

_SOURCE = regex(r'(?<!\\)"(?:source|input)"\s*:\s*(?=[\["])')
_STRING = regex(r'[\s,]*"')
_DECODER = json.JSONDecoder()

_LANGUAGES = (
    (regex(r"typescript|deno"), Kind.TYPESCRIPT),
    (regex(r"javascript|node"), Kind.JAVASCRIPT),
)
_PYTHON = regex(r"python|sage|xeus|pyspark")
_FOREIGN = regex(
    r"%%(?:!|(?:bash|sh|script|cmd|system|sx|html|svg|latex|markdown|perl|ruby|sql|bigquery|R"
    r"|julia|cython|cpp|cu|file|ai|mermaid|spark|configure)\b)"
)
_JAVASCRIPT = regex(r"%%(?:js|javascript)\b")
_STILL_PYTHON = regex(r"%%(?:(?:writefile|file)\b.*\.py\w?\s*$|script\b.*\bi?py(?:thon|py))")

_TIMED = regex(r"(\s*)(%(?:time|timeit|prun|memit|lprun|mprun)(?:\s+-\w+(?:\s+\d+)?)*\s+)(?=\S)")
_CALLED = regex(r"(\s*)/([\w.]+)\s*(.*)")
_ASSIGNED = regex(r"([\w.\[\]'\", ()*]+=\s*)[!%](?![=\s])")
_INSTALLS = regex(
    r"\s*[!%]+\s*(?:[\w./-]+\s+){0,4}?(?:pip[\d.]*|uv|conda|mamba|npm|yarn|pnpm|poetry)\s"
)
_ESCAPED = regex(r"\s*[!%?,;/]")
_ASKED = regex(r"\s*[%\w.*\[\]'\"]+\?{1,2}\s*(?:#.*)?")

_TOKEN = regex(r"#[^\n]*|'''|\"\"\"|'(?:\\.|[^'\\\n])*'?|\"(?:\\.|[^\"\\\n])*\"?|[\[({]|[\])}]|\\$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell; `number` counts all cells from 1, `lines` maps to lines of the file."""

    number: int
    kind: Kind
    text: str
    lines: tuple[int, ...]


_VALUES = regex(r"\{([^{}\n]{1,200})\}|\$([A-Za-z_]\w*)")


def code_cells(text: str) -> tuple[Cell, ...] | None:
    """Return the code cells of a notebook, or None if it cannot be read as one."""
    if sum(text.count(mark) for mark in ",[{") > _MOST_VALUES:
        return None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(notebook, dict):
        return None
    cells = _cells(notebook)
    if cells is None or len(cells) > _MOST_CELLS:
        return None
    kind = _kernel(notebook.get("metadata"))
    places = _places(text)
    found = []
    for number, cell in enumerate(cells, start=1):
        pieces = _pieces(cell)
        if pieces is None:
            return None
        known = places[tuple(pieces)]
        starts = known.popleft() if known else [1] * len(pieces)
        if cell.get("cell_type") in {"markdown", "raw", "heading"}:
            continue
        source, lines = _join(pieces, starts)
        own = kind
        if kind is Kind.PYTHON:
            own, source = _plain_python(source)
        found.append(Cell(number, own, source, lines))
    return tuple(found)


def _cells(notebook: dict[str, object]) -> list[dict[str, object]] | None:
    # Format 3 had worksheets.
    holders: list[object] = [notebook]
    sheets = notebook.get("worksheets")
    if isinstance(sheets, list):
        holders += sheets
    cells: list[dict[str, object]] = []
    seen = False
    for holder in holders:
        inner = holder.get("cells") if isinstance(holder, dict) else None
        if isinstance(inner, list):
            seen = True
            if not all(isinstance(cell, dict) for cell in inner):
                return None
            cells += inner
    return cells if seen else None


def _pieces(cell: dict[str, object]) -> list[str] | None:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, str):
        return [source]
    if isinstance(source, list) and all(isinstance(piece, str) for piece in source):
        return [str(piece) for piece in source]
    return None


def _kernel(metadata: object) -> Kind:
    words = []
    for name in ("kernelspec", "language_info"):
        part = metadata.get(name) if isinstance(metadata, dict) else None
        if isinstance(part, dict):
            words += [str(part[key]).lower() for key in ("name", "language") if part.get(key)]
    if not words or any(_PYTHON.search(word) for word in words):
        return Kind.PYTHON
    for pattern, kind in _LANGUAGES:
        if any(pattern.search(word) for word in words):
            return kind
    return Kind.TEXT


def _places(text: str) -> defaultdict[tuple[str, ...], deque[list[int]]]:
    """Return, for each source in the file, the lines of its pieces, in order of place."""
    starts = [0] + [m.end() for m in re.finditer("\n", text)]
    places: defaultdict[tuple[str, ...], deque[list[int]]] = defaultdict(deque)
    end = 0
    for match in _SOURCE.finditer(text):
        at = match.end()
        if at < end:
            continue
        is_list = text[at] == "["
        at += is_list
        pieces, lines = [], []
        while True:
            string = _STRING.match(text, at)
            if string is None:
                break
            at = string.end() - 1
            try:
                piece, after = _DECODER.raw_decode(text, at)
            except ValueError:
                break
            pieces.append(piece)
            lines.append(bisect_right(starts, at))
            at = after
            if not is_list:
                break
        places[tuple(pieces)].append(lines)
        end = at
    return places


def _join(pieces: list[str], starts: list[int]) -> tuple[str, tuple[int, ...]]:
    lines: list[int] = []
    text = ""
    whole = []
    for piece, start in zip(pieces, starts, strict=True):
        plain = piece.replace("\r\n", "\n").replace("\r", "\n")
        if not lines or text.endswith("\n"):
            lines.append(start)
        lines += [start] * (plain.count("\n") - plain.endswith("\n"))
        text = plain or text
        whole.append(plain)
    if text.endswith("\n"):
        lines.append(lines[-1])
    return "".join(whole), tuple(lines or [1])


def _plain_python(source: str) -> tuple[Kind, str]:
    """Turn what IPython adds to Python into as many lines of plain Python."""
    rows = source.split("\n")
    first = next((n for n, row in enumerate(rows) if row.strip()), 0)
    if rows[first].startswith("%%"):
        if _JAVASCRIPT.match(rows[first]):
            return Kind.JAVASCRIPT, "\n".join(["", *rows[first + 1 :]])
        if _FOREIGN.match(rows[first]) and not _STILL_PYTHON.match(rows[first]):
            return Kind.TEXT, source
        # Any other magic may run the rest as Python.
        rows[first] = ""
    return Kind.PYTHON, "\n".join(_plain_rows(rows))


def _plain_rows(rows: list[str]) -> list[str]:
    plain = []
    depth = 0
    quote = ""
    continued = escaped = False
    for row in rows:
        if depth == 0 and not quote and not (continued and not escaped):
            shown = "" if escaped and continued else _plain_row(row)
            escaped = shown != row
            if escaped:
                plain.append(shown)
                continued = row.endswith("\\")
                continue
        escaped = False
        plain.append(row)
        depth, quote, continued = _follow(row, depth, quote)
    return plain


def _plain_row(row: str) -> str:
    if len(row) > _LONGEST_ROW:
        return row
    indent = row[: len(row) - len(row.lstrip())]
    if timed := _TIMED.match(row):
        # `%time f()` becomes `0   ; f()`: the columns hold.
        return f"{timed[1]}0{' ' * (len(timed[2]) - 3)}; {row[timed.end() :]}"
    if called := _CALLED.fullmatch(row):
        return f"{called[1]}{called[2]}({called[3]})"
    if assigned := _ASSIGNED.match(row.lstrip()):
        return f"{indent}{assigned[1]}None{_shell(row)}"
    if _ESCAPED.match(row) or _ASKED.fullmatch(row):
        # What installs packages stays to be read, as a comment.
        said = f"  # {row.strip()}" if _INSTALLS.match(row) else ""
        return f"{indent}pass{_shell(row)}{said}"
    return row


def _shell(row: str) -> str:
    """Return, as Python, what a line for the shell does with the values of variables."""
    if "!" not in row:
        return ""
    # `{expression}` and `$name`, as IPython puts them into the command.
    found = (a or b for a, b in _VALUES.findall(row.partition("!")[2]))
    calls = "".join(f"; os.system(str({one}))" for one in found if _is_expression(one))
    return f"; import os{calls}" if calls else ""


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _follow(row: str, depth: int, quote: str) -> tuple[int, str, bool]:
    """Tell what is open at the end of a line: brackets, a long string, a continuation."""
    at = 0
    while True:
        if quote:
            end = regex(r"(?:\\.|[^\\])*?" + quote).match(row, at)
            if end is None:
                return depth, quote, False
            at, quote = end.end(), ""
        token = _TOKEN.search(row, at)
        if token is None:
            return depth, "", False
        word, at = token[0], token.end()
        if word in {"'''", '"""'}:
            quote = word
        elif word in "[({":
            depth += 1
        elif word in "])}":
            depth = max(depth - 1, 0)
        elif word == "\\":
            return depth, "", True
