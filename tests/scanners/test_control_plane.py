"""Whatever steers the gate is reported when a change touches it, and nothing else is."""

from dataclasses import replace

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Sighting
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.scanners.control_plane import SCANNER


def scan(*units: Unit, paths: tuple[str, ...] = ()) -> list[Sighting]:
    every = frozenset(paths) | {unit.path for unit in units if unit.kind is not Kind.REMOVED}
    target = Target(units=units, paths=every, scratch="", exported="", packs="")
    return [item for item in SCANNER.scan(target) if isinstance(item, Sighting)]


def unit(
    path: str, text: str = "x\n", *, change: Change = Change.MODIFIED, kind: Kind = Kind.TEXT
) -> Unit:
    return Unit(path, Entry(path, "100644", "0" * 40), kind, change, text)


@pytest.mark.parametrize(
    ("path", "change", "kind"),
    [
        pytest.param(".aigate/policy.yaml", Change.MODIFIED, Kind.TEXT, id="C-001"),
        pytest.param(".semgrepignore", Change.ADDED, Kind.TEXT, id="C-002"),
        pytest.param("sub/.semgrepignore", Change.ADDED, Kind.TEXT, id="C-002-below"),
        pytest.param(".bandit", Change.ADDED, Kind.TEXT, id="C-003"),
        pytest.param("bandit.yaml", Change.ADDED, Kind.TEXT, id="C-003-yaml"),
        pytest.param(".github/workflows/ci.yml", Change.MODIFIED, Kind.TEXT, id="C-006"),
        pytest.param(".github/workflows/ci.yml", Change.REMOVED, Kind.REMOVED, id="C-006-removed"),
        pytest.param(".github/workflows/other.yaml", Change.ADDED, Kind.TEXT, id="C-007"),
        pytest.param(".gitlab-ci.yml", Change.MODIFIED, Kind.TEXT, id="C-006-gitlab"),
        pytest.param(".pre-commit-config.yaml", Change.MODIFIED, Kind.TEXT, id="C-008"),
        pytest.param(".github/CODEOWNERS", Change.MODIFIED, Kind.TEXT, id="C-008-github"),
        pytest.param("CODEOWNERS", Change.MODIFIED, Kind.TEXT, id="C-008-root"),
        pytest.param("docs/CODEOWNERS", Change.REMOVED, Kind.REMOVED, id="C-008-docs"),
        pytest.param(".aigate", Change.ADDED, Kind.SYMLINK, id="C-009"),
        pytest.param(".aigate/policy.yaml", Change.ADDED, Kind.SYMLINK, id="C-009-file"),
        pytest.param(".aigate/policy.yaml", Change.REMOVED, Kind.REMOVED, id="C-012"),
        pytest.param("src/.gitattributes", Change.ADDED, Kind.TEXT, id="C-013"),
        pytest.param(".aigate/ledger/ab.json", Change.ADDED, Kind.TEXT, id="C-014"),
        pytest.param("action.yml", Change.MODIFIED, Kind.TEXT, id="C-015"),
        pytest.param(".aigate/rules/own.yaml", Change.MODIFIED, Kind.TEXT, id="C-016"),
        pytest.param(".gitmodules", Change.ADDED, Kind.TEXT, id="C-047"),
        pytest.param(".mailmap", Change.ADDED, Kind.TEXT, id="C-052"),
        pytest.param(".gitleaks.toml", Change.ADDED, Kind.TEXT, id="gitleaks"),
        pytest.param(".secrets.baseline", Change.ADDED, Kind.TEXT, id="baseline"),
        pytest.param(".eslintignore", Change.ADDED, Kind.TEXT, id="eslint"),
        pytest.param(".GITHUB/Workflows/ci.yml", Change.ADDED, Kind.TEXT, id="other-case"),
    ],
)
def test_a_change_to_the_control_plane_is_one_finding(
    path: str, change: Change, kind: Kind
) -> None:
    found = scan(unit(path, change=change, kind=kind))

    assert [s.rule for s in found] == ["control-plane-change"]
    assert f"`{path}`" in found[0].message
    assert "reference" in found[0].message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("pyproject.toml", "[tool.bandit]\nskips = ['B602']\n", id="C-005-bandit"),
        pytest.param("pyproject.toml", "[tool.semgrep]\nexclude = ['*']\n", id="C-005-semgrep"),
        pytest.param("pyproject.toml", "[tool.aigate]\nmode = 'advisory'\n", id="C-005-aigate"),
        pytest.param(
            "sub/pyproject.toml", "[tool]\nbandit = {skips = ['B1']}\n", id="C-005-inline"
        ),
        pytest.param("pyproject.toml", "[tool.ruff.lint]\nignore = ['S602']\n", id="C-005-ruff"),
        pytest.param(
            "pyproject.toml",
            "[tool.ruff.lint.per-file-ignores]\n'src/*' = ['E501', 'S']\n",
            id="C-005-ruff-files",
        ),
        pytest.param("ruff.toml", "[lint]\nextend-ignore = ['S1']\n", id="C-005-ruff-toml"),
        pytest.param("pyproject.toml", "[tool.bandit\n[tool.bandit]\n", id="C-005-broken"),
        pytest.param("setup.cfg", "[bandit]\nskips: B602\n", id="C-005-setup"),
        pytest.param("tox.ini", "[flake8]\nper-file-ignores =\n  a.py: S602\n", id="C-005-tox"),
    ],
)
def test_a_tool_table_is_reported_where_it_stands(path: str, text: str) -> None:
    (sighting,) = scan(unit(path, text))

    assert sighting.rule == "control-plane-change"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[project]\nname = 'a'\n[tool.ruff.lint]\nignore = ['E501', 'SIM1']\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-ra'\n"),
        ("setup.cfg", "[flake8]\nignore = E501\n"),
        ("src/app.py", "x = 1\n"),
        ("policies/default.yaml", "x: 1\n"),
        ("docs/workflows/ci.yml", "x: 1\n"),
        ("src/codeowners.py", "x = 1\n"),
        (".github/ISSUE_TEMPLATE/bug.yml", "x: 1\n"),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert scan(unit(path, text)) == []


