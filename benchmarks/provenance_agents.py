"""Measures how well the agents that commits name are identified, against labels made by hand.

    python benchmarks/provenance_agents.py [--folder FOLDER] [--half tuned|held-out] [OWNER/NAME=PATH ...]

`benchmarks/provenance/labels.json` says for commits of public repositories which agents they name.
Each repository is a git folder on this machine, bare or not: given as OWNER/NAME=PATH, or found
as OWNER+NAME in the folder. Only commit objects are read, and nothing is written.
Prints tables in Markdown and, on the error stream, each commit that was judged wrongly.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aigate.documents.agents import read_agents
from aigate.domain.evidence import Agents, Claim, Commit, Exhibits
from aigate.provenance.trailers import EVIDENCE

HERE = Path(__file__).parent
TABLE = HERE.parent / "policies" / "data" / "agents.json"
LABELS = HERE / "provenance" / "labels.json"
GIT = ("git", "--no-replace-objects", "-c", "log.mailmap=false", "-c", "core.fsmonitor=false")


@dataclass(frozen=True)
class Judged:
    """One commit: what it names by hand, and what was found."""

    part: str
    repository: str
    commit: str
    named: frozenset[str]
    found: frozenset[str]

    @property
    def half(self) -> str:
        """Return the half that it belongs to, by its id alone."""
        return "tuned" if hashlib.sha256(self.commit.encode()).digest()[0] % 2 == 0 else "held-out"


def git_folder(path: Path) -> Path | None:
    """Return where the repository lies in a folder."""
    places = (path, path / ".git", path / "repo", path / "repo" / ".git")
    return next((place for place in places if (place / "HEAD").is_file()), None)


def commits(folder: Path, ids: Iterable[str]) -> Iterator[Commit]:
    """Yield the commits with these ids."""
    form = "%H%x01%an%x01%ae%x01%cn%x01%ce%x01%B"
    arguments = ("log", "--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", "--no-mailmap")
    done = subprocess.run(
        [*GIT, "-C", str(folder), *arguments, f"--format={form}"],
        input="".join(f"{one}\n" for one in ids).encode(),
        capture_output=True,
        check=True,
    )
    for record in done.stdout.decode("utf-8", "replace").split("\0"):
        if record:
            id_, author, mail, committer, committer_mail, message = record.split("\x01", 5)
            people = ((author, mail), (committer, committer_mail))
            yield Commit(id=id_, author=people[0], committer=people[1], message=message)


def named_by(commit: Commit, agents: Agents) -> frozenset[str]:
    """Return the agents that our identification finds in a commit."""
    claims = EVIDENCE.read(Exhibits(agents=agents, commits=(commit,)))
    return frozenset(one.agent for one in claims if isinstance(one, Claim))


def judge(repository: Mapping, folder: Path, agents: Agents) -> Iterator[Judged]:
    """Yield the labelled commits of a repository with what was found in them."""
    labels = repository["commits"]
    for commit in commits(folder, labels):
        yield Judged(
            part=repository["part"],
            repository=repository["repository"],
            commit=commit.id,
            named=frozenset(labels[commit.id]),
            found=named_by(commit, agents),
        )


def share(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else "-"


def row(title: str, total: int, hits: int, wrong: int, missed: int) -> str:
    precision, recall = share(hits, hits + wrong), share(hits, hits + missed)
    return f"| {title} | {total} | {hits} | {wrong} | {missed} | {precision} | {recall} |"


def summary(title: str, judged: list[Judged]) -> str:
    """Return the row that says whether a commit names any agent."""
    hits = sum(bool(one.named) and bool(one.found) for one in judged)
    wrong = sum(not one.named and bool(one.found) for one in judged)
    missed = sum(bool(one.named) and not one.found for one in judged)
    return row(title, len(judged), hits, wrong, missed)


def per_agent(judged: list[Judged]) -> Iterator[str]:
    """Yield a row for each agent, the most frequent first."""
    hits: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for one in judged:
        hits.update(one.named & one.found)
        wrong.update(one.found - one.named)
        missed.update(one.named - one.found)
    every = hits + wrong + missed
    for name, _ in sorted(every.items(), key=lambda item: (-item[1], item[0])):
        total = hits[name] + missed[name]
        yield row(name, total, hits[name], wrong[name], missed[name])


def confusion(judged: list[Judged]) -> str:
    """Return the line that says what was taken for what."""
    pairs = Counter(
        (", ".join(sorted(one.named)) or "none", ", ".join(sorted(one.found)) or "none")
        for one in judged
        if one.named != one.found
    )
    said = (f"{named} → {found} ({count})" for (named, found), count in sorted(pairs.items()))
    return "Confused: " + ("; ".join(said) or "nothing") + "."


HEADS = "| precision | recall |\n|---|---|---|---|---|---|---|"


def report(judged: list[Judged]) -> Iterator[str]:
    """Yield the tables."""
    yield f"| commits | labelled | agent found | falsely | missed {HEADS}"
    for part in ("known", "fresh", "later"):
        for half in ("tuned", "held-out"):
            some = [one for one in judged if one.part == part and one.half == half]
            if some:
                yield summary(f"{part} repositories, {half} half", some)
    yield summary("together", judged)
    yield f"\n| agent | labelled | found | falsely | missed {HEADS}"
    yield from per_agent(judged)
    yield f"\n{confusion(judged)}"


def places(found: list[str], folder: Path | None, repositories: list[Mapping]) -> dict[str, Path]:
    """Return where the repositories lie that are on this machine."""
    given = dict(text.split("=", 1) for text in found)
    lying: dict[str, Path] = {}
    for repository in repositories:
        name = repository["repository"]
        path = Path(given[name]) if name in given else folder and folder / name.replace("/", "+")
        if path and (place := git_folder(path)):
            lying[name] = place
    return lying


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="*", metavar="OWNER/NAME=PATH")
    parser.add_argument("--folder", type=Path, help="where repositories lie as OWNER+NAME")
    parser.add_argument(
        "--half", choices=("tuned", "held-out"), help="name errors of one half only"
    )
    parser.add_argument("--table", type=Path, default=TABLE, help="another table of agents")
    arguments = parser.parse_args()
    labels = json.loads(LABELS.read_text(encoding="utf-8"))["repositories"]
    agents = read_agents(arguments.table.read_bytes())
    lying = places(arguments.repositories, arguments.folder, labels)
    judged: list[Judged] = []
    for repository in labels:
        if repository["repository"] in lying:
            judged += judge(repository, lying[repository["repository"]], agents)
        else:
            print(f"not on this machine: {repository['repository']}", file=sys.stderr)
    for one in judged:
        if one.named != one.found and arguments.half in {None, one.half}:
            words = (sorted(one.named), sorted(one.found))
            print(one.half, one.repository, one.commit, *words, file=sys.stderr)
    print("\n".join(report(judged)))


if __name__ == "__main__":
    main()
