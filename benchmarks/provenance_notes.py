"""Compares what is read from the git-ai notes of real repositories with counts made otherwise.

    python benchmarks/provenance_notes.py [--folder FOLDER] [OWNER/NAME=PATH ...]

`benchmarks/provenance/notes.json` has the counts. Repositories are found as for
`provenance_agents.py`; only notes and commits are read, and nothing is written.
Prints a table in Markdown: counted / read.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from provenance_agents import GIT, HERE, TABLE, places

from aigate.documents.agents import read_agents
from aigate.domain.evidence import Agents, Claim, Commit, Doubt, Exhibits
from aigate.domain.finding import Provenance
from aigate.provenance.git_ai import EVIDENCE, REF

COUNTS = HERE / "provenance" / "notes.json"
KINDS = ("notes", "on_head", "commits_of_agents", "lines_of_agents", "lines_of_people")


def git(folder: Path, *arguments: str, feed: bytes = b"") -> bytes:
    command = [*GIT, "-C", str(folder), *arguments]
    return subprocess.run(command, input=feed, capture_output=True, check=True).stdout


def notes(folder: Path) -> dict[str, bytes]:
    """Return the notes by the commit that they are about."""
    rows = git(folder, "notes", f"--ref={REF}", "list").decode().split()
    text = git(folder, "cat-file", "--batch", feed="\n".join(rows[0::2]).encode() + b"\n")
    found: dict[str, bytes] = {}
    start = 0
    for commit in rows[1::2]:
        head, _, _ = text[start : start + 200].partition(b"\n")
        first = start + len(head) + 1
        found[commit] = text[first : first + int(head.split()[2])]
        start = first + len(found[commit]) + 1
    return found


def lines(claims: list[Claim]) -> int:
    return sum(last - first + 1 for one in claims for first, last in one.ranges)


def read(folder: Path, agents: Agents) -> tuple[dict[str, int], Counter[str], Counter[str]]:
    """Return the counts of our reader, the agents that it names, and its doubts."""
    found = notes(folder)
    commits = tuple(Commit(id=one) for one in found)
    exhibits = Exhibits(agents=agents, commits=commits, notes={REF: found})
    said = list(EVIDENCE.read(exhibits))
    claims = [one for one in said if isinstance(one, Claim)]
    ours = [one for one in claims if one.kind is Provenance.AI]
    reached = set(git(folder, "rev-list", "HEAD").decode().split())
    counts = {
        "notes": len(found),
        "on_head": len(reached & set(found)),
        "commits_of_agents": len({one.commit for one in ours}),
        "lines_of_agents": lines(ours),
        "lines_of_people": lines([one for one in claims if one.kind is Provenance.HUMAN]),
    }
    names = Counter(one.agent or "unnamed" for one in ours)
    return counts, names, Counter(one.code for one in said if isinstance(one, Doubt))


def main() -> None:
    """Read, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="*", metavar="OWNER/NAME=PATH")
    parser.add_argument("--folder", type=Path, help="where repositories lie as OWNER+NAME")
    arguments = parser.parse_args()
    expected = json.loads(COUNTS.read_text(encoding="utf-8"))["repositories"]
    agents = read_agents(TABLE.read_bytes())
    lying = places(arguments.repositories, arguments.folder, expected)
    print(f"| repository | {' | '.join(KINDS)} | doubts |\n|{'---|' * (len(KINDS) + 2)}")
    for repository in expected:
        name = repository["repository"]
        if name not in lying:
            print(f"not on this machine: {name}", file=sys.stderr)
            continue
        counts, names, doubts = read(lying[name], agents)
        cells = " | ".join(f"{repository[kind]} / {counts[kind]}" for kind in KINDS)
        said = ", ".join(f"{code} {count}" for code, count in sorted(doubts.items())) or "none"
        print(f"| {name} | {cells} | {said} |")
        print(name, dict(names.most_common()), file=sys.stderr)


if __name__ == "__main__":
    main()
