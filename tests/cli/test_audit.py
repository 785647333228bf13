"""`aigate audit` on real histories: merges, rebases and squashes of branches that add records."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aigate.domain.accountability import Binding, Role, StatementKind, Terms
from aigate.domain.severity import Severity
from aigate.ledger import dsse, statements, store
from aigate.ledger import verdict as verdict_statements
from aigate.ledger.dsse import canonical

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC).replace(microsecond=0)
CORPUS = Path(__file__).parents[1] / "corpus" / "registry" / "generate.py"


def _load():
    name = "registry_corpus"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, CORPUS)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


made = _load()
ROOT = made.first(expires="2090-01-01T00:00:00Z")
BOTH = ("ada", "grace")


class History:
    """A repository with a registry of two people, and branches that add what they sign."""

    def __init__(self, project):
        self.project = project
        self.verdicts = project.home / "verdicts"
        self.verdicts.mkdir()
        self.count = 0
        self.commit({"a.py": "x = 1\n"})
        self.start = self.commit(made.one(ROOT))
        self.pin = made.digest(ROOT)

    def git(self, *arguments):
        date = f"{int(NOW.timestamp())} +0000"
        return self.project.git(*arguments, GIT_COMMITTER_DATE=date, GIT_AUTHOR_DATE=date)

    def commit(self, files, message="a change", author="Dev <dev@example.com>"):
        for path, data in files.items():
            file = self.project.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data.encode() if isinstance(data, str) else data)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--author", author, "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name, files, base="main"):
        """Make a branch with one commit, and go back to main."""
        self.git("checkout", "--quiet", "-b", name, base)
        self.commit(files)
        self.git("checkout", "--quiet", "main")

    def audit(self, *arguments, start="", decided=True):
        if decided:
            self.decide(start or self.start)
        given = ("--range", f"{start or self.start}..main", "--verdicts", str(self.verdicts))
        seen = self.project.run(
            "audit", *given, "--trust-root", self.pin, "--format", "json", *arguments
        )
        found = [one["code"] for one in seen.report["findings"]] if seen.out else seen.text
        assert not seen.out or seen.report["exit_code"] == seen.code
        return seen.code, found

    def decide(self, start):
        """Write decisions as another version of the gate would, for each commit that has none."""
        listed = self.git("rev-list", "--first-parent", f"{start}..main").split()
        for commit in listed:
            file = self.verdicts / f"{commit}.json"
            if not file.exists():
                file.write_text(json.dumps(self.decision(commit)))

    def decision(self, commit):
        parent = self.git("rev-parse", f"{commit}^1")
        paths = self.git("ls-tree", "-r", "--name-only", commit, store.FOLDER).split()
        roots = self.git("ls-tree", "-r", "--name-only", parent, ".aigate/trust").split()
        newest = self.git("show", f"{parent}:{max(roots)}") if roots else ""
        payload = base64.b64decode(json.loads(newest)["payload"]) if newest else b""
        return {
            "schema": "aigate-decision/1",
            "decision": "pass",
            "exit_code": 0,
            "nonce": "0" * 32,
            "decided": NOW.isoformat(),
            "repository": {"name": "", "id": ""},
            "reference": parent,
            "head": commit,
            "tree": self.git("rev-parse", f"{commit}^{{tree}}"),
            "digests": {
                "policy": "0" * 64,
                "rules": "0" * 64,
                "registry": hashlib.sha256(payload).hexdigest() if payload else "",
                "ledger": hashlib.sha256("\n".join(sorted(paths)).encode()).hexdigest()
                if paths
                else "",
            },
            "gate": "0.0.0",
            "scanners": {},
            "coverage": {"in_scope": 1, "scanned": 1, "excluded": 0, "unscannable": 0},
            "blocking": 0,
            "gaps": 0,
            "reason_codes": [],
        }


@pytest.fixture
def history(project):
    return History(project)


def terms(number=1, root=ROOT, **changed):
    binding = Binding(
        fingerprint=f"{number:032x}",
        rule="r",
        rule_digest="1" * 64,
        severity=Severity.HIGH,
        path="a.py",
        match="2" * 64,
        context="3" * 64,
        scope="f",
    )
    facts = {
        "kind": StatementKind.ACCEPT,
        "ledger_id": made.LEDGER,
        "repository_id": "github:1",
        "branch": "main",
        "bindings": (binding,),
        "reason_code": "x",
        "reason": f"reason {number}",
        "control": "",
        "developer": "ada",
        "security": "grace",
        "expires_at": NOW + timedelta(days=60),
        "policy_digest": "4" * 64,
        "registry_version": root["version"],
        "registry_digest": made.digest(root),
    }
    return statements.with_raw(Terms(**(facts | changed)))


def signed(said, person, role, key=""):
    """Return the file of a statement, signed with the key of that name."""
    saying = statements.Saying(
        as_role=role, person=person, parents=(), nonce="0" * 32, claimed_at=NOW
    )
    payload = statements.encode(said, saying)
    name = key or person
    armor = made.signature(dsse.pae(payload), name)
    data = dsse.encode(payload, (dsse.Signature(made.public(name).fingerprint, armor),))
    return {store.path_of(hashlib.sha256(payload).hexdigest()): data}


def pair(said):
    return signed(said, "ada", Role.DEVELOPER) | signed(said, "grace", Role.SECURITY)


def test_a_history_in_order_has_no_findings_whatever_its_commits_are_called(history) -> None:
    history.commit(pair(terms(1)))
    history.commit({"a.py": "x = 2\n"}, message="change [skip ci]")

    assert history.audit() == (0, [])


def test_c_131_parallel_branches_that_add_records_merge_rebase_and_squash(history) -> None:
    history.branch("one", pair(terms(1)))
    history.branch("two", pair(terms(2)))
    history.branch("three", pair(terms(3)))
    history.branch("four", pair(terms(4)) | {"b.py": "y = 1\n"})
    history.git("merge", "--quiet", "--no-ff", "--no-edit", "one")
    history.git("merge", "--quiet", "--no-ff", "--no-edit", "two")
    history.git("rebase", "--quiet", "main", "three")
    history.git("checkout", "--quiet", "main")
    history.git("merge", "--quiet", "--ff-only", "three")
    history.git("merge", "--quiet", "--squash", "four")
    history.commit({})

    assert history.audit() == (0, [])
    names = history.git("ls-tree", "-r", "--name-only", "main", store.FOLDER).split()
    assert len(names) == 8


def test_c_131_an_octopus_of_all_branches_is_their_union(history) -> None:
    for number in (1, 2, 3):
        history.branch(f"b{number}", pair(terms(number)))
    history.git("merge", "--quiet", "--no-ff", "--no-edit", "b1", "b2", "b3")

    assert history.audit() == (0, [])


def test_c_006_c_061_what_has_no_decision_is_listed_as_undecided(history) -> None:
    history.commit({"a.py": "x = 2\n"}, message="[skip ci]")
    history.branch("one", {"b.py": "y = 1\n"})
    history.git("merge", "--quiet", "--no-ff", "--no-edit", "one")

    assert history.audit(decided=False) == (1, ["undecided", "undecided"])


def test_a_merge_is_decided_once_and_not_by_the_decision_about_its_branch(history) -> None:
    history.branch("one", {"b.py": "y = 1\n"})
    tip = history.git("rev-parse", "one")
    (history.verdicts / f"{tip}.json").write_text(json.dumps(history.decision(tip)))
    history.git("merge", "--quiet", "--no-ff", "--no-edit", "one")

    assert history.audit(decided=False) == (1, ["undecided"])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"decision": "fail", "exit_code": 1, "blocking": 1}, (1, ["not-passed"])),
        ({"decision": "advisory-fail", "blocking": 1}, (1, ["not-passed"])),
        ({"reference": "0" * 40}, (4, ["verdict-mismatch"])),
        ({"head": "0" * 40}, (4, ["verdict-mismatch"])),
        ({"tree": "0" * 40}, (4, ["verdict-mismatch"])),
        ({"blocking": 1}, (4, ["verdict-mismatch"])),
        ({"gate": 1}, (4, ["verdict-mismatch"])),
    ],
    ids=["fail", "advisory", "C-054-reference", "C-054-head", "C-054-tree", "lie", "form"],
)
def test_a_decision_about_something_else_or_no_pass_is_found(history, changed, expected) -> None:
    commit = history.commit({"a.py": "x = 2\n"})
    file = history.verdicts / f"{commit}.json"
    file.write_text(json.dumps(history.decision(commit) | changed))

    assert history.audit() == expected


def test_c_110_c_111_a_record_that_is_changed_or_removed_is_found_also_when_put_back(
    history,
) -> None:
    files = pair(terms(1))
    history.commit(files)
    path = next(iter(files))
    history.commit({path: b"{}\n"})
    history.commit(files)
    (history.project.root / path).unlink()
    history.commit({})

    code, found = history.audit()

    assert code == 4
    assert {"ledger-changed", "ledger-removed"} <= set(found)


def test_c_111_a_merge_that_drops_what_its_branch_recorded_is_found(history) -> None:
    history.branch("one", pair(terms(1)))
    history.git("merge", "--quiet", "--no-ff", "--strategy=ours", "--no-edit", "one")

    assert history.audit() == (4, ["ledger-removed"])


def test_a_record_that_does_not_verify_or_is_none_is_found(history) -> None:
    path, data = next(iter(signed(terms(1), "ada", Role.DEVELOPER).items()))
    body = json.loads(data)
    other = signed(terms(2), "ada", Role.DEVELOPER)
    body["signatures"] = json.loads(next(iter(other.values())))["signatures"]
    history.commit({path: canonical(body)})

    code, found = history.audit()

    assert (code, len(found)) == (4, 1)
    assert found[0].startswith("signature")


def test_a_stray_file_in_the_ledger_is_found(history) -> None:
    history.commit({f"{store.FOLDER}/notes.txt": "hello\n"})

    code, found = history.audit(decided=False)

    assert code == 4
    assert "ledger-name" in found


def test_c_117_c_128_statements_that_may_not_appear_are_found(history) -> None:
    robot = made.person("robot", kind="automation", answers="ada")
    second = made.following(ROOT, people=[*made.people(), robot])
    history.commit({made.path(2): made.signed(second, ("ada", "grace", "robot"))})
    history.commit(signed(terms(1), "ada", Role.DEVELOPER))
    now = terms(2, root=second)
    history.commit(signed(now, "robot", Role.SECURITY))
    history.commit(signed(now, "ada", Role.SECURITY))
    history.commit(signed(now, "mallory", Role.SECURITY))
    history.commit(signed(now, "grace", Role.SECURITY, key="ada"))

    assert history.audit() == (
        1,
        [
            "registry-outdated",
            "signer-is-automation",
            "role-missing",
            "role-missing",
            "signer-unknown",
            "signer-unknown",
        ],
    )


def test_c_119_a_statement_may_not_come_with_the_version_that_allows_it(history) -> None:
    sam = made.person("sam", "security")
    second = made.following(ROOT, people=[*made.people(), sam])
    registry = {made.path(2): made.signed(second, ("ada", "grace", "sam"))}
    history.commit(registry | signed(terms(1, root=second), "sam", Role.SECURITY))

    assert history.audit() == (1, ["registry-outdated"])


def test_c_127_a_registry_that_is_rolled_back_forked_or_not_signed_is_found(history) -> None:
    second = made.following(ROOT, grace_days=10)
    other = made.following(ROOT, grace_days=20)
    good = {made.path(2): made.signed(second, BOTH)}
    history.commit(good)
    history.commit({made.path(2): made.signed(other, BOTH)})
    history.commit(good)
    (history.project.root / made.path(2)).unlink()
    history.commit({})
    history.commit({made.path(2): made.signed(second, ("ada",))})

    code, found = history.audit()

    assert code == 4
    assert [one for one in found if one != "verdict-mismatch"] == [
        "registry-fork",
        "registry-fork",
        "registry-rollback",
        "registry-signatures",
        "registry-signatures",
    ]


def test_the_first_trust_root_needs_the_pin(history) -> None:
    begun = history.git("rev-parse", f"{history.start}~1")

    assert history.audit(start=begun) == (0, [])
    assert history.audit("--trust-root", "0" * 64, start=begun) == (
        4,
        ["bootstrap-required", "registry-pin"],
    )


@pytest.mark.parametrize(
    ("days", "expected"), [(5, (0, [])), (40, (1, ["ownerless"]))], ids=["grace", "over"]
)
def test_c_118_each_acceptance_has_two_living_owners_or_time_to_find_one(
    history, days, expected
) -> None:
    since = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sam = made.person("sam", "owner", "security")
    grace = made.person("grace", "owner", "security", left=since)
    second = made.following(ROOT, people=[*made.people(grace), sam])
    history.commit(pair(terms(1)))
    history.commit({made.path(2): made.signed(second, ("ada", "grace", "sam"))})

    assert history.audit() == expected


def test_what_a_compromised_key_signed_has_to_be_signed_again(history) -> None:
    keys = [made.key_fields("grace", "compromised"), made.key_fields("grace2")]
    grace = made.person("grace", "owner", "security") | {"keys": keys}
    second = made.following(ROOT, people=made.people(grace))
    history.commit(pair(terms(1)))
    history.commit({made.path(2): made.signed(second, ("ada", "grace", "grace2"))})

    assert history.audit() == (1, ["key-compromised"])


def test_what_was_withdrawn_or_has_ended_needs_no_owner(history) -> None:
    said = terms(1)
    taken = replace(said, kind=StatementKind.WITHDRAW, supersedes=(said.digest,), bindings=())
    taken = statements.with_raw(replace(taken, expires_at=None))
    history.commit(pair(said))
    history.commit(signed(taken, "grace", Role.SECURITY))
    since = (NOW - timedelta(days=40)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sam = made.person("sam", "owner", "security")
    grace = made.person("grace", "owner", "security", left=since)
    second = made.following(ROOT, people=[*made.people(grace), sam])
    history.commit({made.path(2): made.signed(second, ("ada", "grace", "sam"))})

    assert history.audit() == (0, [])


def test_an_acceptance_that_lasts_too_long_is_found(history) -> None:
    history.commit(pair(terms(1, expires_at=NOW + timedelta(days=91))))

    assert history.audit() == (1, ["lasts-too-long"])


def test_a_history_that_was_rewritten_is_refused(history) -> None:
    gone_tip = history.commit({"a.py": "x = 2\n"})
    history.git("reset", "--quiet", "--hard", "HEAD~1")
    history.commit({"a.py": "x = 3\n"})

    code, said = history.audit(start=gone_tip, decided=False)

    assert code == 4
    assert "do not lead to" in said


@pytest.mark.parametrize(
    ("range_", "code"),
    [("main", 2), ("..", 2), ("a...b", 2), ("nothing..main", 3), ("--all..main", 2)],
)
def test_a_range_that_makes_no_sense_is_refused(history, range_, code) -> None:
    assert history.project.run("audit", f"--range={range_}").code == code


def test_the_text_names_each_finding_with_its_commit(history) -> None:
    commit = history.commit({"a.py": "x = 2\n"})

    seen = history.project.run("audit", "--range", f"{history.start}..main")

    assert seen.code == 1
    lines = seen.out.decode().splitlines()
    assert lines[0].endswith("open points, 1 commit, 1 finding")
    assert lines[1].startswith(f"  {commit[:12]}  undecided: ")


# Decisions are found by what they say

ROBOT = made.person("ci", kind="automation", answers="ada")


def statement(history, commit, name="", **changed):
    """Return a verdict statement about a commit, signed with the key of that name if any."""
    payload = verdict_statements.encode(history.decision(commit) | changed)
    if not name:
        return payload
    armor = made.signature(dsse.pae(payload), name)
    return dsse.encode(payload, (dsse.Signature("", armor),))


def keep(history, name, data):
    file = history.verdicts / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())


@pytest.fixture
def staffed(history):
    """Return a history whose registry knows a pipeline, to be audited from there on."""
    second = made.following(ROOT, people=made.people(ROBOT))
    history.start = history.commit({made.path(2): made.signed(second, ("ada", "grace", "ci"))})
    history.root = second
    return history


def test_decisions_are_found_whatever_their_files_are_called(history) -> None:
    first = history.commit({"a.py": "x = 2\n"})
    second = history.commit({"a.py": "x = 3\n"})
    keep(history, "run-1/decision.json", history.decision(first))
    keep(history, "run-2/verdict.json", statement(history, second))
    keep(history, "run-2/sbom.json", {"components": []})
    keep(history, "run-2/notes.txt", b"nothing")
    keep(history, "run-2/broken.json", b"{")

    assert history.audit(decided=False) == (0, [])


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([{"decision": "fail", "exit_code": 1, "blocking": 1}, {}], (0, [])),
        ([{"decision": "fail", "exit_code": 1, "blocking": 1}], (1, ["not-passed"])),
        ([{"reference": "0" * 40}], (1, ["undecided"])),
        ([{"head": "0" * 40}], (1, ["undecided"])),
        ([{"tree": "0" * 40}], (4, ["verdict-mismatch"])),
        ([{"tree": "0" * 40}, {}], (4, ["verdict-mismatch"])),
        ([{"digests": {"policy": "", "rules": "", "registry": "", "ledger": ""}}],
         (4, ["verdict-mismatch"])),
    ],
    ids=["fail-then-pass", "fail", "C-054-other-reference", "C-054-other-head", "C-054-tree",
         "a-lie-beside-a-pass", "digests"],
)  # fmt: skip
def test_one_true_pass_about_exactly_the_pair_is_needed_and_no_lie(history, kept, expected) -> None:
    commit = history.commit({"a.py": "x = 2\n"})
    for number, changed in enumerate(kept):
        keep(history, f"{number}.json", history.decision(commit) | changed)

    assert history.audit(decided=False) == expected


@pytest.mark.parametrize(
    ("name", "signer", "expected"),
    [
        ("ci", ("--signer", "ci"), (0, [])),
        ("grace", ("--signer", "ci", "--signer", "grace"), (0, [])),
        ("", (), (0, [])),
        ("", ("--signer", "ci"), (1, ["statement-unsigned"])),
        ("grace", ("--signer", "ci"), (1, ["signer-other"])),
        ("mallory", ("--signer", "ci"), (1, ["signer-unknown"])),
        ("mallory", (), (0, [])),
    ],
    ids=["C-128-ci", "one-of-two", "unsigned", "C-014-unsigned", "other", "C-014-stranger",
         "stranger-not-asked-for"],
)  # fmt: skip
def test_verdicts_count_when_they_are_signed_by_who_has_to(staffed, name, signer, expected) -> None:
    commit = staffed.commit({"a.py": "x = 2\n"})
    keep(staffed, "verdict.json", statement(staffed, commit, name))

    assert staffed.audit(*signer, decided=False) == expected


def test_c_117_what_a_compromised_pipeline_signed_never_counted(staffed) -> None:
    commit = staffed.commit({"a.py": "x = 2\n"})
    keep(staffed, "one.json", statement(staffed, commit, "ci"))
    lost = ROBOT | {"keys": [made.key_fields("ci", "compromised"), made.key_fields("ci2")]}
    third = made.following(staffed.root, people=made.people(lost))
    last = staffed.commit({made.path(3): made.signed(third, ("ada", "grace", "ci2"))})
    keep(staffed, "two.json", statement(staffed, last))

    assert staffed.audit(decided=False) == (1, ["key-compromised"])


def test_c_110_a_verdict_whose_signature_does_not_hold_is_found(staffed) -> None:
    commit = staffed.commit({"a.py": "x = 2\n"})
    good = dsse.decode(statement(staffed, commit, "ci"), file="v")
    lie = verdict_statements.encode(staffed.decision(commit) | {"nonce": "1" * 32})
    keep(staffed, "verdict.json", dsse.encode(lie, good.signatures))

    assert staffed.audit(decided=False) == (4, ["undecided", "signature-invalid"])


def test_a_decision_by_another_policy_or_other_rules_than_its_like_is_found(history) -> None:
    commits = [history.commit({"a.py": f"x = {number}\n"}) for number in range(2, 6)]
    for number, commit in enumerate(commits):
        digests = history.decision(commit)["digests"]
        other = {1: {"policy": "9" * 64}, 2: {"rules": "9" * 64}}.get(number, {})
        keep(history, f"{number}.json", history.decision(commit) | {"digests": digests | other})

    assert history.audit(decided=False) == (4, ["verdict-inconsistent"] * 2)


def test_another_policy_in_the_reference_or_another_gate_may_have_another_digest(history) -> None:
    first = history.commit({".aigate/policy.yaml": "version: 1\n"})
    second = history.commit({"a.py": "x = 2\n"})
    third = history.commit({"a.py": "x = 3\n"})
    keep(history, "1.json", history.decision(first))
    for name, commit, gate, digit in (("2", second, "0.0.0", "5"), ("3", third, "0.0.1", "6")):
        made_of = history.decision(commit)
        digests = made_of["digests"] | {"policy": digit * 64, "rules": digit * 64}
        keep(history, f"{name}.json", made_of | {"gate": gate, "digests": digests})

    assert history.audit(decided=False) == (0, [])


def test_a_folder_that_is_not_there_is_wrong_use(history) -> None:
    history.commit({"a.py": "x = 2\n"})
    given = ("--range", f"{history.start}..main", "--verdicts", str(history.verdicts / "none"))

    assert history.project.run("audit", *given).code == 2


# Who wrote what was signed

GRACE = "Grace <grace@example.org>"


@pytest.mark.parametrize(
    ("author", "message", "expected"),
    [
        ("Dev <dev@example.com>", "a change", (0, [])),
        ("Ada <ada@example.org>", "a change", (0, [])),
        (GRACE, "a change", (1, ["security-signed-own-change"])),
        ("Dev <dev@example.com>", f"a change\n\nCo-authored-by: {GRACE}",
         (1, ["security-signed-own-change"])),
    ],
    ids=["C-115-somebody-else", "C-115-the-developer", "C-115-author", "C-115-trailer"],
)  # fmt: skip
def test_the_security_signer_is_no_author_of_what_came_with_the_statement(
    history, author, message, expected
) -> None:
    history.commit(pair(terms(1)) | {"a.py": "x = 2\n"}, message, author)

    assert history.audit() == expected


@pytest.mark.parametrize("own", [False, True], ids=["C-115-merges", "C-115-writes-in-the-merge"])
def test_who_merges_is_an_author_only_of_what_the_merge_itself_holds(history, own) -> None:
    history.branch("one", {"a.py": "x = 2\n"} | pair(terms(1)))
    history.commit({"b.py": "y = 1\n"})
    history.git("merge", "--quiet", "--no-ff", "--no-edit", "--no-commit", "one")
    history.commit({"c.py": "z = 1\n"} if own else {}, "merge", GRACE)

    expected = (1, ["security-signed-own-change"]) if own else (0, [])
    assert history.audit() == expected


def test_a_registry_that_has_expired_at_the_end_is_found(project) -> None:
    old = made.first(expires=(NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    history = History(project)
    history.pin = made.digest(old)
    history.git("reset", "--quiet", "--hard", "HEAD~1")
    history.start = history.commit(made.one(old))
    history.commit({"a.py": "x = 2\n"})

    assert history.audit() == (1, ["registry-expired"])


def test_the_text_tells_how_much_is_broken_and_what_to_do(history) -> None:
    commit = history.commit({"a.py": "x = 2\n"})
    keep(history, "one.json", history.decision(commit) | {"tree": "0" * 40})
    given = ("--range", f"{history.start}..main", "--verdicts", str(history.verdicts))

    seen = history.project.run("audit", *given)

    lines = seen.out.decode().splitlines()
    assert lines[0].endswith("integrity, 1 commit, 1 finding, 1 of them a break of integrity")
    assert lines[1].startswith(f"  {commit[:12]}  verdict-mismatch: `one.json`: `tree` is ")
    assert lines[2].startswith("hint: verdict-mismatch: ")
