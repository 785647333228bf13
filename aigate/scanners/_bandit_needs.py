"""What a syntax tree must hold for bandit to say anything about it: a sound look before it runs.

Each condition below is necessary for a check of `VERSIONS` to report, or to crash, which is a gap:
names are resolved as bandit resolves them, but by every import of the file at once, where bandit
goes by those before the call. So what cannot fire here cannot fire there. Texts, escapes and
identifiers are what the parser makes of them, for us as for bandit. A tree so deep that bandit's
recursion might end is asked about in any case.

This module stands alone, since the process that runs bandit loads it too, without the package.
"""

from __future__ import annotations

import ast
import re

TYPE_CHECKING = False  # the process that runs bandit has no other use for `typing`
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

VERSIONS = frozenset({"1.9.3", "1.9.4"})
PYTHONS = frozenset({(3, 11), (3, 12), (3, 13), (3, 14)})
CHECKS = frozenset(
    f"B{number}"
    for numbers in (
        *(range(101, 109), (110, 112, 113, 201, 202), range(301, 309), range(310, 320), (321, 323)),
        *((324,), range(401, 410), (411, 412, 413, 415), range(501, 510), range(601, 616)),
        range(701, 705),
    )
    for number in numbers
)

# Bandit's own recursion goes about twice as deep as the tree, and may go 1,000 deep.
DEEPEST = 300
_BIDI = re.compile("[\u200f\u202a-\u202e\u2066-\u2069]")
_CODING = re.compile(r"coding[:=][ \t]*([-\w.]+)")
_SECRET = re.compile(r"(?:^|_)(?:pas+(?:phrase|wo?r?d)?|pwd|token|secrete?)(?:_|$)", re.IGNORECASE)
_SQL = tuple(
    tuple(re.compile(word, re.IGNORECASE) for word in words)
    for words in (("select", "from"), ("delete", "from"), ("insert", "values"), ("update", "set"))
)
_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - what the check looks for
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the check looks for
_OLD_TLS = frozenset(
    f"{before}{version}{after}"
    for version in ("SSLv2", "SSLv23", "SSLv3", "TLSv1", "TLSv1_1")
    for before, after in (("PROTOCOL_", ""), ("", "_METHOD"))
)
_IMPORTS = (
    "telnetlib",
    "ftplib",
    "pickle",
    "cPickle",
    "dill",
    "shelve",
    "subprocess",
    "xml.etree.cElementTree",
    "xml.etree.ElementTree",
    "xml.sax",
    "xml.dom.expatbuilder",
    "xml.dom.minidom",
    "xml.dom.pulldom",
    "xmlrpc",
    "wsgiref.handlers.CGIHandler",
    "twisted.web.twcgi.CGIScript",
    "twisted.web.twcgi.CGIDirectory",
    "Crypto.Cipher",
    "Crypto.Hash",
    "Crypto.IO",
    "Crypto.Protocol",
    "Crypto.PublicKey",
    "Crypto.Random",
    "Crypto.Signature",
    "Crypto.Util",
    "pyghmi",
)
# Whole names of what is called; a module stands for all that is in it.
_MODULES = frozenset(
    [
        *_IMPORTS,
        "jsonpickle",
        "marshal",
        "Cryptodome",
        "cryptography",
        "random",
        "urllib.request",
        "six.moves.urllib.request",
        "popen2",
        "commands",
        "pysnmp.hlapi",
    ]
)
_NAMES = frozenset(
    [
        "eval",
        "exec",
        "__import__",
        "importlib.import_module",
        "importlib.__import__",
        "pandas.read_pickle",
        "tempfile.mktemp",
        "django.utils.safestring.mark_safe",
        "ssl._create_unverified_context",
        "torch.load",
        "torch.serialization.load",
        "ssl.wrap_socket",
        "pyOpenSSL.SSL.Context",
        "logging.config.listen",
        "markupsafe.Markup",
        "flask.Markup",
        "os.system",
        "os.popen",
        "os.popen2",
        "os.popen3",
        "os.popen4",
        "os.startfile",
    ]
)
_STARTS = ("os.exec", "os.spawn")
# Last parts of names.
_METHODS = frozenset(
    [
        "extra",
        "RawSQL",
        "mark_safe",
        "SafeText",
        "SafeUnicode",
        "SafeString",
        "SafeBytes",
        "from_pretrained",
        "load_dataset",
        "hf_hub_download",
        "snapshot_download",
        "repository_id",
        "exec_command",
        "set_missing_host_key_policy",
    ]
)
_PARTS_OF_METHODS = ("chmod", "extractall")
# Last parts of names that count where another part is this.
_MEMBERS = {
    "md4": "hashlib",
    "md5": "hashlib",
    "sha": "hashlib",
    "sha1": "hashlib",
    "new": "hashlib",
    "crypt": "crypt",
    "mksalt": "crypt",
    "load": "yaml",
    "Environment": "jinja2",
    "Template": "mako",
}
_REQUESTS = frozenset(
    [
        "get",
        "options",
        "head",
        "post",
        "put",
        "patch",
        "delete",
        "request",
        "stream",
        "Client",
        "AsyncClient",
    ]
)


