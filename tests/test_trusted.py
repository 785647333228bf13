"""What decides comes from the reference, the installation and the caller, and is whole."""

from __future__ import annotations

from shutil import copytree, ignore_patterns

import pytest

from aigate import __version__
from aigate.cli.packs import packs_folder
from aigate.domain.policy import Policy
from aigate.domain.tree import Entry
from aigate.errors import DocumentError, IntegrityError, UsageError
from aigate.trusted import read_policy_of, read_trusted, target_branch
from aigate.workspace.git import open_repository

PACKS = str(packs_folder())
POLICY = "version: 1\nname: ours\nextends: [aigate:default]\n"
RULES = "rules:\n- id: x\n  languages: [python]\n  severity: ERROR\n  message: m\n  pattern: f()\n"


def reference(files, mode="100644"):
    texts = {path: text.encode() for path, text in files.items()}
    entries = tuple(Entry(path, mode, path) for path in sorted(texts))
    return entries, lambda entry: texts[entry.path]


def read(files, **options):
    return read_trusted(*reference(files), packs=PACKS, **options)


def test_without_a_policy_the_default_pack_decides():
    trusted = read({"app.py": "x = 1\n"})

    assert trusted.policy.name == "default"
    assert trusted.owners_of("app.py") == ()
    assert {"python-sql-injection", "bandit/B602", "bidirectional-text"} <= trusted.catalogue.keys()


def test_the_policy_of_the_reference_decides_and_one_of_the_caller_before_it():
    files = {".aigate/policy.yaml": POLICY}
    mine = {"mine.yaml": POLICY.replace("ours", "mine").encode()}

    assert read(files).policy.name == "ours"
    assert read(files, policy_file="mine.yaml", from_caller=mine.get).policy.name == "mine"
    assert read_policy_of(*reference(files), packs=PACKS).name == "ours"


@pytest.mark.parametrize("data", [b"", b"{", b"[]"])
def test_damage_of_what_is_known_of_the_policies_is_told(data, tmp_path):
    copytree(PACKS, tmp_path / "packs", ignore=ignore_patterns("rules", "schemas"))
    (tmp_path / "packs" / "compiled" / "policies.json").write_bytes(data)

    with pytest.raises(IntegrityError, match=r"compiled/policies\.json"):
        read_trusted(*reference({}), packs=str(tmp_path / "packs"))


def test_a_policy_of_the_caller_that_is_not_there_is_never_replaced_by_another():
    with pytest.raises(UsageError, match=r"policy file `mine\.yaml` cannot be read"):
        read({".aigate/policy.yaml": POLICY}, policy_file="mine.yaml")


def test_two_candidates_for_the_policy_decide_nothing():
    with pytest.raises(UsageError):
        read({".aigate/policy.yaml": POLICY, ".aigate/policy.yml": POLICY})


def test_a_policy_that_is_a_link_is_not_followed():
    entries, load = reference({".aigate/policy.yaml": POLICY}, mode="120000")

    with pytest.raises(UsageError):
        read_trusted(entries, load, packs=PACKS)


def test_owners_come_from_the_first_place_that_has_them():
    files = {"CODEOWNERS": "* @top\n", ".github/CODEOWNERS": "* @host\n"}

    assert read(files).owners_of("app.py") == ("@host",)
    assert read({"CODEOWNERS": "* @top\n"}).owners_of("app.py") == ("@top",)


@pytest.mark.parametrize(
    ("wanted", "refused"), [(__version__, False), ("0.0.1", False), ("99.0.0", True)]
)
def test_a_policy_may_ask_for_a_newer_gate(wanted, refused):
    files = {".aigate/policy.yaml": f'{POLICY}min-gate-version: "{wanted}"\n'}

    if refused:
        with pytest.raises(IntegrityError) as caught:
            read(files)
        assert caught.value.code == "gate-too-old"
    else:
        assert read(files).policy.min_gate_version == wanted


def test_rule_files_are_read_from_the_reference_and_count_in_the_digest():
    policy = f"{POLICY}rules: [r.yaml]\n"
    one = read({".aigate/policy.yaml": policy, ".aigate/r.yaml": RULES})
    other = read({".aigate/policy.yaml": policy, ".aigate/r.yaml": RULES.replace("f()", "g()")})

    assert one.rule_texts == ((".aigate/r.yaml", RULES.encode()),)
    assert len({one.rules_digest, other.rules_digest, read({}).rules_digest}) == 3


@pytest.mark.parametrize("text", [None, "", "rules: []\n"], ids=["missing", "empty", "no-rules"])
def test_a_rule_file_that_asks_nothing_is_refused(text):
    files = {".aigate/policy.yaml": f"{POLICY}rules: [r.yaml]\n"}
    files |= {} if text is None else {".aigate/r.yaml": text}

    with pytest.raises(UsageError) as caught:
        read(files)
    assert caught.value.code in {"rule-file-missing", "rule-file-empty"}


def test_mistakes_name_the_file_of_the_reference():
    with pytest.raises(DocumentError, match=r"^\.aigate/policy\.yaml:4:1: "):
        read({".aigate/policy.yaml": f"{POLICY}mod: advisory\n"})


@pytest.mark.parametrize("branch", ["main", "master", "trunk"])
def test_a_change_is_meant_for_a_protected_branch_that_is_here(project, branch):
    project.commit({"README.md": "hello\n"}, branch=branch)
    project.git("symbolic-ref", "HEAD", "refs/heads/topic")
    opened = open_repository(str(project.root), environ=project.environ)

    target = target_branch(
        "", opened, Policy(name="p", protected_branches=("main", "master", "trunk"))
    )

    assert target == branch
