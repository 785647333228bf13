"""The commands about policies, run as a person runs them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aigate.cli.main import main
from aigate.cli.packs import from_disk, read_pack
from aigate.documents.policy import read_policy
from aigate.registry import requirement_kinds

ONE = "version: 1\nname: ours\nextends: aigate:default\n"
Run = Callable[..., tuple[int, str, str]]
Write = Callable[[str, str], None]
DOCS = Path(__file__).parents[2] / "docs" / "policy.md"


@pytest.fixture
def aigate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in a folder and return its exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["-C", str(tmp_path), *arguments])
        captured = capfd.readouterr()
        return end.value.code, captured.out, captured.err

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> None:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write_file


def test_check_says_that_a_policy_is_in_order(aigate: Run, write: Write) -> None:
    write(".aigate/policy.yaml", ONE)

    assert aigate("policy", "check") == (
        0,
        ".aigate/policy.yaml: `ours` is in order, 18 requirements\n",
        "",
    )


def test_check_tells_all_mistakes_of_all_files_and_ends_with_2(aigate: Run, write: Write) -> None:
    write("a.yaml", ONE + "mod: advisory\n")
    write("b.yaml", ONE + "rules: no\n")

    code, out, err = aigate("policy", "check", "a.yaml", "aigate:strict", "b.yaml")
    assert (code, out) == (2, "aigate:strict: `strict` is in order, 20 requirements\n")
    assert err.splitlines() == [
        "error: a.yaml:4:1: unknown field `mod` (did you mean `mode`?)",
        "b.yaml:4:8: YAML reads `no` as yes or no: write it in quotes",
    ]


def test_check_warns_of_names_that_nobody_knows(aigate: Run, write: Write) -> None:
    write(
        "a.yaml",
        "version: 1\nname: a\nscanners: {required: [semgrpe]}\nrequirements:\n"
        "  - {id: a, action: joint, match: {rule: [inline-supression, bandit/B1*, inline-*]}}\n"
        "  - {id: b, action: note, unless: {scanner: secret}}\n",
    )

    code, _, err = aigate("policy", "check", "a.yaml")
    assert (code, err.splitlines()) == (
        0,
        [
            (
                "warning: no scanner is called `semgrpe` (did you mean `semgrep`?):"
                " every verdict will be incomplete"
            ),
            (
                "warning: a.yaml:5: no rule is called `inline-supression`"
                " (did you mean `inline-suppression`?)"
            ),
            "warning: a.yaml:6: no scanner is called `secret` (did you mean `secrets`?)",
        ],
    )


def test_check_without_a_policy_ends_with_2(aigate: Run) -> None:
    code, _, err = aigate("policy", "check")

    assert code == 2
    assert "there is no `.aigate/policy.yaml` here\nhint: " in err


@pytest.mark.parametrize("name", ["policy.yml", "Policy.yaml"], ids=lambda name: f"C-010-{name}")
def test_a_second_candidate_for_the_policy_ends_with_2(
    aigate: Run, write: Write, name: str
) -> None:
    write(".aigate/policy.yaml", ONE)
    write(f".aigate/{name}", ONE)

    assert aigate("policy", "check")[0] == 2


def test_a_link_is_not_followed(aigate: Run, write: Write, tmp_path: Path) -> None:
    write("outside/secret.yaml", "version: 1\nname: s\nrequirements: [{id: a, action: note}]\n")
    write(".aigate/policy.yaml", "version: 1\nname: ours\nextends: [base.yaml, in/secret.yaml]\n")
    (tmp_path / ".aigate/base.yaml").symlink_to(tmp_path / "outside/secret.yaml")
    (tmp_path / ".aigate/in").symlink_to(tmp_path / "outside")

    code, _, err = aigate("policy", "check")
    assert (code, err.count("links are not followed")) == (2, 2)


def test_a_folder_or_a_huge_file_is_no_policy(aigate: Run, write: Write, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    write("huge.yaml", "#" * 10_000_000)

    assert "there is no regular file `folder.yaml`" in aigate("policy", "check", "folder.yaml")[2]
    assert "larger than 64 KiB" in aigate("policy", "check", "huge.yaml")[2]


@pytest.mark.parametrize("pack", ["default", "strict", "advisory"])
def test_show_prints_a_policy_that_reads_back_as_the_same(
    aigate: Run, write: Write, tmp_path: Path, pack: str
) -> None:
    write(
        ".aigate/policy.yaml",
        f"version: 1\nname: ours\nextends: aigate:{pack}\n"
        'owners: {developer: "@dev: #1", paths: [{paths: a/, severity: high, security: "1e3"}]}\n'
        "scope: {exclude: [{paths: [vendor/], reason: 'not ours: \"yes\"'}]}\n"
        "rules: [own.yaml]\n",
    )
    code, out, _ = aigate("policy", "show")
    write(".aigate/shown.yaml", out.replace(".aigate/own.yaml", "own.yaml"))

    kinds = requirement_kinds()
    load = from_disk(tmp_path, ".aigate/policy.yaml")
    before = read_policy(".aigate/policy.yaml", load, kinds)
    after = read_policy(".aigate/shown.yaml", load, kinds)
    assert code == 0
    assert (after.requirements, after.seats, after.exclusions, after.rule_files) == (
        before.requirements,
        before.seats,
        before.exclusions,
        before.rule_files,
    )
    assert (after.mode, after.acceptance, after.protected_branches, after.required_scanners) == (
        before.mode,
        before.acceptance,
        before.protected_branches,
        before.required_scanners,
    )


def test_show_tells_where_each_requirement_comes_from(aigate: Run, write: Write) -> None:
    write(".aigate/policy.yaml", ONE + "requirements:\n  - {id: new-low, action: warn}\n")

    assert "# .aigate/policy.yaml:5\n  - id: new-low\n" in aigate("policy", "show")[1]
    assert "# aigate:default:" in aigate("policy", "show")[1]
    found = json.loads(aigate("policy", "show", "--format", "json")[1])
    assert found["requirements"][-1] == {
        "id": "new-low",
        "action": "warn",
        "source": ".aigate/policy.yaml:5",
    }


def test_show_without_a_policy_shows_the_default(aigate: Run) -> None:
    default = read_policy("aigate:default", read_pack, requirement_kinds())
    found = json.loads(aigate("policy", "show", "--format", "json")[1])

    assert (found["name"], found["digest"]) == ("default", default.digest)


CASES = """\
version: 1
cases:
  - name: critical
    finding: {severity: critical, path: src/a.py}
    expect: joint
    requirement: new-critical
    fix-within: 7 days
  - name: low
    finding: {severity: low}
    expect: %s