def may_fire(text: str, tree: ast.Module) -> bool:
    """Tell whether bandit may say anything about a text with this tree."""
    return is_odd(text) or _tree_may_fire(tree)


def is_odd(text: str) -> bool:
    """Tell whether a check may fire that reads the text and not the tree."""
    if not text.isascii() and _BIDI.search(text):
        return True
    # That check decodes it by itself, as the text declares.
    for line in text.split("\n", 2)[:2]:
        declared = _CODING.search(line)
        if declared and declared[1].lower() not in {"utf-8", "utf8"}:
            return True
    return False


def _tree_may_fire(tree: ast.Module) -> bool:
    seen = _Seen()
    level: list[Any] = [tree]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for node in level:
            kind = type(node)
            look = _LOOKS.get(kind)
            if look is not None and look(node, seen):
                return True
            for name in INNER[kind]:
                value = getattr(node, name)
                if type(value) is list:
                    below += value
                elif value is not None:
                    below.append(value)
        if not below:
            return seen.may_fire()
        level = below
    return True


def name_may_fire(name: str, keywords: Collection[str | None], imports: Collection[str]) -> bool:
    """Tell whether a check may fire on a call of this resolved name.

    `imports` are the names of what is imported.
    """
    last = name.rpartition(".")[2]
    if name in _NAMES or last in _METHODS or name.startswith(_STARTS):
        return True
    if any(part in last for part in _PARTS_OF_METHODS):
        return True
    module = name
    while module:
        if module in _MODULES:
            return True
        module = module.rpartition(".")[0]
    if last in _MEMBERS and _MEMBERS[last] in name.split("."):
        return True
    if last in _REQUESTS and name.partition(".")[0] in {"requests", "httpx"}:
        return True
    return name.endswith(".run") and "debug" in keywords and any("flask" in one for one in imports)


def call_may_fire(node: ast.Call, aliases: Mapping[str, str], imports: Collection[str]) -> bool:
    """Tell whether a check may fire on a call, where these aliases and imports are known."""
    keywords = {one.arg for one in node.keywords}
    first, rest = _called(node)
    # Of `__import__` bandit goes by how it is spelt, whatever it stands for.
    for start in {first, aliases.get(first, first)}:
        if name_may_fire(start + rest, keywords, imports):
            return True
    if any(map(keyword_may_fire, node.keywords)):
        return True
    return any(
        isinstance(one, ast.Set) and is_unhashable(one)
        for value in (*node.args, *(one.value for one in node.keywords))
        if isinstance(value, (ast.List, ast.Tuple, ast.Set))
        for one in ast.walk(value)
    )


def keyword_may_fire(node: ast.keyword) -> bool:
    """Tell whether a check may fire on account of an argument, whatever is called."""
    name, value = node.arg, node.value
    if name == "shell":
        return not isinstance(value, ast.Constant) or bool(value.value)
    if name in {"method", "ssl_version"}:
        given = (getattr(value, field, None) for field in ("attr", "id", "value"))
        return any(isinstance(one, str) and one in _OLD_TLS for one in given)
    return _is_text(value) and (name is None or bool(_SECRET.search(name)))


def text_may_fire(node: ast.Constant) -> bool:
    """Tell whether a check may fire on a text in a tree where bandit has left what is around."""
    around = getattr(node, "_bandit_parent", None)
    return type(around) in _AROUND_TEXTS or _constant(node, None)


def is_unhashable(node: ast.Set) -> bool:
    """Tell whether reading a set as a value may crash a check."""
    return any(isinstance(one, (ast.List, ast.Set, ast.Dict, ast.Tuple)) for one in node.elts)


class _Seen:
    """What has to be seen whole before it can be judged."""

    __slots__ = ("aliases", "called", "formatted", "imports", "keywords")

    def __init__(self) -> None:
        self.called: set[tuple[str, str]] = set()
        self.aliases: dict[str, set[str]] = {}
        self.imports: set[str] = set()
        self.keywords: set[str | None] = set()
        self.formatted: list[str] = []

    def may_fire(self) -> bool:
        for first, rest in self.called:
            for start in (first, *self.aliases.get(first, ())):
                if name_may_fire(start + rest, self.keywords, self.imports):
                    return True
        return _is_sql(*self.formatted)


def _is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_sql(*texts: str) -> bool:
    """Tell whether words of a statement are there, whatever order they are in."""
    return any(
        all(any(word.search(text) for text in texts) for word in statement) for statement in _SQL
    )


def _named_secret(node: ast.AST) -> bool:
    """Tell whether a name, an attribute or a text is called like a secret."""
    for field in ("id", "attr", "value"):
        name = getattr(node, field, None)
        if isinstance(name, str) and _SECRET.search(name):
            return True
    return False


def _always(_node: ast.AST, _seen: _Seen) -> bool:
    return True


