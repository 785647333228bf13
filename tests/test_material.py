"""What is judged is read, and what is too large to be read says how large it is."""

from __future__ import annotations

import pytest

from aigate.domain.tree import Change
from aigate.material import read_units
from aigate.workspace import git, sides


@pytest.mark.parametrize("side", ["commit", "index", "working tree"])
def test_a_file_that_is_too_large_says_its_size_wherever_it_is(project, side) -> None:
    head = project.commit({"huge.bin": bytes(sides.LARGEST + 1)})
    project.git("reset", "--quiet", "--hard", head)
    repository = git.open_repository(str(project.root), environ=project.environ)
    trees = {
        "commit": lambda: sides.commit_tree(repository, head),
        "index": lambda: sides.index_tree(repository),
        "working tree": lambda: sides.working_tree(repository),
    }
    tree = trees[side]()

    units, gaps = read_units(tree, [(entry, Change.ADDED) for entry in tree.entries], ())

    assert [(u.path, u.entry.size, u.notes) for u in units] == [
        ("huge.bin", sides.LARGEST + 1, ("too-large",))
    ]
    assert gaps == ()
