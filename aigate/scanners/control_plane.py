"""Reports changes to whatever steers the gate, other scanners, or who must review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.tree import Kind

# What looks is loaded where there is something to look at.
if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule

# One of these stands in lower case in each path of settings that hold more than what steers,
SETTINGS = ("pyproject", "setup.cfg", "tox.ini", ".flake8", "ruff.toml")
# and one of these, or of those, in each path that may steer something.
WORDS = (
    *SETTINGS,
    *(".aigate", ".git", "action.y", "pipelines", "jenkinsfile", ".circleci", ".buildkite"),
    *(".woodpecker", ".travis", ".drone", "appveyor", ".tekton", "cloudbuild", "buildspec"),
    *(".cirrus", ".pre-commit", "lefthook", ".husky", ".overcommit", "codeowners", ".lfsconfig"),
    *(".mailmap", "semgrep", "bandit", "leaks", ".secrets", "trufflehog", ".ggshield"),
    *(".eslintignore", "trivy", ".checkov", ".tfsec", ".snyk", ".dcignore", ".safety"),
    *("osv-scanner", "zizmor", ".grype", "sonar", ".lgtm", "codeql", "dependency-review"),
    *(".codacy", ".deepsource", ".hadolint", ".kics", ".devskim", ".pip-audit", ".nsprc"),
)


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    units = tuple(unit for unit in target.units if _holds(unit.path, WORDS))
    if not units:
        return ()
    from aigate.scanners._control_plane import scan  # noqa: PLC0415 - see above

    return scan(replace(target, units=units))


def _compares(path: str) -> bool:
    if not _holds(path, SETTINGS):
        return False
    from aigate.scanners._control_plane import compares  # noqa: PLC0415 - see above

    return compares(path)


def _holds(path: str, words: Iterable[str]) -> bool:
    """Tell whether a path may match what needs one of these words.

    What other file systems leave out of a name stands at its end, and no word goes across the
    end of a name, so a word that is in what they read is in the path. Letters beyond ASCII may
    be read as any others.
    """
    if not path.isascii():
        return True
    low = path.lower()
    return any(word in low for word in words)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._control_plane import RULES  # noqa: PLC0415 - see above

    return RULES


SCANNER = Scanner(
    name="control-plane",
    covers=frozenset(Kind),
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
    compares=_compares,
)
