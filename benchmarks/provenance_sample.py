"""Draws the commits that `benchmarks/provenance/labels.json` holds labels for.

    python benchmarks/provenance_sample.py [--take N,N,N] REPOSITORY...

Of the commits that HEAD reaches, without merges, in the order of the SHA-256 of their ids: the
first with a word about agents where agents are named; the first of each form of such words that
is not there yet; and the first without any. `--take` says how many of each: 20,12,10 for the parts
`known` and `fresh`, 14,9,4 for `later`. Prints the ids; what they name is for a person to read.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
from pathlib import Path

# Not the table of agents: words that let a commit be looked at, whether they mean anything or not.
WORD = re.compile(
    rb"claude|anthropic|copilot|codex|openai|cursor\b|devin|jules|gemini|aider|windsurf|codeium"
    rb"|\bcline|roomote|openhands|opendevin|replit|junie|kiro|droid|goose|opencode|\bcrush"
    rb"|warp\.dev|sweep-ai|lovable|qwen|kimi|ampcode|\bamp\b|kilo|continue\.dev|coderabbit"
    rb"|antigravity|grok|deepseek|\bgpt|chatgpt|\bllm\b|\bai\b|\bai-|agent|assistant|opus|sonnet"
    rb"|haiku|fable|greptile|ellipsis|cubic|marvin|entire-|robot|\[bot\]|bot@|\bbot\b|vibe|glm-"
    rb"|mistral|amplifier|factory",
    re.IGNORECASE,
)
MADE = re.compile(
    rb"(generated|created|written|made|built|assisted|implemented|authored|developed|produced"
    rb"|wrote|vibe|co-?authored|drafted)\b|assist|disclos|ai[- ]us|used ai|using ai",
    re.IGNORECASE,
)
PAIR = re.compile(rb"\s*([A-Za-z][A-Za-z0-9-]{2,40})\s*[:=]\s*(.+)")
KEY = re.compile(
    rb"[A-Za-z]+-[A-Za-z-]*(by|with|session|id|url|author|assist\w*|checkpoint)$", re.IGNORECASE
)
OWN_KEY = re.compile(rb"(ai|agent|model|tool|llm|assistant|claude|copilot)", re.IGNORECASE)
LINK = re.compile(rb"\W{0,6}https?://\S+$")

Row = tuple[str, bytes, bytes, list[bytes]]


def speaks(line: bytes) -> bool:
    """Tell whether an agent may be named in a line."""
    pair = PAIR.match(line)
    if pair and (KEY.match(pair[1]) and WORD.search(line)):
        return True
    if pair and OWN_KEY.match(pair[1]) and b"-" in pair[1]:
        return True
    if not WORD.search(line):
        return False
    return bool(MADE.search(line) and len(line) < 200) or bool(LINK.match(line))


def plain(line: bytes) -> bytes:
    """Return a line without what differs from commit to commit."""
    text = re.sub(rb"#\d+", b"#", line.strip())
    text = re.sub(rb"\b[0-9a-f]{8}[-0-9a-f]{4,}\b", b"#", text)
    text = re.sub(
        rb"https?://\S+", lambda link: re.sub(rb"[0-9a-fA-F_-]{8,}\S*", b"#", link[0]), text
    )
    return re.sub(rb"\d+(\.\d+)?( \(1M context\))?(?= <)", b"N", text)


def form(row: Row) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """Return in which words a commit speaks of agents."""
    _, author, committer, said = row
    who = author if WORD.search(author) else b"-"
    other = committer if WORD.search(committer) and committer != author else b"-"
    return who, other, tuple(sorted({plain(line) for line in said}))


def order(row: Row) -> str:
    return hashlib.sha256(row[0].encode()).hexdigest()


def drawn(repository: Path, take: tuple[int, int, int]) -> list[str]:
    """Return the ids that are drawn from a repository."""
    shape = "--format=%H%x01%an <%ae>%x01%cn <%ce>%x01%B"
    command = ["git", "-C", str(repository), "log", "-z", "--no-merges", shape, "HEAD"]
    text = subprocess.run(command, capture_output=True, check=True).stdout
    noticed: list[Row] = []
    others: list[Row] = []
    for record in text.split(b"\0"):
        if record:
            id_, author, committer, message = record.split(b"\x01", 3)
            said = [line for line in message.splitlines() if speaks(line)]
            named = bool(said) or WORD.search(author) or WORD.search(committer)
            (noticed if named else others).append((id_.decode(), author, committer, said))
    noticed.sort(key=order)
    others.sort(key=order)
    ids = {row[0] for row in noticed[: take[0]]}
    firsts: dict[tuple[bytes, bytes, tuple[bytes, ...]], Row] = {}
    for row in noticed:
        firsts.setdefault(form(row), row)
    rare = [row[0] for row in sorted(firsts.values(), key=order) if row[0] not in ids]
    return sorted(ids | set(rare[: take[1]]) | {row[0] for row in others[: take[2]]})


def main() -> None:
    """Draw, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--take", default="20,12,10")
    arguments = parser.parse_args()
    first, second, third = (int(part) for part in arguments.take.split(","))
    for repository in arguments.repositories:
        for id_ in drawn(repository, (first, second, third)):
            print(repository.name, id_)


if __name__ == "__main__":
    main()
