"""What spares a closer look at dependencies finds the same as the look itself."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigate.domain.package import Ecosystem
from aigate.scanners._dependencies import commands, files, imports, locks, manifests
from aigate.scanners._dependencies.known import Known, known_names
from tests.dependencies.look import PACKS


def joined(*parts: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(parts), max_size=14).map("".join)


@settings(max_examples=150, deadline=None)
@given(
    joined("requirements", "Req", "dep\u017f", "constraint\u017f", "deps", "-", "_", ".", "/")
    | joined("environment", "conda", "CONDA", ".yml", ".yaml", ".txt", ".in", "\n", "req\u017f")
)
def test_the_words_of_a_manifests_path_stand_in_each(path: str) -> None:
    form = files.manifest_form(path)
    assert (form == files.REQUIREMENTS) == bool(files._REQUIREMENTS.fullmatch(path))
    if form != files.REQUIREMENTS:
        assert (form == files.ENVIRONMENT) == bool(files._ENVIRONMENT.fullmatch(path))


def test_every_form_of_a_list_has_a_reader() -> None:
    named = files.MANIFESTS | {files.REQUIREMENTS, files.ENVIRONMENT}
    assert manifests._READERS.keys() == named
    assert locks._READERS.keys() == files.LOCKS | {files.PYLOCK}
    assert files.manifest_form("a/PyProject.TOML") == "pyproject.toml"
    assert files.lock_form("pylock.dev.toml") == files.PYLOCK
    assert files.manifest_form("src/app.py") == files.lock_form("pylocker.toml") == ""


@settings(max_examples=200, deadline=None)
@given(
    joined(
        *("pip", "pip3", "npm", "pnpm", "uv", "uvx", "bun", "bunx", "yarn", "npx", "poetry"),
        *(" ", "  ", "/", "bin/", "-", "\n", "'", '", "', "install ", "add ", "x ", "run --with "),
        *("tool run ", "-g ", "é", "pipx ", "dlx ", "@"),
    )
)
def test_commands_are_found_by_their_tools_as_by_the_whole_pattern(text: str) -> None:
    every = [found.span() for found in commands._COMMAND.finditer(text)]
    assert [found.span() for found in commands._found(text)] == every


@settings(max_examples=200, deadline=None)
@given(
    joined(
        *("import", "from", " ", "  ", "\t", "\f", "\\\n", "\n", ";", ":", ",", ".", "#", " as "),
        *("a", "bé", "import a", "from a import b", "if x:", "(", "_c", "\r", "\u2028"),
    )
)
def test_statements_are_found_by_their_words_as_by_lines(text: str) -> None:
    statement = str(imports._STATEMENT.pattern)
    whole = re.compile(rf"(?:^|[;:]){imports._SPACE}(?:{statement})", re.MULTILINE)
    every = [(found["module"], found["words"]) for found in whole.finditer(text)]
    assert [(one["module"], one["words"]) for one in imports._statements(text)] == every


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import numpy as np\n", {"numpy"}),
        ("import numpy as np, as_yet as b\n", {"numpy", "as_yet"}),
        ("import _private\nfrom _other import a\n", set()),
        ("from . import near\nfrom .near import a\n", set()),
        # Python takes more letters for those of names than expressions do.
        ("import ℘, numpy\n", {"℘", "numpy"}),
        ("import a as b·, numpy\n", {"a", "as", "numpy"}),
    ],
)
def test_only_what_may_be_somebody_elses_module_is_a_word(text: str, words: set[str]) -> None:
    assert imports.python_words(text) == words


@settings(max_examples=200, deadline=None)
@given(
    joined(
        *("import", "export", "require", "require.resolve", "from", " ", "\n", "(", ")", ";", "{"),
        *("}", "'", '"', "`", "a", "@b/c", "react", "/d", "?x", "!", "/*", "*/", "//", "$", "é"),
        *('import x from "one"', "require('two')", "import('three')", "export * from 'four'"),
    )
)
def test_every_package_that_a_script_imports_is_among_its_words(text: str) -> None:
    words = imports.script_words(text)
    found = {one.name for one in imports.script_imports(text)}
    assert words is None or found <= words


def test_a_comment_before_a_name_makes_the_words_unclear() -> None:
    assert imports.script_words("import x from /* '*/ 'evil'\n") is None
    assert imports.script_words("import x from 'evil' // why\n") == {"evil"}


NAMES = ["boto3", "requests", "no-such-package-of-ours", "#", "# date", "", "boto3\nrequests"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_known_or_not_before_and_after_the_table_is_made(name: str) -> None:
    known = known_names(PACKS, Ecosystem.PYPI)
    assert known is not None
    fresh = Known("# date: today\nboto3\nrequests\n")
    assert [name in fresh for _ in range(50)] == [name in {"boto3", "requests"}] * 50
    assert (name in known) == (name in known.ranks)


def test_a_list_without_names_is_damaged(tmp_path: Path) -> None:
    list_of_names = tmp_path / "data" / "packages_npm.txt"
    list_of_names.parent.mkdir()
    assert known_names(str(tmp_path), Ecosystem.NPM) is None
    list_of_names.write_text("# nothing but a remark\n\n")
    known_names.cache_clear()
    assert known_names(str(tmp_path), Ecosystem.NPM) is None
