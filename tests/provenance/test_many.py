"""Changes of very many merges, notes and claims: soon done, and nothing is let off for it."""

from __future__ import annotations

import time

import pytest

from aigate.domain.evidence import Claim, Commit, Exhibits, Grade
from aigate.domain.finding import Provenance
from aigate.domain.policy import AiTrailer
from aigate.engine.disclosure import objections
from aigate.engine.merges import ancestry
from aigate.engine.origin import Stretch, hear, line_hash, lines_of, origin_of
from aigate.provenance.branches import EVIDENCE
from aigate.workspace import git, history
from aigate.workspace.blame import Question, ask_all
from aigate.workspace.past import opened_past

AGENT = ("Claude", "noreply@anthropic.com")
ADA = ("Ada", "ada@example.com")
HOST = ("GitHub", "noreply@github.com")
BOT = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
MANY = 2_000


def made(name: str, *parents: str, **facts: object) -> Commit:
    return Commit(id=name, parents=parents, **({"author": ADA, "committer": ADA} | facts))


def by_agent(name: str, *parents: str) -> Commit:
    return made(name, *parents, author=AGENT, committer=HOST)


def alone(agents, *commits: Commit) -> set[str]:
    """Return the commits of agents for which nobody stands."""
    found = objections(commits, (), (), agents=agents, trailer=AiTrailer.NONE)
    return {one.commit for one in found if one.rule.name == "agent-change-without-person"}


def zigzag(count: int, *, swapped: bool, author: tuple[str, str]) -> list[Commit]:
    """Return merges that each bring one commit, or all before it, newest first."""
    commits = []
    trunk = "base"
    for number in range(count):
        leaf, merge = f"leaf-{number}", f"merge-{number}"
        parents = (leaf, trunk) if swapped else (trunk, leaf)
        commits.append(by_agent(leaf, "base" if swapped else trunk))
        said = "Merge branch 'claude/x'"
        commits.append(made(merge, *parents, author=author, committer=HOST, message=said))
        trunk = merge
    return commits[::-1]


def test_a_merge_brings_what_its_first_parent_lacks():
    commits = [
        made("merge", "main-2", "side-2"),
        made("main-2", "main-1"),
        made("side-2", "side-1"),
        made("side-1", "main-1"),
        made("main-1", "elsewhere"),
    ]
    tree = ancestry(commits)

    assert set(tree.members(tree.brought(commits[0]))) == {"merge", "side-1", "side-2"}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_merge_brings_the_same_in_whatever_order_commits_come(backwards):
    commits = zigzag(5, swapped=False, author=ADA)
    tree = ancestry(commits[::-1] if backwards else commits)

    assert set(tree.members(tree.brought(commits[0]))) == {"merge-4", "leaf-4"}


def test_a_person_stands_behind_what_they_merged(agents):
    commits = (made("merge", "main", "side"), by_agent("side", "main"))

    assert alone(agents, *commits) == set()


def test_a_merge_of_something_else_puts_nobody_behind_a_commit(agents):
    after = by_agent("after", "merge")
    before = by_agent("before", "base")
    commits = (after, made("merge", "before", "side"), made("side", "base"), before)

    assert alone(agents, *commits) == {"after", "before"}


@pytest.mark.parametrize("swapped", [False, True])
def test_thousands_of_merges_of_branches_are_soon_told(agents, swapped):
    commits = tuple(zigzag(MANY, swapped=swapped, author=ADA))
    started = time.process_time()
    found = list(EVIDENCE.read(Exhibits(agents=agents, commits=commits)))

    assert time.process_time() - started < 2
    assert len(found) == len({one.commit for one in found})
    assert len(found) >= 2 * MANY - 1


@pytest.mark.parametrize("author", [BOT, ADA], ids=["bots", "people"])
def test_thousands_of_merges_are_soon_objected_to(agents, author):
    commits = zigzag(MANY, swapped=False, author=author)
    started = time.process_time()
    found = alone(agents, *commits)

    assert time.process_time() - started < 2
    assert len(found) == (MANY if author == BOT else 0)


def recorded(number: int, agent: str = "claude", **facts: object) -> Claim:
    known = {"source": "sessions", "grade": Grade.RECORDED, "path": "a.py"}
    return Claim(kind=Provenance.AI, agent=agent, session=f"s-{number}", **(known | facts))


def test_a_line_that_thousands_of_sessions_wrote_is_soon_told():
    digest = line_hash("return result")
    claims = [recorded(number, hashes=frozenset({digest})) for number in range(2_000)]
    claims.append(recorded(0, "codex", hashes=frozenset({digest})))
    known = hear(claims)
    here = [Stretch(first=1, last=20_000, commit="c", path="a.py", was=1)]
    started = time.process_time()
    found = dict(lines_of(here, known, path="a.py", hash_of=lambda _line: digest))

    assert time.process_time() - started < 2
    assert {one.agent for one in found.values()} == {"claude, codex"}


