"""Runs bandit's own manager and checks on files, and prints what they say: a program of its own.

`_bandit` starts it, as `FOLDER COUNT FILE...`, isolated and without `site`, and only with the
versions of bandit that `_bandit_needs` knows. FOLDER is where bandit is installed. After as many
files as COUNT says come pairs of one of them and another, which is examined too if there is a
result about the first.
What it prints reads like bandit's own JSON, less what nobody here reads. It leaves out what takes
bandit's command two thirds of its time:

* loading what neither a check nor the manager uses: other formats, a progress bar, the search
  for plugins, the reader of configuration files;
* asking checks about nodes, and files, about which none can speak;
* walking where nothing is, keeping scores, reading the comments that `--ignore-nosec` ignores, and
  writing a log that nobody reads.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.machinery
import json
import logging
import os
import sys
import types

TYPE_CHECKING = False  # to load `typing` takes as long as to examine a few files
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))


def main() -> None:
    """Examine the files that the command line names."""
    gc.disable()
    folder, count, *files = sys.argv[1:]
    pairs = files[int(count) :]
    sys.path.append(folder)
    _leave_out(folder)
    manager = _manager()
    # Trees refer to themselves, so the collector is needed, but not all the time.
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
    gc.enable()
    manager.files_list = sorted({os.path.join(".", name) for name in files[: int(count)]})
    manager.run_tests()
    about = {os.path.normpath(issue.fname) for issue in manager.results}
    others = zip(pairs[::2], pairs[1::2], strict=True)
    manager.files_list = [other for name, other in others if os.path.normpath(name) in about]
    if manager.files_list:
        manager.run_tests()
    results = [issue.as_dict(with_code=False) for issue in manager.get_issue_list()]
    skipped = manager.get_skipped()
    output = {
        "errors": [{"filename": name, "reason": reason} for name, reason in skipped],
        "metrics": dict.fromkeys(manager.metrics.data),
        "results": sorted(results, key=lambda one: one["filename"]),
    }
    sys.stdout.write(json.dumps(output))


class _Plugin:
    """A plugin in the form that bandit's manager expects."""

    def __init__(self, name: str, plugin: object) -> None:
        self.name = name
        self.plugin = plugin


class _Plugins(list[_Plugin]):
    """Bandit's own plugins of a kind; with others besides, this program is not used."""

    record = ""

    def __init__(self, namespace: str, **_options: object) -> None:
        super().__init__()
        if namespace == "bandit.formatters":
            return
        with open(os.path.join(self.record, "entry_points.txt"), encoding="utf-8") as stream:
            _, _, listed = stream.read().partition(f"[{namespace}]\n")
        for line in listed.partition("\n[")[0].splitlines():
            name, given, place = line.partition("=")
            if given:
                module, _, function = place.strip().partition(":")
                plugin = getattr(importlib.import_module(module), function)
                self.append(_Plugin(name.strip(), plugin))

    def names(self) -> list[str]:
        """Return the name of each."""
        return [one.name for one in self]


def _leave_out(folder: str) -> None:
    """Put stand-ins in the place of what bandit loads and these files do not need."""
    records = [one for one in os.listdir(folder) if one.startswith("bandit-")]
    _Plugins.record = os.path.join(folder, *(one for one in records if one.endswith(".dist-info")))
    standing_in: dict[str, dict[str, object]] = {
        "importlib.metadata": {"metadata": lambda _name: {"Author": ""}, "version": str},
        "rich": {},
        "rich.progress": {},
        "stevedore": {},
        "stevedore.extension": {"ExtensionManager": _Plugins},
        "tomllib": {},
        "yaml": {},
    }
    for name, contents in standing_in.items():
        module = types.ModuleType(name)
        vars(module).update(contents)
        outer, _, inner = name.rpartition(".")
        sys.modules[name] = module
        if outer:
            setattr(sys.modules[outer], inner, module)


def _needs() -> Any:
    path = os.path.join(_HERE, "_bandit_needs.py")
    module = types.ModuleType("_bandit_needs")
    importlib.machinery.SourceFileLoader("_bandit_needs", path).exec_module(module)
    return module


