"""Following data in other processes changes what it takes, and nothing that is said."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Entry, Kind, Unit
from aigate.flow.follow import follow
from aigate.flow.tables import load
from aigate.scanners import _flow_beside, _python_flow, python_flow
from aigate.scanners._flow_beside import Asked

PACKS = Path(__file__).parents[2] / "policies"
FILE = PACKS / "compiled/python-flow.json"
BAD = 'from flask import request\nimport os\né = request.args["q"]\nos.system("ls " + é)\n'
TEXTS = (
    BAD,
    BAD.replace("\n", "\r\n"),
    "import os\n",
    "",
    "from flask import request\nimport os\nos.system(request.args[\n",
    f"from flask import request\nimport os\nos.system({'-' * 5000}request.args)\n",
    f"{BAD}'\ud800 \udc00\x00\x85 \U0001f600'\n",
    f"{BAD}# \U0001f600 \ud800\udc00\n",
    "from flask import request\nname = request.args['a']\nopen('/srv/\U0001f600' + name)\n",
)


def target(jobs: int, texts: tuple[str, ...] = TEXTS, deadline: float = 60.0) -> Target:
    units = tuple(
        Unit(str(n), Entry(f"{n}.py", "100644", ""), Kind.PYTHON, text=text, file=f"{n:06}.py")
        for n, text in enumerate(texts)
    )
    return Target(
        units=units,
        paths=frozenset(),
        scratch="",
        exported="",
        packs=str(PACKS),
        jobs=jobs,
        deadline=deadline,
    )


def scan(asked: Target) -> tuple[Sighting | Gap, ...]:
    return tuple(python_flow.SCANNER.scan(asked))


@pytest.fixture
def is_always_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_python_flow, "_MUCH", 1)


@pytest.fixture
def another() -> Asked:
    return Asked(FILE, len(load(FILE.read_bytes()).rules), target(2))


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put another program in the place of the one that follows data."""
    file = tmp_path / "program.py"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(_flow_beside, "_PROGRAM", file)


@pytest.mark.usefixtures("is_always_worth_it")
def test_several_processes_say_the_same_in_the_same_order() -> None:
    alone = scan(target(1))

    assert {type(one) for one in alone} == {Sighting, Gap}
    assert scan(target(2)) == alone
    assert scan(target(4, TEXTS * 5)) == scan(target(1, TEXTS * 5))


def test_another_process_sees_what_this_one_sees(another: Asked) -> None:
    tables = load(FILE.read_bytes())

    assert another.ask(TEXTS) == [follow(text, tables) for text in TEXTS]
    assert another.ask(TEXTS[:1]) == [follow(BAD, tables)]
    assert another.ask([]) == []


def test_a_small_change_and_a_single_job_start_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_flow_beside, "Asked")

    assert scan(target(8))
    monkeypatch.setattr(_python_flow, "_MUCH", 1)
    assert scan(target(1)) == scan(target(0))


def test_the_same_text_is_too_deep_here_and_there() -> None:
    tables = load(FILE.read_bytes())
    texts = [
        f"from flask import request\nimport os\nos.system({'[x for x in ' * n}request.args{']' * n})\n"
        for n in range(20, 170, 5)
    ]
    follow(texts[-1], tables)

    def here(number: int) -> object:
        return follow(texts[number], tables)

    def compared() -> tuple[list[object], object]:
        asked = Asked(FILE, len(tables.rules), target(2))
        return _flow_beside.at_once(texts, here, lambda _, one: one, others=()), asked.ask(texts)

    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(_flow_beside._depth() + 300)
        mine, others = compared()
    finally:
        sys.setrecursionlimit(before)

    assert mine == others
    assert {one.code for one in mine} == {"", "too-deep"}


@pytest.mark.parametrize(
    "answer",
    [
        "sys.exit(3)",
        "os.kill(os.getpid(), 9)",
        "print('nonsense')",
        "print('[]')",
        "print('{}')",
        "print('[' * 100_000 + ']' * 100_000)",
        "print(json.dumps([['', []]] * (count + 1)))",
        "print(json.dumps([['fine', []]] * count))",
        "print(json.dumps([['', None]] * count))",
        "print(json.dumps([['', [[9999, 1, 0, 1, 1, None]]]] * count))",
        "print(json.dumps([['', [[-1, 1, 0, 1, 1, None]]]] * count))",
        "print(json.dumps([['', [[True, 1, 0, 1, 1, None]]]] * count))",
        "print(json.dumps([['', [[0, 1, 0, 1, None]]]] * count))",
        "print(json.dumps([['', [[0, 1, 0, 1, 1, ['a', 1]]]]] * count))",
        "print(json.dumps([['', [[0, 999, 0, 999, 1, None]]]] * count))",
        "print(json.dumps([['', [[0, 1, -5, 1, 1, None]]]] * count))",
        "print(json.dumps([['', [[0, 3, 0, 2, 1, None]]]] * count))",
    ],
)
@pytest.mark.usefixtures("is_always_worth_it")
def test_what_is_no_answer_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    expected = scan(target(1))
    program = (
        "import json, os, sys\n"
        "for line in sys.stdin.buffer:\n"
        "    sizes = json.loads(line); count = len(sizes); sys.stdin.buffer.read(sum(sizes))\n"
        f"    {answer}\n"
        "    sys.stdout.flush()\n"
    )
    stand_in(tmp_path, monkeypatch, program)

    assert scan(target(2)) == expected


@pytest.mark.usefixtures("is_always_worth_it")
def test_a_program_that_hangs_or_cannot_start_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = scan(target(1))
    stand_in(tmp_path, monkeypatch, "import time; time.sleep(60)")

    assert scan(target(2, deadline=0.3)) == expected
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert scan(target(2)) == expected


def test_a_program_that_is_killed_half_way_leaves_the_rest_to_this_process(another: Asked) -> None:
    tables = load(FILE.read_bytes())
    texts = TEXTS * 10
    done: list[int] = []

    def here(number: int) -> object:
        done.append(number)
        if len(done) == 5:
            os.killpg(another._program._child.pid, signal.SIGKILL)
        return follow(texts[number], tables)

    said = _flow_beside.at_once(texts, here, lambda _, one: one, others=[another])

    assert said == [follow(text, tables) for text in texts]


def test_whoever_is_interrupted_leaves_no_process_behind(another: Asked) -> None:
    texts = TEXTS * 10

    def here(_number: int) -> object:
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        _flow_beside.at_once(texts, here, lambda _, one: one, others=[another])

    assert threading.active_count() == before
    # It would wait for questions, and end in another way when nobody holds it.
    assert another._program._child.wait(timeout=5) == -signal.SIGKILL


def test_nothing_of_the_working_directory_or_of_the_caller_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "ast", "aigate", "usercustomize", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    tables = load(FILE.read_bytes())

    asked = Asked(FILE, len(tables.rules), target(2))

    assert asked.ask([BAD]) == [follow(BAD, tables)]