def _constant(node: ast.Constant, _seen: _Seen | None) -> bool:
    value = node.value
    return type(value) is str and (value.startswith(_FOLDERS) or value == _EVERYWHERE)


def _handler(node: ast.ExceptHandler, _seen: _Seen) -> bool:
    if len(node.body) != 1 or not isinstance(node.body[0], (ast.Pass, ast.Continue)):
        return False
    return node.type is None or getattr(node.type, "id", None) == "Exception"


def _function(node: ast.FunctionDef, _seen: _Seen) -> bool:
    defaults = node.args.defaults
    if any(getattr(one, "attr", None) in _OLD_TLS for one in defaults):
        return True
    return any(map(_is_text, defaults)) and any(_SECRET.search(one.arg) for one in node.args.args)


def _import(node: ast.Import, seen: _Seen) -> bool:
    return _imported(node.names, "", seen)


def _import_from(node: ast.ImportFrom, seen: _Seen) -> bool:
    return _imported(node.names, "" if node.module is None else node.module + ".", seen)


def _imported(names: list[ast.alias], prefix: str, seen: _Seen) -> bool:
    for one in names:
        whole = prefix + one.name
        if whole.startswith(_IMPORTS):
            return True
        seen.imports.add(whole)
        if one.asname or prefix:
            seen.aliases.setdefault(one.asname or one.name, set()).add(whole)
    return False


def _call(node: ast.Call, seen: _Seen) -> bool:
    seen.called.add(_called(node))
    return False


def _called(node: ast.Call) -> tuple[str, str]:
    """Return the name that what is called starts with, and the attributes that follow."""
    func = node.func
    rest = ""
    while isinstance(func, ast.Attribute):
        rest = f".{func.attr}{rest}"
        func = func.value
    return (func.id if isinstance(func, ast.Name) else ""), rest


def _keyword(node: ast.keyword, seen: _Seen) -> bool:
    seen.keywords.add(node.arg)
    return keyword_may_fire(node)


def _set(node: ast.Set, _seen: _Seen) -> bool:
    return is_unhashable(node)


def _assign(node: ast.Assign, _seen: _Seen) -> bool:
    if not _is_text(node.value):
        return False
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            if _named_secret(target.slice) or _named_secret(target.value):
                return True
        elif _named_secret(target):
            return True
    return False


def _dict(node: ast.Dict, _seen: _Seen) -> bool:
    return any(
        isinstance(value, ast.Constant) and _is_text(key) and _named_secret(key)
        for key, value in zip(node.keys, node.values, strict=True)
        if key is not None
    )


def _compare(node: ast.Compare, _seen: _Seen) -> bool:
    return _is_text(node.comparators[0]) and _named_secret(node.left)


def _operation(node: ast.BinOp, seen: _Seen) -> bool:
    # Texts of a chain are joined with spaces, so that a word stands whole in one of them.
    for side in (node.left, node.right):
        if isinstance(side, ast.Constant) and isinstance(side.value, str):
            seen.formatted.append(side.value)
    return False


def _attribute(node: ast.Attribute, _seen: _Seen) -> bool:
    text = node.value
    return (
        isinstance(text, ast.Constant)
        and isinstance(text.value, str)
        and node.attr in {"format", "replace"}
        and _is_sql(text.value)
    )


def _joined(node: ast.JoinedStr, _seen: _Seen) -> bool:
    texts = [one.value for one in node.values if isinstance(one, ast.Constant)]
    return _is_sql("".join(map(str, texts)))


# Elsewhere, only what a text holds counts.
_AROUND_TEXTS = frozenset(
    {ast.Assign, ast.Attribute, ast.BinOp, ast.Compare, ast.Dict, ast.JoinedStr, ast.Subscript}
)
_LOOKS: dict[type, Callable[[Any, _Seen], bool]] = {
    ast.Assert: _always,
    ast.Assign: _assign,
    ast.Attribute: _attribute,
    ast.BinOp: _operation,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.Dict: _dict,
    ast.ExceptHandler: _handler,
    ast.FunctionDef: _function,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.JoinedStr: _joined,
    ast.Set: _set,
    ast.keyword: _keyword,
}
# Fields of names, contexts and operators, which hold nothing to look at.
_BARE = frozenset(
    [
        "arg",
        "asname",
        "attr",
        "conversion",
        "ctx",
        "id",
        "is_async",
        "kind",
        "kwd_attrs",
        "level",
        "module",
        "name",
        "op",
        "ops",
        "rest",
        "simple",
        "str",
        "type_comment",
        "type_ignores",
    ]
)


class _Fields(dict[type, tuple[str, ...]]):
    """The fields of each kind of node that may hold others, found out when it is first met."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        inner: tuple[str, ...] = ()
        if issubclass(kind, ast.AST) and kind not in _CLOSED:
            inner = tuple(name for name in kind._fields if name not in _BARE)
        self[kind] = inner
        return inner


_CLOSED = frozenset(
    {ast.Constant, ast.Global, ast.Import, ast.ImportFrom, ast.MatchSingleton, ast.Nonlocal}
)
INNER = _Fields()