def _manager() -> Any:
    from bandit.core import config, extension_loader, manager

    needs = _needs()
    found = extension_loader.MANAGER
    if {*found.plugins_by_id, *found.blacklist_by_id} != needs.CHECKS:
        raise SystemExit("these are not the checks that are known")
    logging.basicConfig(format="[%(module)s]\t%(levelname)s\t%(message)s")
    logging.captureWarnings(capture=True)
    _Lean(needs)
    return manager.BanditManager(config.BanditConfig(), "file", quiet=True, ignore_nosec=True)


class _Lean:
    """Takes the place of bandit's way through files and trees, and goes where a check can speak."""

    def __init__(self, needs: Any) -> None:
        from bandit.core import manager, node_visitor, tester, utils

        self.needs = needs
        self.odd = False
        self.linerange = utils.linerange
        self.visitor = node_visitor.BanditNodeVisitor
        self.visit_all = self.visitor.generic_visit
        self.execute_all = manager.BanditManager._execute_ast_visitor
        self.run_all = tester.BanditTester.run_tests

        def visit_some(visitor: Any, node: ast.AST) -> None:
            self.visit(visitor, node)

        def run_some(tester: Any, context: Any, kind: str) -> Any:
            return self.run(tester, context, kind)

        def execute_some(manager: Any, *arguments: Any) -> Any:
            return self.execute(manager, *arguments)

        self.visit_some = self.visitor.generic_visit = visit_some
        self.visitor.update_scores = _nothing
        node_visitor.LOG.debug = tester.LOG.debug = _nothing
        tester.BanditTester.run_tests = run_some
        tester.BanditTester._get_nosecs_from_contexts = _nothing
        manager.BanditManager._execute_ast_visitor = execute_some

    def execute(self, manager: Any, name: str, stream: Any, data: bytes, nosec: Any) -> Any:
        """Examine a file."""
        text = data.decode("utf-8", "replace")
        tree = ast.parse(data)
        if not self.needs.may_fire(text, tree):
            return _SCORES
        self.odd = self.needs.is_odd(text)
        try:
            # What is parsed counts as parsed.
            return self.execute_all(manager, name, stream, tree, nosec)
        except _DeepError:
            self.visitor.generic_visit = self.visit_all
            return self.execute_all(manager, name, stream, data, nosec)
        finally:
            self.visitor.generic_visit = self.visit_some

    def run(self, tester: Any, context: Any, kind: str) -> Any:
        """Ask the checks for this kind of node, or for the file as a whole."""
        asked = kind in tester.testset.tests and (self.odd or kind != "File")
        return self.run_all(tester, context, kind) if asked else _SCORES

    def visit(self, visitor: Any, node: ast.AST) -> None:
        """Visit what is in a node, in bandit's order, and leave in it what bandit leaves."""
        visitor.depth += 1
        if visitor.depth > self.needs.DEEPEST:
            raise _DeepError
        for name in self.needs.INNER[type(node)]:
            value = getattr(node, name, None)
            items = value if type(value) is list else (value,)
            for item, following in zip(items, (*items[1:], None), strict=False):
                kind = type(item)
                if kind in _LEAVES:
                    continue
                item._bandit_sibling = following
                item._bandit_parent = node
                if self.is_looked_at(visitor, item, kind):
                    visitor.pre_visit(item)
                    visitor.visit(item)
                    visitor.depth -= 1
                elif not hasattr(item, "lineno"):
                    self.linerange(item)  # which remembers what it said when it was first asked
                if kind is not ast.Constant:
                    self.visit(visitor, item)
                if kind in _NAMED:
                    visitor.post_visit(item)
                    visitor.depth += 1
        visitor.depth -= 1

    def is_looked_at(self, visitor: Any, node: Any, kind: type) -> bool:
        """Tell whether a check may fire here, or bandit has to know of the node."""
        if kind is ast.Constant:
            return bool(self.needs.text_may_fire(node))
        if kind is ast.Call:
            return bool(self.needs.call_may_fire(node, visitor.import_aliases, visitor.imports))
        return kind in _LOOKED_AT


class _DeepError(Exception):
    """A tree is so deep that bandit's own way through it may end."""


def _nothing(*_arguments: object, **_options: object) -> None:
    pass


_SCORES = {name: [0] * 4 for name in ("SEVERITY", "CONFIDENCE")}
_NAMED = frozenset({ast.ClassDef, ast.FunctionDef})
_LOOKED_AT = _NAMED | {ast.Assert, ast.ExceptHandler, ast.Import, ast.ImportFrom}
_LEAVES = frozenset({type(None), str, ast.Name, ast.alias})
