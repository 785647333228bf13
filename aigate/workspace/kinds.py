"""Tells by a file's name and its first lines what would run it."""

from __future__ import annotations

from aigate.domain.regex import regex
from aigate.domain.tree import Kind

_EXTENSIONS = {
    **dict.fromkeys(("py", "pyw", "pyi", "py3", "pyt", "wsgi", "tac"), Kind.PYTHON),
    **dict.fromkeys(("js", "jsx", "mjs", "cjs", "es6", "jsm"), Kind.JAVASCRIPT),
    **dict.fromkeys(("ts", "tsx", "mts", "cts"), Kind.TYPESCRIPT),
}
_NAMES = {
    **dict.fromkeys(("sconstruct", "sconscript", "wscript", ".pythonrc"), Kind.PYTHON),
    "jakefile": Kind.JAVASCRIPT,
}
_INTERPRETERS = (
    (regex(r"(?:i|micro|circuit)?python[\d.]*w?|pypy[\d.]*|jython|sage|uv"), Kind.PYTHON),
    (regex(r"node(?:js)?|zx"), Kind.JAVASCRIPT),
    (regex(r"deno|bun|tsx|ts-node(?:-\w+)*"), Kind.TYPESCRIPT),
)
_SHELL = regex(r"(?:ba|da|z|k)?sh")
# `#!/bin/sh` and then `"exec" "python3" "$0" "$@"`: the shell hands the file on.
_HANDED_ON = regex(rb"exec\b[^\n]*\bpython")

_PACKET = 188  # bytes in a packet of an MPEG transport stream, which begins with 0x47
# What stands behind that in the first packet, and behind a `G` in no program.
_TABLES = frozenset(b"\0@")


def extension_of(path: str) -> str:
    """Return the extension in lower case, without the dots and blanks that Windows drops."""
    name = path.rpartition("/")[2].rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def kinds_of(path: str, data: bytes) -> tuple[Kind, ...]:
    """Return the kind of a file, or two if its name and its first line disagree.

    What nothing tells is `TEXT`; whether it is text at all, decoding shows.
    """
    named = _EXTENSIONS.get(extension_of(path)) or _NAMES.get(path.rpartition("/")[2].lower())
    if named is Kind.TYPESCRIPT and _is_other_ts(data):
        named = None
    started = _shebang(data)
    kinds = tuple(dict.fromkeys(kind for kind in (named, started) if kind is not None))
    if Kind.TYPESCRIPT in kinds:
        # Each JavaScript program is read as TypeScript as well.
        kinds = tuple(kind for kind in kinds if kind is not Kind.JAVASCRIPT)
    return kinds or (Kind.TEXT,)


def _is_other_ts(data: bytes) -> bool:
    """Tell whether a `.ts` file is a video or a translation table of Qt."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<?xml", b"<!doctype")):
        return True
    if len(data) < 2 * _PACKET or data[1] not in _TABLES:
        return False
    return b"\0" in data[: 3 * _PACKET] and not data[: 3 * _PACKET : _PACKET].strip(b"G")


def _shebang(data: bytes) -> Kind | None:
    first, _, rest = data.removeprefix(b"\xef\xbb\xbf")[:4096].partition(b"\n")
    if not first.startswith(b"#!"):
        return None
    words = first[2:].decode("latin-1").split()
    programs = [word.rpartition("/")[2] for word in words]
    for program in programs:
        for interpreter, kind in _INTERPRETERS:
            if interpreter.fullmatch(program):
                return kind
    if programs and _SHELL.fullmatch(programs[0]) and _HANDED_ON.search(rest[:512].split(b"\n")[0]):
        return Kind.PYTHON
    return None