"""


def test_test_ends_with_0_if_all_cases_hold_and_with_1_if_not(aigate: Run, write: Write) -> None:
    write("good.yaml", CASES % "note")
    write("bad.yaml", CASES % "warn")

    code, out, _ = aigate("policy", "test", "good.yaml")
    assert (code, out.splitlines()[-1]) == (0, "2 of 2 cases hold for `default`")
    code, out, _ = aigate("policy", "test", "bad.yaml")
    assert code == 1
    assert "FAIL low: expected `warn`, got `note` from `new-low`\n" in out


def test_test_uses_the_policy_that_the_file_names_relative_to_itself(
    aigate: Run, write: Write
) -> None:
    write("p/ours.yaml", ONE + "requirements: [{id: new-low, action: joint}]\n")
    write("p/cases.yaml", CASES.replace("cases:", "policy: ours.yaml\ncases:", 1) % "joint")

    assert aigate("policy", "test", "p/cases.yaml")[0] == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1\ncases: []\n", "an empty list says nothing"),
        (CASES % "block", "`block` is not one of the choices"),
        ("version: 3\ncases: [{name: a, finding: {severity: low}, expect: note}]\n", "version 1"),
    ],
)
def test_mistakes_in_the_cases_end_with_2(aigate: Run, write: Write, text: str, told: str) -> None:
    write("cases.yaml", text)
    code, _, err = aigate("policy", "test", "cases.yaml")

    assert code == 2
    assert told in err


def test_a_missing_file_of_cases_ends_with_2(aigate: Run) -> None:
    assert aigate("policy", "test", "gone.yaml")[0] == 2


def _examples() -> Iterator[tuple[str, str]]:
    """Yield name and text of each YAML example of the guide; its first line is its file name."""
    for block in re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL):
        name = re.match(r"# (\S+\.yaml)\n", block)
        assert name, block
        yield name[1], block


def test_the_examples_of_the_guide_are_in_order(aigate: Run, write: Write) -> None:
    examples = list(_examples())
    for name, text in examples:
        write(name, text)

    for name, text in examples:
        command = "test" if "\ncases:" in text else "check"
        assert aigate("policy", command, name)[0] == 0, name


def test_the_mistakes_in_the_guide_are_what_is_printed(aigate: Run, write: Write) -> None:
    (wrong, told) = re.search(
        r"```text\n# wrong.yaml\n(.*?)```.*?```text\n(error: .*?)```", DOCS.read_text(), re.DOTALL
    ).groups()
    write("wrong.yaml", wrong)

    assert aigate("policy", "check", "wrong.yaml")[2] == told
