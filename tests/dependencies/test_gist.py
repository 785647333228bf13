"""What may matter of a file is kept; whether it matters is told by the tree as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigate.domain.tree import Change, Entry, Kind
from aigate.examine import Means, examine
from aigate.material import read_units, reader
from aigate.recall import Memory
from aigate.registry import scanner
from aigate.scanners._dependencies.gist import Gist, gist, read
from aigate.workspace import git, sides
from aigate.workspace.cache import Place, open_cache
from aigate.workspace.units import Content, build_units
from tests.dependencies.look import PACKS

MANY = {f"many/{number}.py": f"x = {number}\n" for number in range(70)}
UNHEARD = "hopla_unheard_of"


def unit_of(path: str, text: str):
    (unit,) = build_units([Content(entry=Entry(path, "100644", "0" * 40), data=text.encode())])
    return unit


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.py", "", Gist()),
        (
            "a.py",
            "import os, flask as f\nfrom ℘ath.b import c\n",
            Gist(words={"flask", "℘ath"}),
        ),
        ("a.py", "x = 'ä'\nimport flask as f\n", Gist(words={"flask"})),
        ("a.py", "x = 'ä'\nimport \uff41s\n", Gist()),
        ("a.py", "import os\nos.system('pip install flask')\n", Gist(asks=True)),
        ("a.py", "# how to install pipes\n", Gist()),
        ("a.js", "import a from 'left-pad'\nrequire('@b/c/d')\n", Gist(words={"left-pad", "@b/c"})),
        ("a.ts", "import a from /* b */ 'left-pad'\n", Gist(words=None)),
        ("requirements.txt", "", Gist(asks=True)),
        ("Dockerfile", "RUN npm ci\n", Gist()),
        ("Dockerfile", "RUN npm install left-pad\n", Gist(asks=True)),
        ("a.txt", "import flask\n", Gist()),
    ],
)
def test_what_may_matter_comes_back_as_it_was_said(path, text, said):
    wanted = Gist(said.asks, None if said.words is None else frozenset(said.words))

    assert read(gist(unit_of(path, text))) == wanted


@pytest.fixture
def said(project, tmp_path: Path):
    """Return a function that tells what is said of the working tree, and of what it was read."""
    memory = Memory(open_cache(Place(str(tmp_path / "kept"), str(tmp_path / "state" / "key"))))

    def said(used: Memory = memory):
        tree = sides.working_tree(git.open_repository(str(project.root), environ=project.environ))
        judged = [(entry, Change.NONE) for entry in tree.entries]
        units, _ = read_units(tree, judged, (), used.cache)
        seen = examine(
            [scanner("dependencies")],
            units,
            paths=frozenset(entry.path for entry in tree.entries),
            exported="head",
            means=Means(
                scratch=lambda: str(tmp_path),
                packs=PACKS,
                read=reader(tree),
                entries=lambda: tree.entries,
                memory=used,
            ),
        )
        by_id = {unit.id: unit for unit in units}
        found = sorted((by_id[one.unit].path, one.rule, one.span) for one in seen.sightings)
        left = [u.path for u in units if u.kind is Kind.PYTHON and "text" in told(u)]
        return found, seen.gaps, left

    def told(unit) -> set[str]:
        """Return the fields that are there already."""
        held = type(unit).__dict__["text"]
        try:
            held.__get__(unit)
        except AttributeError:
            return set()
        return {"text"}

    def both():
        found, gaps, left = said()
        assert (found, gaps) == said(Memory())[:2]
        return [(path, rule) for path, rule, _ in found], left

    return both


def test_a_file_that_did_not_change_is_judged_by_what_changed_around_it(project, said):
    files = {
        **MANY,
        "app.py": f"import os\nimport {UNHEARD}\n",
        "web.js": "import a from 'hopla-unheard-of'\n",
        "requirements.txt": f"{UNHEARD}==1\n",
        "package.json": '{"dependencies": {"hopla-unheard-of": "1"}}\n',
    }
    project.commit(files)
    project.check_out()
    declared, _ = said()
    assert {path for path, _ in declared} <= {"requirements.txt", "package.json"}

    # Nothing but the manifests changes, and the files are what they were.
    (project.root / "requirements.txt").unlink()
    (project.root / "package.json").write_text("{}\n")
    now, left = said()
    assert {path for path, _ in now} == {"app.py", "web.js"}
    assert left == ["app.py"]
    assert said() == (now, left)

    # A module of the tree itself is none of anybody else's.
    (project.root / UNHEARD).mkdir()
    (project.root / UNHEARD / "__init__.py").touch()
    assert {path for path, _ in said()[0]} == {"web.js"}

    (project.root / "web.js").write_text("let a = 1\n")
    assert said() == ([], [f"{UNHEARD}/__init__.py"])
