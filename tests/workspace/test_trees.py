"""Trees are compared entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.tree import Change, Entry
from aigate.workspace import git
from aigate.workspace.trees import compare

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

EVIL = "import os\nos.system(x)\n"

entries = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["a", "b", "c/d"]),
        st.sampled_from(["100644", "120000"]),
        st.sampled_from(["1", "2"]),
    ),
    max_size=6,
).map(tuple)


@given(entries, entries)
def test_each_entry_of_the_head_is_judged_or_equal_to_one_of_the_reference(
    head: tuple[Entry, ...], reference: tuple[Entry, ...]
) -> None:
    found = compare(head, reference)

    assert len(found.judged) + found.unchanged == len(head)
    before = {(e.path, e.mode, e.blob) for e in reference}
    assert all((e.path, e.mode, e.blob) not in before for e, _ in found.judged)


@given(entries, entries)
def test_order_does_not_matter(head: tuple[Entry, ...], reference: tuple[Entry, ...]) -> None:
    assert compare(head, reference) == compare(head[::-1], reference[::-1])


@given(entries)
def test_without_a_reference_all_is_judged(head: tuple[Entry, ...]) -> None:
    assert [entry for entry, _ in compare(head, None).judged] == sorted(head)


def changes(bench: Workbench, reference: str, head: str) -> tuple[dict[str, Change], list[str]]:
    repository = bench.open()
    found = compare(git.tree_entries(repository, head), git.tree_entries(repository, reference))
    return {e.path: change for e, change in found.judged}, [e.path for e in found.removed]


def rename_and_edit(bench: Workbench) -> tuple[str, str, dict[str, Change], list[str]]:
    bench.write("old.py", "a = 1\n" * 50)
    first = bench.commit()
    bench.git("mv", "old.py", "new.py")
    bench.write("new.py", "a = 1\n" * 50 + EVIL)
    return first, bench.commit(), {"new.py": Change.ADDED}, ["old.py"]


def evil_merge(bench: Workbench) -> tuple[str, str, dict[str, Change], list[str]]:
    first = bench.commit({"a.py": ""})
    bench.git("checkout", "--quiet", "-b", "side")
    bench.commit({"b.py": ""})
    bench.git("checkout", "--quiet", "main")
    bench.commit({"c.py": ""})
    bench.git("merge", "--quiet", "--no-commit", "side")
    bench.write("evil.py", EVIL)
    judged = dict.fromkeys(("b.py", "c.py", "evil.py"), Change.ADDED)
    return first, bench.commit(), judged, []


def attribute(bench: Workbench) -> tuple[str, str, dict[str, Change], list[str]]:
    first = bench.commit({"a.py": "", ".gitattributes": "*.py -diff -text binary\n"})
    return first, bench.commit({"a.py": EVIL}), {"a.py": Change.MODIFIED}, []


def mode(bench: Workbench) -> tuple[str, str, dict[str, Change], list[str]]:
    first = bench.commit({"a.py": EVIL})
    (bench.root / "a.py").chmod(0o755)
    return first, bench.commit(), {"a.py": Change.MODIFIED}, []


def link_becomes_file(bench: Workbench) -> tuple[str, str, dict[str, Change], list[str]]:
    (bench.root / "a.py").symlink_to("b.py")
    first = bench.commit()
    (bench.root / "a.py").unlink()
    return first, bench.commit({"a.py": EVIL}), {"a.py": Change.MODIFIED}, []


def gitlink_moves(bench: Workbench) -> tuple[str, str, dict[str, Change], list[str]]:
    first = bench.graft(("160000", "sub", b"1" * 40))
    return first, bench.graft(("160000", "sub", b"2" * 40)), {"sub": Change.MODIFIED}, []


CASES = {
    "C-043-rename-and-edit": rename_and_edit,
    "C-044-evil-merge": evil_merge,
    "C-045-attribute": attribute,
    "C-046-mode": mode,
    "C-046-link-becomes-file": link_becomes_file,
    "C-047-gitlink-moves": gitlink_moves,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_nothing_hides_a_change(
    bench: Workbench, case: Callable[..., tuple[str, str, dict[str, Change], list[str]]]
) -> None:
    first, second, judged, removed = case(bench)

    assert changes(bench, first, second) == (judged, removed)
