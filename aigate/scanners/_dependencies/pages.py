"""The rules about dependencies, and what a look at them yields."""

from __future__ import annotations

from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.value import dataclass

SCANNER_NAME = "dependencies"

_MADE_UP = (
    "owasp-llm/LLM09",
    "owasp-llm/LLM03",
    "owasp-agentic/ASI04",
    "mitre-atlas/AML.T0060",
    "mitre-atlas/AML.T0062",
    "mitre-atlas/AML.T0011.001",
    "owasp-aisvs/AC.4.2",
    "nist-800-53/SR-11",
    "nist-800-53/CM-7",
    "nist-ssdf/PW.4.1",
    "nist-ssdf/PW.4.4",
    "cmmc/CM.L2-3.4.8",
)
_SUPPLY = (
    "owasp-llm/LLM03",
    "owasp-agentic/ASI04",
    "mitre-atlas/AML.T0010.001",
    "owasp-aisvs/AC.4.2",
    "nist-800-53/SI-7",
    "nist-800-53/SR-3",
    "nist-800-53/SR-11",
    "nist-ssdf/PW.4.4",
    "nist-ssdf/PS.3.2",
    "cmmc/CM.L2-3.4.1",
)


def _rule(  # noqa: PLR0913 - the fields of a page
    name: str,
    title: str,
    severity: Severity,
    *,
    what: str,
    why: str,
    fix: str,
    cwe: tuple[int, ...],
    controls: tuple[str, ...],
) -> Rule:
    return Rule(
        name=name,
        scanner=SCANNER_NAME,
        title=title,
        severity=severity,
        what=what,
        why=why,
        fix=fix,
        cwe=cwe,
        controls=controls,
    )


