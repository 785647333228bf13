"""Asking for objects through one program that stays."""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.errors import IncompleteError
from aigate.workspace import git, objects
from aigate.workspace.objects import Object, Objects

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench


def loose(bench: Workbench, name: str) -> Path:
    return bench.root / ".git" / "objects" / name[:2] / name[2:]


def damage(bench: Workbench, name: str) -> None:
    file = loose(bench, name)
    file.chmod(0o644)
    file.write_bytes(b"no object")


def blob(bench: Workbench, data: bytes) -> str:
    return bench.git("hash-object", "-w", "--stdin", feed=data)


def test_all_questions_go_to_one_program(bench: Workbench) -> None:
    commit = bench.commit({"a.py": "a = 1\n", "b/c.py": ""})
    repository = bench.open()
    assert git.head_commit(repository) == commit
    first = dict(repository.objects._dialogues)

    assert git.resolve(repository, "main") == commit
    assert git.commit_facts(repository, commit).message == "a change\n"
    found = repository.objects.read([f"{commit}:a.py", f"{commit}:b/c.py"])
    assert [one.data for one in found if one] == [b"a = 1\n", b""]
    assert repository.objects._dialogues == first


def test_each_name_has_its_answer_and_what_is_not_here_has_none(bench: Workbench) -> None:
    commit = bench.commit({"a.py": "a = 1\n", "with a space": "b"})
    text, spaced = blob(bench, b"a = 1\n"), blob(bench, b"b")
    names = [
        *("f" * 40, f"{commit}:a.py", "", " ", "x\ny", "main\0", "main^{tree} 3", "--all"),
        *(f"{commit}:with a space", f"{commit}:none", "main\ncontents main", text, text),
        *(f"{commit}:a.py\r", "main\r", "main\0info main"),
    ]

    answers = bench.open().objects.look(names)

    assert answers == [
        *(None, Object(text, "blob", 6), None, None, None, None, None, None),
        *(Object(spaced, "blob", 1), None, None, *2 * [Object(text, "blob", 6)]),
        *(None, None, None),
    ]


def test_a_path_that_ends_with_a_carriage_return_is_another_path(bench: Workbench) -> None:
    commit = bench.commit({"a.py": "a = 1\n", "a.py\r": "b"})

    answers = bench.open().objects.look([f"{commit}:a.py\r"])

    assert answers == [Object(blob(bench, b"b"), "blob", 1)]


def test_bytes_that_look_like_answers_are_only_bytes(bench: Workbench) -> None:
    texts = [b"%s blob 3\nabc\n" % (b"e" * 40), b"x missing\n", b"", b"\n", b"flush\ninfo HEAD\n"]
    names = [blob(bench, text) for text in texts]

    assert [one and one.data for one in bench.open().objects.read(names)] == texts


def test_more_than_pipes_hold_goes_both_ways(bench: Workbench) -> None:
    large = os.urandom(3_000_000)
    names = [blob(bench, large), *4_000 * [blob(bench, b"a")]]
    bench.commit()

    answers = bench.open().objects.read(names)

    assert answers[0] == Object(names[0], "blob", len(large), large)
    assert answers[1:] == 4_000 * [Object(names[1], "blob", 1, b"a")]


def test_objects_that_git_ends_at_are_missing_and_all_others_are_answered(bench: Workbench) -> None:
    names = [blob(bench, text) for text in (b"a", b"b", b"c", b"d", b"e")]
    damage(bench, names[1])
    damage(bench, names[4])
    # Whole as far as its head goes, and cut after that.
    cut = zlib.compress(b"blob 100000\0" + os.urandom(100_000))
    loose(bench, names[2]).chmod(0o644)
    loose(bench, names[2]).write_bytes(cut[: len(cut) // 2])

    answers = bench.open().objects.read(names)

    assert [one and one.data for one in answers] == [b"a", None, None, b"d", None]


def test_a_program_that_was_killed_is_started_again(bench: Workbench) -> None:
    commit = bench.commit({"a.py": ""})
    repository = bench.open()
    assert git.head_commit(repository) == commit
    (dialogue,) = repository.objects._dialogues.values()
    os.kill(dialogue._child.pid, 9)
    dialogue._child.wait(10)

    answers = repository.objects.look(["HEAD", "main", "none"])

    assert [one and one.id for one in answers] == [commit, commit, None]


def test_a_program_ends_with_the_repository(bench: Workbench) -> None:
    bench.commit({"a.py": ""})
    repository = bench.open()
    git.head_commit(repository)
    (dialogue,) = repository.objects._dialogues.values()
    child = dialogue._child

    del repository, dialogue

    assert child.returncode == -9


def test_after_much_was_read_nothing_of_it_is_kept(bench: Workbench) -> None:
    name = blob(bench, bytes(objects._MOST_REMEMBERED + 1))
    repository = bench.open()

    assert len(next(git.read_blobs(repository, [name], limit=50_000_000)).data) > 16_000_000
    assert repository.objects._dialogues == {}


def test_threads_and_copies_of_the_process_get_their_own_answers(bench: Workbench) -> None:
    texts = [b"%d" % number * 50_000 for number in range(8)]
    names = [blob(bench, text) for text in texts]
    repository = bench.open()
    wrong: list[str] = []

    def read(number: int) -> None:
        for _ in range(5):
            (one,) = repository.objects.read([names[number]])
            if one is None or one.data != texts[number]:
                wrong.append(names[number])

    read(0)
    child = os.fork()
    if child == 0:
        read(1)
        # Its end must not be that of the program it has not started.
        for dialogue in repository.objects._dialogues.values():
            dialogue.close()
        os._exit(len(wrong))
    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exec sleep 60", "still running after"),
        ("echo 'error: unknown option `batch-command'\\' >&2; exit 129", "unknown option"),
    ],
    ids=["silent", "too-old"],
)
def test_c_147_a_git_that_does_not_answer_is_incomplete(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_git: Callable[[str], git.Git],
    text: str,
    said: str,
) -> None:
    monkeypatch.setattr(objects, "PATIENCE", 0.2)
    asked = Objects(make_git(text), [], cwd=str(tmp_path))
    begun = time.monotonic()

    with pytest.raises(IncompleteError, match=said):
        asked.look(["HEAD"])
    assert time.monotonic() - begun < 10


def test_a_git_that_cannot_be_started_is_incomplete(tmp_path: Path) -> None:
    nowhere = Objects(git.Git("/nowhere/git", {}), [], cwd=str(tmp_path))

    with pytest.raises(IncompleteError, match="cannot be started"):
        nowhere.look(["HEAD"])


@pytest.fixture
def make_git(tmp_path: Path) -> Callable[[str], git.Git]:
    def make(text: str) -> git.Git:
        program = tmp_path / "git"
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return git.Git(str(program), {"PATH": os.environ["PATH"]})

    return make
