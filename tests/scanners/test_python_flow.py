"""Our own data flow as a scanner: what it says, and what it could not look at."""

from pathlib import Path

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import Span
from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners import python_flow

ROOT = Path(__file__).parents[2]


def scan(text, packs=ROOT / "policies"):
    unit = Unit("1", Entry("a.py", "100644", ""), Kind.PYTHON, text=text, file="000001.py")
    target = Target(
        units=(unit,), paths=frozenset(), scratch="", exported="", packs=str(packs), jobs=1
    )
    return tuple(python_flow.SCANNER.scan(target))


def test_a_finding_names_the_argument_and_where_the_data_comes_from():
    text = 'from flask import request\nimport os\né = request.args["q"]\nos.system("ls " + é)\n'

    sighting, _ = scan(text)

    assert isinstance(sighting, Sighting)
    assert sighting.rule == "python-command-injection"
    assert sighting.span == Span(4, 11, 4, 20)
    assert sighting.message.endswith("it comes from `request.args` in line 3")


def test_two_runs_say_the_same_in_the_same_order():
    text = "from flask import request\nimport os\n" + "os.system(request.args['q'])\n" * 5

    assert scan(text) == scan(text)
    assert [one.span.line for one in scan(text)] == [3, 4, 5, 6, 7]


def test_what_cannot_be_followed_is_a_gap_and_what_does_not_parse_is_left_to_bandit():
    head = "from flask import request\nimport os\n"

    (gap,) = scan(f"{head}os.system({'-' * 5000}request.args)\n")

    assert isinstance(gap, Gap)
    assert (gap.subject, gap.code) == ("a.py", "too-deep")
    assert scan(f"{head}os.system(request.args\n") == ()


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"rules": 3}'])
def test_a_pack_that_cannot_be_read_is_a_gap(tmp_path, content):
    if content is not None:
        (tmp_path / "compiled").mkdir()
        (tmp_path / "compiled/python-flow.json").write_bytes(content)

    (gap,) = scan("eval(input())", tmp_path)

    assert isinstance(gap, Gap)
    assert gap.code == "rule-invalid"
