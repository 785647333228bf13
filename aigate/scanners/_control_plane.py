"""Reports changes to whatever steers the gate, other scanners, or who must review."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import WHOLE, Span
from aigate.domain.regex import rare, regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import Change, Kind, Unit
from aigate.engine.lines import Lines
from aigate.value import dataclass

_NAME = "control-plane"
_CONTROLS = (
    "owasp-aisvs/AC.4.4",
    "owasp-aisvs/AC.12.5",
    "nist-800-53/CM-3",
    "nist-800-53/CM-5",
    "nist-800-53/AC-5",
    "nist-ssdf/PO.3.2",
    "nist-ssdf/PS.1.1",
    "cmmc/CM.L2-3.4.5",
)

_CHANGE = Rule(
    name="control-plane-change",
    scanner=_NAME,
    title="Change to what steers the gate",
    severity=Severity.HIGH,
    what="The change adds, edits or removes a file that steers a check or says who must review.",
    why=(
        "A change that edits its own judge can switch it off. The version of the reference"
        " decides on this change, but the next change would be judged by the new one."
    ),
    fix=(
        "Take the edit out if it is not needed. If it is, put it into a change of its own and"
        " have a developer and a security person accept it."
    ),
    cwe=(284, 693),
    controls=_CONTROLS,
)
_AMBIGUOUS = Rule(
    name="ambiguous-control-plane",
    scanner=_NAME,
    title="Two candidates for one setting of the gate",
    severity=Severity.HIGH,
    what="A path looks like a file that steers the gate, but is not the one that is read.",
    why=(
        "People review the file that they think counts. On a file system that ignores case, one"
        " of the two silently replaces the other."
    ),
    fix="Keep `.aigate/policy.yaml`, in exactly this spelling, and remove the other.",
    cwe=(178, 706),
    controls=_CONTROLS,
)


@dataclass(frozen=True, slots=True)
class _Steering:
    """Paths, in lower case, and what the files there steer."""

    paths: re.Pattern[str]
    what: str


def _steering(what: str, *patterns: str) -> _Steering:
    return _Steering(rare("|".join(rf"(?:{pattern})" for pattern in patterns)), what)


_STEERING = (
    _steering("the gate's policy, registry or ledger", r"\.aigate(?:/.*)?"),
    _steering(
        "which checks run, and could stand in for a required one",
        r"\.github/(?:workflows|actions)(?:/.*)?",
        r"(?:.*/)?action\.ya?ml",
    ),
    _steering(
        "which checks run",
        r"(?:.*/)?\.gitlab-ci\.ya?ml|\.gitlab/ci/.*",
        r"(?:.*/)?azure-pipelines[\w.-]*\.ya?ml|\.azure-pipelines/.*",
        r"(?:.*/)?jenkinsfile[\w.-]*|\.circleci/.*|\.buildkite/.*|\.woodpecker(?:/.*|\.ya?ml)",
        r"\.travis\.ya?ml|\.drone\.ya?ml|bitbucket-pipelines\.ya?ml|\.?appveyor\.ya?ml",
        r"\.tekton/.*|cloudbuild\.ya?ml|buildspec\.ya?ml|\.cirrus\.ya?ml",
    ),
    _steering(
        "which checks run before a commit",
        r"(?:.*/)?\.pre-commit-config\.ya?ml|\.pre-commit-hooks\.ya?ml",
        r"\.?lefthook(?:-local)?\.(?:ya?ml|toml|json)|\.husky/.*|\.githooks/.*|\.overcommit\.yml",
    ),
    _steering("who must review", r"(?:\.github/|\.gitlab/|docs/)?codeowners"),
    _steering(
        "what reviewers see, and how files are checked out", r"(?:.*/)?\.gitattributes|\.lfsconfig"
    ),
    _steering("which other repositories belong to the tree", r"\.gitmodules"),
    _steering("under whose name a commit is shown", r"\.mailmap|\.git-blame-ignore-revs"),
    _steering(
        "what semgrep looks at",
        r"(?:.*/)?\.semgrepignore|(?:.*/)?\.?semgrep(?:\.config)?\.ya?ml|\.semgrep(?:/.*)?",
    ),
    _steering("what bandit looks at", r"(?:.*/)?\.bandit|(?:.*/)?\.?bandit\.(?:ya?ml|toml)"),
    _steering(
        "which secrets are passed over",
        r"(?:.*/)?\.?gitleaks\.toml|(?:.*/)?\.gitleaksignore|(?:.*/)?\.betterleaks\.toml",
        r"(?:.*/)?\.secrets\.baseline|\.gitguardian\.ya?ml|\.?trufflehog[\w.-]*|\.ggshield.*",
    ),
    _steering(
        "what another scanner looks at",
        r"(?:.*/)?\.eslintignore|(?:.*/)?\.trivyignore(?:\.ya?ml)?|(?:.*/)?trivy\.ya?ml",
        r"(?:.*/)?\.checkov\.(?:ya?ml|baseline)|(?:.*/)?\.tfsec(?:/.*)?|\.snyk|\.dcignore",
        r"\.safety-policy\.ya?ml|(?:.*/)?osv-scanner\.toml|(?:\.github/)?zizmor\.ya?ml|\.grype\.ya?ml",
        r"sonar-project\.properties|\.sonarcloud\.properties|\.github/codeql(?:/.*)?|\.lgtm\.ya?ml",
        r"\.github/(?:codeql-config|dependency-review-config)\.ya?ml|\.codacy\.ya?ml",
        r"\.deepsource\.toml|\.hadolint\.ya?ml|\.kics.*|\.devskim\.json|\.pip-audit.*|\.nsprc",
    ),
)

_TABLES = regex(r"(?:.*/)?(?:pyproject\.toml|setup\.cfg|tox\.ini|\.flake8|\.?ruff\.toml)")
_TOOLS = ("aigate", "bandit", "semgrep", "detect-secrets", "detect_secrets", "gitleaks")
_SECURITY_CODE = regex(r"(?:S\d{0,3}|ALL)\Z")
_IGNORES = ("ignore", "extend-ignore", "per-file-ignores", "extend-per-file-ignores")
_INI_SECTION = regex(r"^\[(?:tool[:.])?(aigate|bandit|semgrep|gitleaks)\b", re.MULTILINE)
_INI_IGNORE = regex(
    r"^[ \t]*(?:extend[-_])?(?:per[-_]file[-_]ignores|ignore)[ \t]*=[^\[]{0,4000}?\bS\d{1,3}\b",
    re.MULTILINE,
)


def scan(target: Target) -> Iterator[Sighting | Gap]:
    yield from _changes(target)
    yield from _ambiguities(target)


def _changes(target: Target) -> Iterator[Sighting]:
    seen: set[str] = set()
    for unit in target.units:
        if unit.change is Change.NONE or unit.path in seen:
            continue
        found = _steered(unit)
        if found is None:
            continue
        seen.add(unit.path)
        what, span = found
        yield Sighting(
            rule=_CHANGE.name,
            unit=unit.id,
            span=span,
            message=(
                f"{_deed(unit)} `{unit.path}`, which steers {what};"
                " the version of the reference decides, not this one;"
                " hint: move the edit to a change of its own and have it accepted jointly"
            ),
        )


def _deed(unit: Unit) -> str:
    if unit.change is Change.REMOVED or unit.kind is Kind.REMOVED:
        return "removes"
    if unit.kind is Kind.SYMLINK:
        return "puts a symbolic link in the place of"
    return "adds" if unit.change is Change.ADDED else "edits"


def _steered(unit: Unit) -> tuple[str, Span] | None:
    path = _folded(unit.path)
    for steering in _STEERING:
        if steering.paths.fullmatch(path):
            return steering.what, WHOLE
    if not _TABLES.fullmatch(path):
        return None
    if unit.previous and _settings(path, unit.text) == _settings(path, unit.previous):
        return None
    # What the change took away is a change as well; it is shown at the top of the file.
    now = _objection(path, unit.text)
    before = _objection(path, unit.previous)
    return now or (before and (before[0], WHOLE))


def _objection(path: str, text: str) -> tuple[str, Span] | None:
    if path.endswith(".toml"):
        return _toml_tables(text, ruff=path.endswith("ruff.toml"))
    return _ini_sections(text)


def _settings(path: str, text: str) -> object:
    """Return what of a file of settings steers scanners, comparable; a new object if unreadable."""
    if not path.endswith(".toml"):
        sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
        return [section for section in sections if _ini_sections(section)]
    import tomllib  # noqa: PLC0415 - most of what steers is no TOML

    try:
        document: object = tomllib.loads(text)
    except (ValueError, RecursionError):
        return object()
    if path.endswith("ruff.toml"):
        return document
    tools = _table(document, "tool")
    return [_table(tools, tool) for tool in (*_TOOLS, "ruff")]


def compares(path: str) -> bool:
    """Tell whether a path is that of settings of which only a part steers something."""
    return _TABLES.fullmatch(_folded(path)) is not None


def _toml_tables(text: str, *, ruff: bool) -> tuple[str, Span] | None:
    import tomllib  # noqa: PLC0415 - most of what steers is no TOML

    try:
        document: object = tomllib.loads(text)
    except (ValueError, RecursionError):
        # The tools cannot read it either, but the next edit may mend it.
        found = re.search(r"^\s*\[+tool\.(aigate|bandit|semgrep|ruff)\b", text, re.MULTILINE)
        return None if found is None else (f"`{found[1]}`", Lines(text).span(*found.span()))
    tools = document if ruff else _table(document, "tool")
    for tool in _TOOLS:
        if not ruff and _table(tools, tool):
            return f"what {tool} looks at", _header(text, tool)
    settings = tools if ruff else _table(tools, "ruff")
    for table in (settings, _table(settings, "lint")):
        for key in _IGNORES:
            if any(map(_SECURITY_CODE.match, _codes(_table(table, key)))):
                return "which security checks of ruff run", _header(text, key)
    return None


def _table(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _codes(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _codes(inner)
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _header(text: str, word: str) -> Span:
    found = re.search(rf"^[^\n#]{{0,200}}?\b{re.escape(word)}\b[^\n]{{0,200}}", text, re.MULTILINE)
    return WHOLE if found is None else Lines(text).span(*found.span())


def _ini_sections(text: str) -> tuple[str, Span] | None:
    section = _INI_SECTION.search(text)
    if section is not None:
        return f"what {section[1]} looks at", Lines(text).span(*section.span())
    ignored = _INI_IGNORE.search(text)
    if ignored is not None:
        return "which security checks of flake8 run", Lines(text).span(*ignored.span())
    return None


def _ambiguities(target: Target) -> Iterator[Sighting]:
    if not any(_family(unit.path) for unit in target.units):
        return
    families: dict[str, set[str]] = {}
    for path in target.paths:
        key = _family(path)
        if key:
            families.setdefault(key, set()).add(path)
    for unit in target.units:
        key = _family(unit.path)
        if not key or unit.change is Change.REMOVED or unit.kind is Kind.REMOVED:
            continue
        others = sorted(families.get(key, set()) - {unit.path})
        if others:
            message = f"`{unit.path}` and `{others[0]}` are two candidates for one setting"
        elif unit.path != _canonical(unit.path, key):
            message = (
                f"`{unit.path}` looks like `{_canonical(unit.path, key)}`, which is what is read"
            )
        else:
            continue
        yield Sighting(
            rule=_AMBIGUOUS.name,
            unit=unit.id,
            span=WHOLE,
            message=f"{message}; hint: keep the one in the exact spelling and remove the other",
        )


def _family(path: str) -> str:
    """Return a key that all candidates for one setting share, or nothing."""
    # A cheap look first: most paths of a tree begin with neither.
    if not path.isascii() or path[:7].lower() == ".aigate":
        folded = _folded(path)
        if re.fullmatch(r"\.aigate/policy\.(?:ya?ml|json|toml)", folded):
            return ".aigate/policy"
        if folded.startswith(".aigate/"):
            return re.sub(r"\.ya?ml\Z", "", folded)
    return ""


def _canonical(path: str, key: str) -> str:
    if key == ".aigate/policy":
        return ".aigate/policy.yaml"
    folder, _, rest = path.partition("/")
    return path if folder == ".aigate" else f".aigate/{rest}"


def _folded(path: str) -> str:
    """Return how a file system that ignores case and such would read a path."""
    if path.isascii():
        return "/".join(part.rstrip(". ") or part for part in path.lower().split("/"))
    kept = "".join(
        c for c in unicodedata.normalize("NFKC", path) if unicodedata.category(c) != "Cf"
    )
    return "/".join(part.rstrip(". ") or part for part in kept.casefold().split("/"))


RULES = (_CHANGE, _AMBIGUOUS)
