"""Reports what no scanner can read, what runs by itself, and paths that lead astray."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import WHOLE, Span
from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Change, Kind, Unit
from aigate.engine.lines import Lines

_NAME = "contents"
_UNSCANNED_CONTROLS = (
    "nist-800-53/SI-3",
    "nist-800-53/SI-7",
    "nist-800-53/SR-11",
    "nist-ssdf/PS.3.2",
    "nist-ssdf/PW.4.4",
    "cmmc/SI.L1-3.14.2",
)
_PATH_CONTROLS = ("nist-800-53/SI-10", "nist-800-53/CM-6", "nist-ssdf/PW.7.2")


def _unscanned(name: str, title: str, severity: Severity, what: str, *, fix: str) -> Rule:
    return Rule(
        name=name,
        scanner=_NAME,
        title=title,
        severity=severity,
        what=what,
        why="What was not examined cannot pass: it may hold anything, and nobody would see it.",
        fix=fix,
        cwe=(506, 829) if severity > Severity.LOW else (),
        controls=_UNSCANNED_CONTROLS,
    )


_MEDIA = _unscanned(
    "unscanned-media",
    "Picture, sound, font or document that was not read",
    Severity.LOW,
    "A media file was added; its content was recognised by its first bytes only.",
    fix="Nothing, if the file is what its name says.",
)
_BINARY = _unscanned(
    "unscanned-binary",
    "Binary content that was not read",
    Severity.HIGH,
    "A compiled file, an archive, model weights or other binary content is in the tree.",
    fix="Commit the source instead, or fetch the artefact by digest when it is needed.",
)
_LARGE = _unscanned(
    "unscanned-large-file",
    "File too large to read",
    Severity.HIGH,
    "A file is larger than what the gate reads.",
    fix="Split the file, or keep data out of the repository and fetch it by digest.",
)
_SUBMODULE = _unscanned(
    "unscanned-submodule",
    "Content of another repository",
    Severity.HIGH,
    "A commit of another repository belongs to the tree; its content is not here.",
    fix="Scan that repository at this commit, and have the pair accepted jointly.",
)
_POINTER = _unscanned(
    "unscanned-pointer",
    "Content stored elsewhere",
    Severity.HIGH,
    "A Git LFS pointer stands for content that is stored elsewhere.",
    fix="Scan the content with the announced digest, and have it accepted jointly.",
)
_SYMLINK = Rule(
    name="symlink-out-of-tree",
    scanner=_NAME,
    title="Symbolic link that leads out of the tree",
    severity=Severity.HIGH,
    what="A symbolic link is absolute, leaves the tree, or leads into what steers git or the gate.",
    why="Tools that follow it read or write files of the machine, not of the repository.",
    fix="Copy the content, or link to a path inside the tree.",
    cwe=(59, 61),
    controls=_PATH_CONTROLS,
)
_HOOK = Rule(
    name="startup-hook",
    scanner=_NAME,
    title="Code that runs by itself when Python starts",
    severity=Severity.HIGH,
    what=(
        "A `.pth` file with an import line, a `sitecustomize` or `usercustomize` module, or"
        " compiled Python code without its source."
    ),
    why="It runs in every process of the environment, before any code that a reviewer reads.",
    fix="Remove it, and call what it does from the program itself.",
    cwe=(506, 829),
    controls=_UNSCANNED_CONTROLS,
)
_ODD_SUBMODULE = Rule(
    name="odd-submodule",
    scanner=_NAME,
    title="Submodule settings that misuse git",
    severity=Severity.HIGH,
    what="A value in `.gitmodules` is read as an option, a command, or a path outside the tree.",
    why="A recursive clone then runs a program or writes a hook on the machine of the reader.",
    fix="Write a plain `https://` address, a plain name and a plain path.",
    cwe=(22, 78, 88),
    controls=_PATH_CONTROLS,
)
_COLLISION = Rule(
    name="colliding-path",
    scanner=_NAME,
    title="Path that another system reads as a different one",
    severity=Severity.MEDIUM,
    what="Two paths are one on some file systems, or a path has a meaning of its own there.",
    why="One file silently replaces the other on a checkout, so that not what was reviewed runs.",
    fix="Rename one of the two, with plain letters, and without trailing dots or blanks.",
    cwe=(178, 706),
    controls=_PATH_CONTROLS,
)

_LANGUAGE = Rule(
    name="language-not-examined",
    scanner=_NAME,
    title="Program in a language without rules",
    severity=Severity.LOW,
    what="The file is a program, or holds one, in a language that no scanner here understands.",
    why="It was searched for secrets, hidden text and silenced scanners, and for nothing else.",
    fix="Have a scanner for this language look at it, and a person who knows it.",
    controls=_UNSCANNED_CONTROLS,
)
# Ends of names, in lower case, of what is written by people to be run.
_LANGUAGES = {
    end: name
    for name, ends in {
        "C or C++": "c cc cpp cxx h hh hpp hxx ino",
        "C#": "cs csx cshtml razor",
        "Cython": "pyx pxd pxi",
        "Dart": "dart",
        "Elixir or Erlang": "ex exs erl",
        "F# or Visual Basic": "fs fsx vb vbs",
        "Go": "go",
        "Groovy": "groovy gradle",
        "Haskell": "hs",
        "HTML": "html htm xhtml vue svelte astro hbs ejs njk jinja jinja2 j2",
        "Java or Kotlin": "java kt kts jsp",
        "JavaScript of another kind": "coffee es es6 gs jsm",
        "Lua": "lua",
        "Nix": "nix",
        "Objective-C or Swift": "m mm swift",
        "OCaml": "ml mli",
        "Perl": "pl pm",
        "PHP": "php php3 php5 phtml",
        "PowerShell or batch": "ps1 psm1 bat cmd",
        "Python of another kind": "rpy pyde smk xsh",
        "R": "r rmd",
        "Ruby": "rb erb rake",
        "Rust": "rs",
        "Scala": "scala sc",
        "shell": "sh bash zsh ksh fish",
        "Solidity": "sol",
        "SQL": "sql",
        "Terraform": "tf hcl",
    }.items()
    for end in ends.split()
}
_NAMES_OF_PROGRAMS = {
    "jenkinsfile": "Groovy",
    "rakefile": "Ruby",
    "snakefile": "Python of another kind",
}

_ACTIVE = (
    ("a program for Linux", regex(rb"\x7fELF")),
    ("a program for Windows", regex(rb"MZ")),
    ("a program for macOS", regex(rb"[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]")),
    ("Java bytecode or a program for macOS", regex(rb"\xca\xfe\xba\xbe")),
    ("WebAssembly", regex(rb"\0asm")),
    (
        "an archive",
        regex(
            rb"PK[\x03\x05\x07][\x04\x06\x08]|\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd"
        ),
    ),
    ("an archive", regex(rb"!<arch>\n|.{257}ustar|\xed\xab\xee\xdb|MSCF", re.DOTALL)),
    ("a database", regex(rb"SQLite format 3\0")),
    (
        "model weights or data",
        regex(rb"\x89HDF\r\n|GGUF|ggml|\x93NUMPY|PAR1|....TFL3", re.DOTALL),
    ),
    (
        "a Python pickle",
        regex(rb"\x80[\x02-\x05](?:[\x95\x8a\x8cc}\](\x94KMJX]|.\x94)", re.DOTALL),
    ),
    ("a disk image", regex(rb"QFI\xfb|KDMV|conectix")),
    ("a key store", regex(rb"\xfe\xed\xfe\xed")),
)
_ACTIVE_NAMES = regex(
    r"\.(?:so(?:\.\d+)*|dll|dylib|exe|sys|com|msi|scr|o|a|lib|obj|class|jar|war|ear|apk|dex|aar|wasm"
    r"|whl|egg|zip|tar|t?gz|bz2|br|xz|7z|rar|zst|deb|rpm|dmg|iso|img|pkg|nupkg|crate|gem|node|bin"
    r"|py[cod]|pkl|pickle|p|joblib|dill|pt|pth|ckpt|safetensors|gguf|ggml|onnx|h5|hdf5|keras|tflite"
    r"|pb|np[yz]|mlmodel|db|sqlite3?|parquet|rds|rdata|mat|jks|p12|pfx)\Z",
    re.IGNORECASE,
)

_IMPORT_LINE = regex(r"^\ufeff?import[ \t][^\n]{0,500}", re.MULTILINE)
_CUSTOMIZE = regex(r"(?:\A|/)(?:site|user)customize(?:\.pyi?|/__init__\.py)\Z", re.IGNORECASE)
_COMPILED = regex(r"\.py[co]\Z", re.IGNORECASE)
_CACHED = regex(r"(?P<folder>.*/|)__pycache__/(?P<module>[^/.]+)\.[^/]*\Z")

_POINTER_SIZE = regex(r"^size (\d{1,30})$", re.MULTILINE)
_POINTER_DIGEST = regex(r"^oid ([a-z0-9]{1,20}:[0-9a-f]{1,128})$", re.MULTILINE)

_SETTING = regex(
    r"^[ \t]*(?P<key>[A-Za-z][A-Za-z0-9-]{0,60})[ \t]*=[ \t]*(?P<value>[^\n]*)", re.MULTILINE
)
_SECTION = regex(
    r"^[ \t]*\[[ \t]*submodule[ \t]*\"(?P<value>[^\n]*)\"[ \t]*\]", re.MULTILINE | re.IGNORECASE
)
_ODD_PATH = regex(
    r"\A-|\A/|\A[A-Za-z]:|\\|(?:\A|/)\.\.(?:/|\Z)|(?:\A|/)\.git(?:/|\Z)|[\x00-\x1f\x7f]",
    re.IGNORECASE,
)
_ODD_URL = regex(
    r"\A-|::|\A(?!https?:|ssh:|git:|\.{1,2}/|[\w.-]+@|[\w-]+:)|[\x00-\x1f\x7f\s]|\Afile:|://-|\A[^/]*@-",
    re.IGNORECASE,
)

_RESERVED = regex(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3])(?:\..*)?\Z",
    re.IGNORECASE,
)
_STEERING = regex(r"(?:\.aigate|\.github/(?:workflows|actions|codeowners))(?:/|\Z)", re.IGNORECASE)
_GIT = regex(r"\.git|git~\d+", re.IGNORECASE)


def scan(target: Target) -> Iterator[Sighting | Gap]:
    seen: set[str] = set()
    folded = _Folded(target.paths, {unit.path for unit in target.units})
    for unit in target.units:
        if unit.kind is Kind.REMOVED or unit.change is Change.REMOVED:
            continue
        yield from _content(unit, target.paths)
        if unit.path not in seen:
            seen.add(unit.path)
            yield from _name(unit, folded)


def _content(unit: Unit, paths: frozenset[str]) -> Iterator[Sighting]:
    if "too-large" in unit.notes:
        yield _sighting(_LARGE, unit, f"{unit.entry.size} bytes are more than the gate reads")
    elif unit.kind is Kind.BINARY:
        yield from _binary(unit, paths)
    elif unit.kind is Kind.SUBMODULE:
        yield _sighting(_SUBMODULE, unit, f"commit `{unit.entry.blob}` of another repository")
    elif unit.kind is Kind.POINTER:
        size, digest = _POINTER_SIZE.search(unit.text), _POINTER_DIGEST.search(unit.text)
        announced = (
            f"{size[1] if size else 'unknown'} bytes, `{digest[1] if digest else 'no digest'}`"
        )
        yield _sighting(_POINTER, unit, f"the content is stored elsewhere: {announced}")
    elif unit.kind is Kind.SYMLINK:
        yield from _symlink(unit)
    elif unit.kind in TEXTUAL:
        yield from _hooks(unit)
        yield from _language(unit)
        if unit.path == ".gitmodules":
            yield from _submodules(unit)


def _language(unit: Unit) -> Iterator[Sighting]:
    name = unit.path.rpartition("/")[2].lower()
    language = _LANGUAGES.get(name.rpartition(".")[2]) or _NAMES_OF_PROGRAMS.get(name)
    if unit.kind is Kind.TEXT and language and not unit.cell:
        yield _sighting(
            _LANGUAGE, unit, f"no rules for {language}; searched for secrets and the like"
        )


def _sighting(
    rule: Rule, unit: Unit, message: str, *, span: Span = WHOLE, severity: Severity | None = None
) -> Sighting:
    return Sighting(rule=rule.name, unit=unit.id, span=span, message=message, severity=severity)


def _binary(unit: Unit, paths: frozenset[str]) -> Iterator[Sighting]:
    # It knows all formats, and few changes bring any.
    from aigate.artefacts.media import begins_as_media, is_named_as_media  # noqa: PLC0415 - see above
    from aigate.artefacts.sniff import format_of  # noqa: PLC0415 - see above

    if _CUSTOMIZE.search(unit.path):
        yield _sighting(_HOOK, unit, "Python imports this file whenever it starts")
    if _COMPILED.search(unit.path):
        if not paths.isdisjoint(_sources(unit.path)):
            yield _sighting(_BINARY, unit, "compiled Python code; its source is beside it")
        else:
            yield _sighting(_HOOK, unit, "compiled Python code without its source")
        return
    if not unit.notes and format_of(unit.path, unit.head) is not None:
        # The scanner of model files examines it, or objects to it.
        return
    for what, magic in _ACTIVE:
        if magic.match(unit.head):
            yield _sighting(_BINARY, unit, f"{what} that was not examined")
            return
    inert = begins_as_media(unit.head)
    if _ACTIVE_NAMES.search(unit.path):
        yield _sighting(_BINARY, unit, "an artefact, by its name, that was not examined")
    elif inert and is_named_as_media(unit.path):
        yield _sighting(_MEDIA, unit, "recognised by its first bytes; not examined further")
    elif is_named_as_media(unit.path):
        message = "the name is that of a media file, the content is not"
        yield _sighting(_BINARY, unit, message)
    else:
        message = "binary content of a kind that nobody knows"
        yield _sighting(_BINARY, unit, message, severity=Severity.MEDIUM)


def _sources(path: str) -> tuple[str, ...]:
    cached = _CACHED.match(path)
    stem = f"{cached['folder']}{cached['module']}" if cached else path.rpartition(".")[0]
    return (f"{stem}.py", f"{stem}.pyw")


def _symlink(unit: Unit) -> Iterator[Sighting]:
    link = unit.text.rstrip("\0\n")
    end = posixpath.normpath(posixpath.join(posixpath.dirname(unit.path), link.replace("\\", "/")))
    if link.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", link):
        why = "is absolute"
    elif end == ".." or end.startswith("../"):
        why = "leads out of the tree"
    elif any(_GIT.fullmatch(part) for part in end.split("/")):
        why = "leads into what git itself reads"
    elif _STEERING.match(end):
        why = "leads into what steers the gate"
    else:
        return
    yield _sighting(_SYMLINK, unit, f"the link to `{link}` {why}; it was not followed")


def _hooks(unit: Unit) -> Iterator[Sighting]:
    if _CUSTOMIZE.search(unit.path):
        yield _sighting(_HOOK, unit, "Python imports this file whenever it starts")
    elif unit.path.lower().endswith(".pth"):
        found = _IMPORT_LINE.search(unit.text)
        if found is not None:
            span = Lines(unit.text).span(*found.span())
            yield _sighting(_HOOK, unit, "Python runs this line whenever it starts", span=span)


def _submodules(unit: Unit) -> Iterator[Sighting]:
    lines = Lines(unit.text)
    for match in _SECTION.finditer(unit.text):
        if _ODD_PATH.search(match["value"]):
            span = lines.span(*match.span("value"))
            yield _sighting(_ODD_SUBMODULE, unit, "the name leads out of its folder", span=span)
    for match in _SETTING.finditer(unit.text):
        key, value = match["key"].lower(), match["value"].strip()
        odd = ""
        if value.count('"') % 2:
            # A carriage return inside of quotes ended the line (CVE-2025-48384).
            odd = "the quoted value does not end on its line"
        elif key == "path" and _ODD_PATH.search(value.strip('"')):
            odd = "the path is absolute, an option, or leads out of its folder"
        elif key == "url" and _ODD_URL.search(value.strip('"')):
            odd = "the address is an option, a command, or of a kind that git should not fetch"
        elif key == "update" and value.strip('"').startswith("!"):
            odd = "the value is a command"
        if odd and match["value"]:
            yield _sighting(_ODD_SUBMODULE, unit, odd, span=lines.span(*match.span("value")))
    if any(note in unit.notes for note in ("cr", "carriage-return")):
        message = "a carriage return stands inside of a line"
        yield _sighting(_ODD_SUBMODULE, unit, message)


class _Folded:
    """Paths and folders of a tree, under the names that other file systems give those asked for."""

    def __init__(self, paths: frozenset[str], asked: Iterable[str]) -> None:
        mine = set(asked)
        wanted = {_folded(part) for part in mine | _folders(mine)}
        # Plain names keep their length, and most paths are neither as long nor odd.
        lengths = set(map(len, wanted))
        self._names: dict[str, list[str]] = {}
        for part in {*_folders(paths), *(p for p in paths if len(p) in lengths or not p.isascii())}:
            name = _folded(part)
            if name in wanted:
                self._names.setdefault(name, []).append(part)

    def others(self, path: str) -> list[str]:
        """Return the other spellings of a path or of one of its folders, in order."""
        part = path
        while part:
            names = self._names.get(_folded(part), ())
            others = [name for name in names if name != part]
            if others:
                return sorted(others)
            part = part.rpartition("/")[0]
        return []


def _folders(paths: Iterable[str]) -> set[str]:
    """Return all the folders above paths."""
    known: set[str] = set()
    above = {path.rpartition("/")[0] for path in paths}
    while above := above - known:
        known |= above
        above = {path.rpartition("/")[0] for path in above}
    known.discard("")
    return known


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    plain = "".join(c for c in path if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", plain).casefold())


# What stands in lower case in each plain path that means something else on some systems.
_ODD = (
    *(".git", "git~", "/con", "/prn", "/aux", "/nul", "/com", "/lpt"),
    *("./", " /", ".\0", " \0"),
)


def _name(unit: Unit, folded: _Folded) -> Iterator[Sighting]:
    low = f"/{unit.path.lower()}\0"
    if not unit.path.isascii() or any(odd in low for odd in _ODD):
        yield from _misread(unit)
    others = folded.others(unit.path)
    if others:
        message = f"some systems take this path and `{others[0]}` for one"
        yield _sighting(_COLLISION, unit, message)


def _misread(unit: Unit) -> Iterator[Sighting]:
    parts = unit.path.split("/")
    if any(_GIT.fullmatch(_folded(part).rstrip(". ")) for part in parts):
        message = "some systems read the path as one of git's own files"
        yield _sighting(_COLLISION, unit, message, severity=Severity.HIGH)
    elif any(_RESERVED.match(part) for part in parts):
        yield _sighting(_COLLISION, unit, "Windows reserves a name in the path for a device")
    elif any(part.endswith((".", " ")) for part in parts):
        yield _sighting(_COLLISION, unit, "Windows drops the dot or blank at the end of a name")


RULES = (
    *(_MEDIA, _BINARY, _LARGE, _SUBMODULE, _POINTER),
    *(_SYMLINK, _HOOK, _ODD_SUBMODULE, _COLLISION, _LANGUAGE),
)