_PROJECT = "[project]\ndependencies = []\n"
_BANDIT = "[tool.bandit]\nskips = ['B602']\n"


@pytest.mark.parametrize(
    ("path", "before", "now", "expected"),
    [
        ("pyproject.toml", _PROJECT + _BANDIT, "[project]\nname = 'a'\n" + _BANDIT, 0),
        ("pyproject.toml", _PROJECT, _PROJECT + _BANDIT, 1),
        ("pyproject.toml", _PROJECT + _BANDIT, _PROJECT, 1),
        ("pyproject.toml", _BANDIT, _BANDIT.replace("B602", "B101"), 1),
        ("pyproject.toml", "[tool.bandit\n", _BANDIT, 1),
        ("setup.cfg", "[a]\nx=1\n[bandit]\nskips=B1\n", "[a]\nx=2\n[bandit]\nskips=B1\n", 0),
        ("setup.cfg", "[a]\nx=1\n[bandit]\nskips=B1\n", "[a]\nx=1\n[bandit]\nskips=B2\n", 1),
    ],
)
def test_of_shared_settings_only_what_steers_a_scanner_counts(
    path: str, before: str, now: str, expected: int
) -> None:
    changed = replace(unit(path, now), previous=before)

    assert SCANNER.compares(path)
    assert len(scan(changed)) == expected


def test_what_did_not_change_is_left_alone() -> None:
    assert scan(unit(".semgrepignore", change=Change.NONE)) == []


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        pytest.param(".aigate/policy.yml", (".aigate/policy.yaml",), id="C-010-extension"),
        pytest.param(".aigate/policy.yaml", (".aigate/policy.yml",), id="C-010-new-one"),
        pytest.param(".AIGATE/policy.yaml", (".aigate/policy.yaml",), id="C-010-case"),
        pytest.param(".aigate/policy.yml", (), id="C-010-alone"),
        pytest.param(".Aigate/policy.yaml", (), id="C-010-case-alone"),
        pytest.param(".aigate./policy.yaml", (), id="C-010-dot"),
        pytest.param(".ai\u200cgate/policy.yaml", (), id="C-010-invisible"),
        pytest.param(".aig\uff41te/policy.yaml", (), id="C-010-full-width"),
        pytest.param(
            ".aigate/initiatives/a.yml", (".aigate/initiatives/a.yaml",), id="C-010-initiative"
        ),
    ],
)
def test_two_candidates_for_one_setting_are_reported(path: str, paths: tuple[str, ...]) -> None:
    found = scan(unit(path), paths=paths)

    assert "ambiguous-control-plane" in [s.rule for s in found]


def test_one_policy_in_its_own_spelling_is_not_ambiguous() -> None:
    found = scan(unit(".aigate/policy.yaml"), paths=(".aigate/ledger/a.json", "policy.yaml"))

    assert [s.rule for s in found] == ["control-plane-change"]
