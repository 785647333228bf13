"""Cuts what aigate uses of GitHub's published REST contract into `github-contract.json`.

The source is `generated/api.github.com.json` of the npm package `@octokit/openapi` (MIT):

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/remote/cut_contract.py package/generated/api.github.com.json

Texts for people and examples are left out; nothing else is changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

USED = {
    "/repos/{owner}/{repo}/pulls": ["get"],
    "/repos/{owner}/{repo}/pulls/{pull_number}": ["get"],
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ["get"],
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
    "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["patch"],
    "/repos/{owner}/{repo}/issues/{issue_number}/timeline": ["get"],
    "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": ["get"],
    "/repos/{owner}/{repo}/git/commits/{commit_sha}": ["get"],
    "/repos/{owner}/{repo}/actions/runs/{run_id}": ["get"],
    "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts": ["get"],
    "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}": ["get"],
    "/user": ["get"],
    "/users/{username}": ["get"],
}
_FOR_PEOPLE = {"description", "example", "examples", "externalDocs", "summary", "tags"}


def main(source: str) -> None:
    whole = json.loads(Path(source).read_text(encoding="utf-8"))
    cut: dict[str, Any] = {
        "openapi": whole["openapi"],
        "info": {"title": "GitHub REST, cut", "version": whole["info"]["version"]},
        "servers": whole["servers"],
        "paths": {
            path: {
                name: plain(value)
                for name, value in whole["paths"][path].items()
                if name in {*methods, "parameters"}
            }
            for path, methods in USED.items()
        },
        "components": {},
    }
    waiting, known = references(cut["paths"]), set()
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        _, _, kind, key = name.split("/")
        part = plain(whole["components"][kind][key])
        cut["components"].setdefault(kind, {})[key] = part
        waiting |= references(part)
    for kind, parts in cut["components"].items():
        cut["components"][kind] = dict(sorted(parts.items()))
    text = json.dumps(cut, separators=(",", ":")).replace('},"', '},\n"')
    Path(__file__).with_name("github-contract.json").write_text(f"{text}\n", encoding="utf-8")


def plain(value: Any, *, names: bool = False) -> Any:
    """Return a part without texts for people; `names` where keys are names of fields."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: plain(each, names=key == "properties")
        for key, each in value.items()
        if names or not (key in _FOR_PEOPLE or key.startswith("x-"))
    } | (
        {"description": ""} if "content" in value or ("description" in value and not names) else {}
    )


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set()


if __name__ == "__main__":
    main(sys.argv[1])