LOOKALIKE = _rule(
    "lookalike-package",
    "Package whose name looks like that of a well-known one",
    Severity.HIGH,
    what=(
        "A dependency has a name that is not well known, and that one slip turns into a name that"
        " everybody uses. Where the slip proves less, the severity is medium."
    ),
    why=(
        "Models and people misspell names, and strangers register the misspelt ones: whatever"
        " they put there runs on every machine that installs it."
    ),
    fix=(
        "Replace the name by the well-known one. If this package is really meant, say in the change"
        " where it comes from and who maintains it, and have a developer and a security person"
        " accept it."
    ),
    cwe=(1357, 829, 506),
    controls=_MADE_UP,
)
UNKNOWN = _rule(
    "unknown-package",
    "Package that the index does not have",
    Severity.HIGH,
    what=(
        "A dependency, or the version of it that is asked for, is not on the package index. This is"
        " looked up only if the caller asks for it with `--check-packages`."
    ),
    why=(
        "A model made the name up. Models make up the same names again and again, so that somebody"
        " can register one and wait."
    ),
    fix=(
        "Remove the dependency and what uses it, or replace it by a package that exists and does"
        " the same; do not register the name. If it is a private package, let the gate ask the"
        " private index."
    ),
    cwe=(1357, 829),
    controls=_MADE_UP,
)
YOUNG = _rule(
    "young-package",
    "Package that was first released a few days ago",
    Severity.MEDIUM,
    what=(
        "The oldest release of a dependency is not a month old. This is looked up only if the caller"
        " asks for it with `--check-packages`."
    ),
    why=(
        "A name that a model made up and that somebody registered afterwards is new, and so are most"
        " packages with harmful code: they are found and removed within days."
    ),
    fix=(
        "Use a package that has been there for longer. If it must be this one, read its source,"
        " pin it by version and hash, and say who maintains it."
    ),
    cwe=(1357, 829),
    controls=_MADE_UP,
)
WITHDRAWN = _rule(
    "withdrawn-package",
    "Version of a package that was withdrawn",
    Severity.LOW,
    what=(
        "The version that is asked for was yanked or deprecated by its publisher. This is looked up"
        " only if the caller asks for it with `--check-packages`."
    ),
    why="Publishers withdraw what is broken, unsafe, or was never theirs.",
    fix="Ask for the newest version that is not withdrawn, and run the tests.",
    cwe=(1357, 1104),
    controls=_SUPPLY,
)
IMPORTED = _rule(
    "undeclared-import",
    "Import of a package that is neither declared nor well known",
    Severity.MEDIUM,
    what=(
        "Code imports a module that comes neither with the language nor from the tree, that no"
        " manifest or lock file of the tree declares, and that is not well known."
    ),
    why=(
        "A model may have made the module up. Whoever runs the code next installs what has that"
        " name, and that may be anything."
    ),
    fix=(
        "Check that a package with this module exists and is the one that is meant, and declare it"
        " with a version in the manifest. Else remove the import, and write what is needed of it"
        " with the standard library or with a package that is already declared."
    ),
    cwe=(1357, 829),
    controls=_MADE_UP,
)
UNPINNED = _rule(
    "unpinned-source",
    "Dependency from an address that can change",
    Severity.MEDIUM,
    what=(
        "A dependency comes from a repository without the full id of a commit, or from the address"
        " of an archive without a hash. Without encryption, the severity is high."
    ),
    why=(
        "A branch, a tag or a file can be replaced: what is installed tomorrow is not what was"
        " reviewed today, and no index keeps a record of it."
    ),
    fix=(
        "Use a release from the index. If there is none, name the full id of a commit, as in"
        " `git+https://HOST/REPOSITORY@<40 hexadecimal digits>`, or add `#sha256=<digest>`."
    ),
    cwe=(494, 829, 1357),
    controls=_SUPPLY,
)
INDEX = _rule(
    "package-index-named",
    "Change that says from where packages come",
    Severity.MEDIUM,
    what=(
        "The change names an index or a registry that installers are to ask for packages, or a host"
        " whose identity they are not to check. Without encryption, the severity is high."
    ),
    why=(
        "Whoever runs the index decides what is installed. With a second index, the one that offers"
        " the higher version wins, whoever registered the name there."
    ),
    fix=(
        "Take the index out of the change, and let it be set where the software is built. If it must"
        " stay, use HTTPS and name for each package the one index that it comes from."
    ),
    cwe=(829, 494, 427),
    controls=_SUPPLY,
)
MISMATCH = _rule(
    "lock-entry-mismatch",
    "Entry of a lock file that brings something else",
    Severity.HIGH,
    what=(
        "The address or the file of an entry belongs to another package than the entry names, or to"
        " another host than the rest of the file; for the host alone the severity is medium."
    ),
    why=(
        "Nobody reads lock files, and installers follow them: an entry that is called like a"
        " well-known package can bring anything."
    ),
    fix=(
        "Throw the lock file away, and have the package manager write it anew from the manifest;"
        " then compare what differs."
    ),
    cwe=(829, 494, 345),
    controls=_SUPPLY,
)
SCRIPT = _rule(
    "install-script",
    "Command that runs when the package is installed",
    Severity.MEDIUM,
    what=(
        "The manifest has a script that npm runs by itself at each installation. Where the command"
        " fetches and runs code or reads secrets, the severity is high."
    ),
    why=(
        "It runs on every developer's machine and in every build, before anybody has looked at"
        " anything, and with all their rights."
    ),
    fix=(
        "Remove the script; let a person or the build call the command by name, under another key"
        " of `scripts`."
    ),
    cwe=(829, 506, 94),
    controls=_SUPPLY,
)

RULES = (LOOKALIKE, UNKNOWN, YOUNG, WITHDRAWN, IMPORTED, UNPINNED, INDEX, MISMATCH, SCRIPT)


@dataclass(frozen=True, slots=True)
class Remark:
    """An objection to a stretch of a text; an empty stretch means the file as such."""

    rule: Rule
    start: int
    end: int
    message: str
    hint: str
    severity: Severity
