"""Finds the packages that code imports: of Python by its syntax, of JavaScript by its words."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Container, Iterator

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.places import places
from aigate.value import dataclass

_LONGEST = 2_000_000
_OLD = frozenset(
    {
        *(
            "asynchat",
            "asyncore",
            "audioop",
            "cgi",
            "cgitb",
            "chunk",
            "crypt",
            "distutils",
            "imghdr",
        ),
        *("imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd"),
        *("sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib", "formatter", "parser", "symbol"),
        *(
            "binhex",
            "macpath",
            "dummy_threading",
            "annotationlib",
            "compression",
            "string.templatelib",
        ),
        # Python 2, and what other interpreters bring along.
        *("urllib2", "urlparse", "ConfigParser", "StringIO", "cStringIO", "cPickle", "Queue"),
        *("__builtin__", "httplib", "Tkinter", "tkMessageBox", "tkFileDialog", "HTMLParser"),
        *(
            "SocketServer",
            "BaseHTTPServer",
            "SimpleHTTPServer",
            "xmlrpclib",
            "commands",
            "copy_reg",
        ),
        *(
            "Cookie",
            "cookielib",
            "thread",
            "sets",
            "md5",
            "sha",
            "exceptions",
            "UserDict",
            "anydbm",
        ),
        *(
            "micropython",
            "machine",
            "utime",
            "ujson",
            "uos",
            "usocket",
            "uasyncio",
            "pyodide",
            "js",
        ),
        *("java", "javax", "org", "com", "System", "clr", "sitecustomize", "usercustomize"),
        # Programs that bring their own interpreter.
        *(
            "bpy",
            "bmesh",
            "mathutils",
            "gdb",
            "lldb",
            "idaapi",
            "idc",
            "maya",
            "hou",
            "nuke",
            "unreal",
        ),
        *(
            "arcpy",
            "qgis",
            "sublime",
            "sublime_plugin",
            "vim",
            "xbmc",
            "xbmcgui",
            "gi",
            "dbus",
            "apt",
        ),
        *("rpm", "dnf", "bcc", "uno", "unohelper", "weechat", "FreeCAD", "ROOT", "pcbnew", "sage"),
        *(
            "google3",
            "ida_bytes",
            "binaryninja",
            "ghidra",
            "wx",
            "cups",
            "systemd",
            "libvirt",
            "perf",
        ),
    }
)
STANDARD = frozenset(sys.stdlib_module_names) | _OLD
"""Modules that come with Python, an older one among them, or with a program around it."""

_NODE = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "sea",
        "sqlite",
        "stream",
        "string_decoder",
        "sys",
        "test",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
        "bun",
        "vscode",
        "electron",
    ]
)
# What no package brings, but a generator of sites or a bundler.
_MADE_BY_TOOLS = ("@theme/", "@theme-original/", "@theme-init/", "@site/", "@generated/")
_OPTIONAL = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Import:
    """A module of somebody else that is imported: of Python its first name, else the package."""

    ecosystem: Ecosystem
    name: str
    line: int
    column: int


def python_words(text: str) -> frozenset[str]:
    """Return all words that may be modules that a text imports, those of a library among them.

    It costs a hundredth of a look at the syntax, which is only needed where a word is not known.
    """
    if "import" not in text or len(text) > _LONGEST:
        return frozenset()
    words: set[str] = set()
    for found in _statements(text):
        if found["module"]:
            words.add(re.split(rf"(?!{_LETTER}).", found["module"], maxsplit=1, flags=re.DOTALL)[0])
        else:
            words.update(_WORD.findall(found["words"]))
    # No module has this name, unless it is spelt in letters that Python takes for others.
    if text.isascii():
        words.discard("as")
    return frozenset(word for word in words - STANDARD if word[0] != "_")


def _statements(text: str) -> Iterator[re.Match[str]]:
    """Yield what may be a statement: it starts a line, or follows `;` or `:`."""
    end = 0
    for start in places(text, ("from", "import")):
        if start >= end and _begins_statement(text, start):
            found = _STATEMENT.match(text, start)
            if found is not None:
                yield found
                end = found.end()


def _begins_statement(text: str, at: int) -> bool:
    while at and text[at - 1] in " \t\f":
        at -= 1
    return not at or text[at - 1] in "\n;:"


_SPACE = r"(?:[ \t\f]|\\\n)*"
# Names hold letters beyond ASCII that expressions take for none, such as `℘`: all but what of
# ASCII is none. A range up to the last character would take a twentieth of a second to compile.
_LETTER = r"[^\x00-/:-@\[-^`{-\x7f]"
_DOTTED = rf"{_LETTER}+(?:{_SPACE}\.{_SPACE}{_LETTER}+)*"
_NAMED = rf"{_DOTTED}(?:{_SPACE}\bas\b{_SPACE}{_LETTER}+)?"
# A statement ends where nothing more can follow.
_STATEMENT = regex(
    rf"from\b{_SPACE}(?P<module>{_DOTTED}){_SPACE}import\b"
    rf"|import\b(?P<words>{_SPACE}{_NAMED}(?:{_SPACE},{_SPACE}{_NAMED})*){_SPACE}(?=$|[;#])",
    re.MULTILINE,
)
_WORD = regex(rf"(?<!{_LETTER})(?<!\.)(?<!\bas ){_LETTER}+")


def python_imports(text: str, wanted: Container[str]) -> Iterator[Import]:
    """Yield each of the wanted modules that is imported, once; not those that may be missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # the scanners of Python say so
    lines = text.split("\n")
    seen: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Try) and _is_optional(node):
            pending.extend((*node.orelse, *node.finalbody))
            continue
        for part in ("finalbody", "orelse", "cases", "handlers", "body"):
            inner = getattr(node, part, ())
            pending.extend(reversed(inner) if isinstance(inner, list) else ())
        for name in _modules(node):
            first = name.partition(".")[0]
            if first in wanted and first not in seen and not first.startswith("_"):
                seen.add(first)
                line = getattr(node, "lineno", 1)
                yield _placed(lines, line, getattr(node, "end_lineno", None) or line, first)


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module]
    return []