def test_lines_that_hundreds_of_sessions_share_are_soon_told():
    shared = {"source": "git-ai", "grade": Grade.NOTED, "commit": "c", "ranges": ((1, 50_000),)}
    claims = [recorded(number, **shared) for number in range(1_000)]
    claims.append(recorded(0, "codex", **shared))
    here = [Stretch(first=1, last=50_000, commit="c", path="a.py", was=1)]
    started = time.process_time()
    known = hear(claims)
    found = dict(lines_of(here, known, path="a.py"))

    assert time.process_time() - started < 3
    assert {one.agent for one in found.values()} == {"claude, codex"}


def test_a_claim_beyond_all_others_still_makes_its_line_ai():
    noted = {"source": "git-ai", "grade": Grade.NOTED, "commit": "c"}
    claims = [recorded(n, f"agent-{n}", ranges=((n, n),), **noted) for n in range(1, 500)]
    line = Stretch(first=499, last=499, commit="c", path="a.py", was=499)

    assert origin_of([line], hear(claims), path="a.py").kind is Provenance.AI


def put(project, ref: str, name: str, commits: list[str]) -> None:
    """Hang one blob on many commits."""
    rows = "".join(f"100644 blob {name}\t{commit}\n" for commit in sorted(commits))
    tree = project.git("mktree", feed=rows.encode())
    project.git("update-ref", ref, project.git("commit-tree", "-m", "notes", tree))


def opened(project) -> git.Repository:
    return git.open_repository(str(project.root), environ={"PATH": "/usr/bin:/bin"})


@pytest.mark.slow
def test_one_large_blob_as_the_note_of_many_commits_is_read_so_often_only(project):
    name = project.git("hash-object", "-w", "--stdin", feed=b"x" * 3_000_000)
    commits = [f"{number:040x}" for number in range(200)]
    put(project, "refs/notes/aigate", name, commits)
    found = history.all_notes(opened(project), "refs/notes/aigate", limit=4_000_000)

    assert len(found) == 200
    assert sum(len(one.data) for one in found) <= history.MOST_BYTES
    assert {one.problem for one in found if not one.data} == {
        f"beyond the {history.MOST_BYTES} bytes read of a ref"
    }


@pytest.mark.slow
def test_messages_that_would_fill_the_memory_are_left_out_and_said(project):
    project.commit({"README.md": "hello\n"})
    base = project.git("rev-parse", "main")
    project.commit({"a.txt": "x\n"}, message="y" * (history.MOST_COMMIT_BYTES + 1))
    project.commit({"b.txt": "x\n"})
    found = history.commits_of(opened(project), base, project.git("rev-parse", "main"))

    assert len(found.commits) == 1
    assert found.problem == "some commits of the change are damaged, or too large"


def rewritten(project, count: int, rows: int) -> None:
    """Change every third line of many files, so that git looks for each of them in all others."""

    def text(file: int, words: str) -> str:
        kept = "value_{1}_{0} = compute({0})\n"
        return "".join((words if row % 3 == 0 else kept).format(row, file) for row in range(rows))

    before = "first_{0}_{1} = call({0})\n"
    after = "other_{1}_{0} = call_a_function_with_quite_a_long_name({0}, {1}, argument_{0})\n"
    for words in (before, after):
        project.commit({f"f{file}.py": text(file, words) for file in range(count)})


@pytest.mark.slow
def test_files_that_were_rewritten_together_take_no_longer_than_they_may(project):
    rewritten(project, count=60, rows=1_500)
    base, head = project.git("rev-parse", "main~1"), project.git("rev-parse", "main")
    questions = [Question(path=f"f{number}.py") for number in range(60)]
    with opened_past(opened(project)) as past:
        started = time.monotonic()
        found = ask_all(past, questions, revision=head, since=base, altogether=3.0)
        took = time.monotonic() - started

    assert took < 10
    assert set(found) == {question.path for question in questions}
    assert not found["f59.py"]


@pytest.mark.slow
def test_lines_that_cannot_be_told_are_unknown_and_not_counted(project):
    project.commit({"app.py": "x = 1\n"})
    old = project.git("rev-parse", "main:app.py")
    project.commit({"app.py": "x = 1\ny = 2\n"})
    (project.root / ".git" / "objects" / old[:2] / old[2:]).unlink()
    seen = project.scan("--base", "main~1", "--head", "main")

    assert "the history of 1 file cannot be told" in seen.text
    assert seen.report["summary"]["added_lines"] is None
