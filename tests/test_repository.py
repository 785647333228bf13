"""What holds of the repository as a whole."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import aigate
from aigate import registry
from aigate.cli.packs import packs_folder
from aigate.documents.catalogue import read_catalogue
from aigate.domain.severity import Severity

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(aigate.__path__, "aigate.")
    if not module.name.endswith("__main__")
)
HEAVY = {"requests", "semgrep", "bandit", "rich", "jsonschema", "multiprocessing", "asyncio"}
SCANNERS = {scanner.name: scanner for scanner in registry.scanners()}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported_and_says_what_it_is_for(name: str) -> None:
    assert (importlib.import_module(name).__doc__ or "").strip()


@pytest.mark.parametrize("alone", ["process", "remote"])
def test_a_contract_that_leaves_out_one_module_names_all_others(alone: str) -> None:
    (contract,) = [
        one
        for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
            "contracts"
        ]
        if one["name"].startswith(f"only {alone} ")
    ]
    top = {module.name for module in pkgutil.iter_modules(aigate.__path__, "aigate.")}

    assert set(contract["source_modules"]) == top - {f"aigate.{alone}"}


@pytest.mark.parametrize(
    "line",
    [
        "import aigate.cli.main",
        "import aigate.cli.scan",
        "import aigate.gate; aigate.gate.registry.scanners(); aigate.gate.registry.reporters()",
    ],
)
def test_nothing_heavy_is_imported(line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{line}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert not HEAVY & {name.partition(".")[0] for name in done.stdout.split()}


def test_the_help_needs_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "aigate", "--help"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert not HEAVY & loaded
    assert "scan" in done.stdout


@pytest.mark.parametrize("name", SCANNERS)
def test_a_scanner_is_called_as_its_module_and_its_rules_have_pages(name: str) -> None:
    scanner = SCANNERS[name]
    module = importlib.import_module(f"aigate.scanners.{name.replace('-', '_')}")
    assert module.SCANNER is scanner
    for rule in scanner.rules():
        assert rule.scanner == name
        assert all((rule.title, rule.what, rule.why, rule.fix, rule.decides)), rule.name


def test_every_packed_rule_has_a_page_with_something_to_do() -> None:
    compiled = packs_folder() / "compiled"
    catalogue = read_catalogue((compiled / "catalogue.json").read_bytes())
    for pack in {*compiled.glob("*.json")} - {compiled / "policies.json"}:
        for rule in json.loads(pack.read_bytes())["rules"]:
            name = rule.get("id") or rule["name"]
            if not name.startswith("aigate-canary-"):
                page = catalogue[name]
                assert all((page.title, page.what, page.why, page.fix)), name
                assert page.severity in Severity


def test_no_two_rules_share_a_name() -> None:
    catalogue = read_catalogue((packs_folder() / "compiled" / "catalogue.json").read_bytes())
    own = [rule.name for scanner in SCANNERS.values() for rule in scanner.rules()]
    assert len(own) == len(set(own))
    assert not set(own) & catalogue.keys()


def test_the_hooks_for_pre_commit_name_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        program, command, *_ = hook["entry"].split()
        assert program == "aigate"
        assert importlib.import_module(f"aigate.cli.{command}")
        assert {"id", "name", "language"} <= hook.keys()


def _functions(file: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _commands() -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (file, function)
        for file in sorted((ROOT / "aigate" / "cli").glob("*.py"))
        for function in _functions(file)
        if any(".command(" in ast.unparse(one) + "(" for one in function.decorator_list)
    ]


def _ends(function: ast.FunctionDef, beside: dict[str, ast.FunctionDef]) -> bool:
    """Tell whether a function leaves by an error, by `finish`, or by another that does."""
    if any(isinstance(node, ast.Return) for node in ast.walk(function)):
        return False
    last = function.body[-1]
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return isinstance(last, ast.Raise)
    called = ast.unparse(last.value.func)
    return called == "finish" or (called in beside and _ends(beside[called], beside))


@pytest.mark.parametrize(
    ("file", "command"), _commands(), ids=lambda one: getattr(one, "name", "command")
)
def test_c_145_every_command_ends_through_the_one_exit_function(
    file: Path, command: ast.FunctionDef
) -> None:
    assert _ends(command, {function.name: function for function in _functions(file)})


def test_only_one_place_ends_the_program() -> None:
    enders = set()
    for file in (ROOT / "aigate").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                *("sys.exit", "exit", "quit", "os._exit", "ctx.exit", "click.get_current_context"),
            }:
                enders.add(file.relative_to(ROOT).as_posix())
    # The second one ends the copy of the program that it made, and never the program.
    assert enders == {"aigate/cli/exits.py", "aigate/workspace/beside.py"}


def test_no_check_of_the_product_is_an_assert() -> None:
    for file in (ROOT / "aigate").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)], file.name