def _placed(lines: list[str], line: int, last: int, name: str) -> Import:
    word = regex(rf"\b{re.escape(name)}\b")
    for number in range(line, min(last, len(lines)) + 1):
        found = word.search(lines[number - 1])
        if found:
            return Import(Ecosystem.PYPI, name, number, found.start() + 1)
    return Import(Ecosystem.PYPI, name, line, 1)


def _is_optional(node: ast.Try) -> bool:
    """Tell whether an import in a `try` may fail."""
    names = {
        one.id if isinstance(one, ast.Name) else getattr(one, "attr", "")
        for handler in node.handlers
        for one in (handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
    }
    return not _OPTIONAL.isdisjoint(names) or any(handler.type is None for handler in node.handlers)


_IMPORT = regex(
    r"(?:(?:^|[;{}])[ \t]*(?:import|export)\b(?:[^'\"`;()]{0,4000}?\bfrom)?[ \t\n]*"
    r"|\b(?:require(?:\.resolve)?|import)[ \t\n]{0,200}\([ \t\n]{0,200})"
    r"(?P<quote>[\"'`])(?P<name>[^\"'`\n\\$]{1,300})(?P=quote)",
    re.MULTILINE,
)
# What looks like a comment in a text is none. A comment at the end of a line has no statement in it.
_COMMENT = regex(
    r"(?P<text>\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')|/\*.*?(?:\*/|\Z)|^[ \t]*//[^\n]*",
    re.DOTALL | re.MULTILINE,
)
_PACKAGE_NAME = r"@[A-Za-z0-9~][\w.~-]*/[\w.~-]+|[A-Za-z][\w.~-]*"
_PACKAGE = regex(_PACKAGE_NAME)
# What stands before the name of a package in every import, or a comment that may stand between.
_NAMES = regex(
    r"(?:from|import|export|require(?:\.resolve)?)[ \t\n]*(?:\([ \t\n]*)?"
    rf"(?:[\"'`](?=(?P<name>{_PACKAGE_NAME})[/?!\"'`])|(?P<comment>/[*/]))"
)


def script_words(text: str) -> frozenset[str] | None:
    """Return all packages that JavaScript or TypeScript may import, or nothing if it is unclear.

    It costs a tenth of `script_imports`, which yields none but these: there a quotation mark
    follows one of four words, behind white space and perhaps a parenthesis. Comments count as
    white space there, so that with one in such a place it is unclear.
    """
    if len(text) > _LONGEST:
        return frozenset()
    names: set[str] = set()
    for found in _NAMES.finditer(text):
        if found["comment"]:
            return None
        names.add(found["name"])
    return frozenset(one for one in names - _NODE if not one.startswith(_MADE_BY_TOOLS))


def script_imports(text: str) -> Iterator[Import]:
    """Yield each package that JavaScript or TypeScript imports once."""
    if len(text) > _LONGEST or (
        "import" not in text and "require" not in text and "from" not in text
    ):
        return
    plain = _COMMENT.sub(
        lambda found: found[0] if found["text"] else re.sub(r"[^\n]", " ", found[0]), text
    )
    seen: set[str] = set()
    for found in _IMPORT.finditer(plain):
        name = found["name"].partition("?")[0].partition("!")[0]
        package = _PACKAGE.match(name)
        # What follows is a path inside of the package, or it is none: `node:fs`, `https://…`.
        if package is None or name[package.end() : package.end() + 1] not in {"", "/"}:
            continue
        one = package[0]
        if one in seen or one in _NODE or one.startswith(_MADE_BY_TOOLS):
            continue
        seen.add(one)
        start = found.start("name")
        line = plain.count("\n", 0, start) + 1
        column = start - plain.rfind("\n", 0, start)
        yield Import(Ecosystem.NPM, one, line, column)
