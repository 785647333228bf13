"""What every run loads of the scanners is little, and passes over nothing that they look at."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.artefacts import settings
from aigate.domain.regex import needed
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.scanners import _contents, _control_plane, control_plane, model_files

ROOT = Path(__file__).parents[2]
THIN = sorted(file.stem for file in ROOT.glob("aigate/scanners/[a-z]*.py"))
SMALL = {"aigate.domain.regex", "aigate.errors", "aigate.scanners", "aigate.scanners._installed"}
SHOW = """
import sys
from aigate import registry
from aigate.domain import finding, tree
before = set(sys.modules)
for name in sys.argv[1:]:
    registry.scanner(name)
print(*sorted(set(sys.modules) - before))
"""


def test_all_plugs_together_load_nothing_but_themselves() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *THIN], cwd=ROOT, capture_output=True, check=True, text=True
    )
    loaded = {name for name in done.stdout.split() if name.startswith("aigate.")}

    assert {f"aigate.scanners.{name}" for name in THIN} <= loaded
    assert loaded - {f"aigate.scanners.{name}" for name in THIN} <= SMALL


@pytest.mark.parametrize("one", _control_plane._STEERING, ids=lambda one: one.what)
def test_what_may_steer_is_not_passed_over(one: _control_plane._Steering) -> None:
    words = needed(one.paths._text)  # type: ignore[attr-defined] # a pattern of ours

    assert words
    assert all(any(short in word for short in control_plane.WORDS) for word in words)
    # A system that reads other names drops what stands at their ends.
    assert not any("/" in short for short in control_plane.WORDS)


def test_what_is_compared_is_not_passed_over() -> None:
    words = needed(_control_plane._TABLES._text)  # type: ignore[attr-defined] # as above

    assert words
    assert all(any(short in word for short in control_plane.SETTINGS) for word in words)


PIECES = st.sampled_from(
    [
        *("config", "generation_config", "tokenizer", "chat_template", "model_index", "params"),
        *("Config", "\u017fon", "a", "_", "-", ".", "/", ".json", ".JSON", ".jinja", ".j2", ".txt"),
        *(".git", "GIT~1", "con", "NUL", "com1", "lpt\xb9", "aux", " ", "x", "\u200c", "\u212a"),
    ]
)
PATHS = st.lists(PIECES, min_size=1, max_size=6).map("".join)


@given(PATHS)
def test_settings_of_models_are_not_passed_over(path: str) -> None:
    unit = Unit("1", Entry(path, "100644", ""), Kind.TEXT)

    assert model_files._may_be_model(unit) or not settings.is_settings(path)


@given(PATHS)
def test_odd_names_are_not_passed_over(path: str) -> None:
    unit = Unit("1", Entry(path, "100644", ""), Kind.TEXT, Change.ADDED)
    said = list(_contents._name(unit, _contents._Folded(frozenset({path}), [path])))

    assert list(_contents._misread(unit)) == said


@given(st.frozensets(PATHS, max_size=8), st.sets(PATHS, max_size=3))
def test_other_spellings_are_found_as_if_all_names_were_folded(
    paths: frozenset[str], asked: set[str]
) -> None:
    every = {part for path in paths for part in _folders(path)}
    folded = _contents._Folded(paths, asked)

    for path in asked:
        alike = (
            sorted(
                {one for one in every if _contents._folded(one) == _contents._folded(part)} - {part}
            )
            for part in _folders(path)
        )
        assert folded.others(path) == next(filter(None, alike), [])


def _folders(path: str) -> list[str]:
    """Return a path and the folders above it, the deepest first."""
    found = []
    while path:
        found.append(path)
        path = re.sub(r"/?[^/]*\Z", "", path, count=1)
    return found
