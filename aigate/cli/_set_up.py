"""What `aigate init` would write: each file as it is, and as it would be."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aigate.cli.packs import packs_folder
from aigate.documents.initiative import FOLDER
from aigate.documents.policy import POLICY
from aigate.documents.pre_commit import SETTINGS, calls_gate, with_repository
from aigate.documents.yaml_text import yaml_text
from aigate.engine.shown import plain
from aigate.errors import UsageError
from aigate.value import dataclass
from aigate.workspace.git import Repository

SCHEMAS = ".aigate/schemas"
"""Where a repository keeps the schemas that editors complete by."""

WORKFLOW = ".github/workflows/aigate.yaml"

_LARGEST = 1_000_000
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_PLACEHOLDER = re.compile(r"uses: \S+/aigate@0{40}")
_PROGRAM = re.compile(
    r"^\s*(?:-\s+)?(?:uses:\s*[\"']?[\w.-]+/aigate@|run:.*\baigate\b)", re.MULTILINE
)
_OTHER_HOOKS = (
    ".husky",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    "prek.toml",
    # prek reads it, but not beside one that ends in `.yaml`.
    ".pre-commit-config.yml",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Where this gate can be had from: a repository on GitHub, and one of its commits."""

    slug: str
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file: what it holds, what it should hold, and what a person is told about it.

    `before` is None where there is no file. `after` equals `before` where the file stays as it
    is; `told` says why.
    """

    file: str
    before: str | None
    after: str | None
    told: str
    generated: bool = False

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.after is not None and self.after != self.before


def gate_named(text: str) -> Gate:
    """Return the gate in `OWNER/REPOSITORY@COMMIT`.

    Raises:
        UsageError: it is none, or names no whole commit.
    """
    slug, _, commit = text.partition("@")
    if _SLUG.fullmatch(slug) and _COMMIT.fullmatch(commit):
        return Gate(slug, commit)
    raise UsageError(
        f"`{text}` names no commit of a repository",
        hint="write `OWNER/REPOSITORY@` and all 40 digits of the commit that you reviewed",
    )


def gate_installed(record: str) -> Gate | None:
    """Return where an installed package says that it is from (PEP 610), if that can be pinned."""
    try:
        said = json.loads(record)
        url, commit = said["url"], said["vcs_info"]["commit_id"]
        parts = urlsplit(url)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    slug = str(parts.path).strip("/").removesuffix(".git")
    # With a name or a token in it, the address is nothing to write into a file.
    at_github = parts.scheme == "https" and parts.netloc == "github.com"
    if at_github and _SLUG.fullmatch(slug) and _COMMIT.fullmatch(str(commit)):
        return Gate(slug, str(commit))
    return None


def text_of(root: Path, file: str) -> str | None:
    """Return what a file holds, None if there is none.

    Raises:
        UsageError: it, or a folder on the way, is a link or no plain file.
    """
    try:
        return _text_of(root, file)
    except UnicodeDecodeError:
        raise _refused(file, "it is not UTF-8") from None
    except OSError as error:
        raise _refused(file, f"it cannot be read: {error.strerror}") from error


def _text_of(root: Path, file: str) -> str | None:
    path = root
    for name in Path(file).parts[:-1]:
        path /= name
        if path.is_symlink():
            raise _refused(file, f"`{path.relative_to(root).as_posix()}` is a symbolic link")
        if path.exists() and not path.is_dir():
            raise _refused(file, f"`{path.relative_to(root).as_posix()}` is no folder")
    path = root / file
    if path.is_symlink():
        raise _refused(file, "it is a symbolic link")
    if not path.exists():
        return None
    if not path.is_file():
        raise _refused(file, "it is no regular file")
    with path.open("rb") as opened:
        data = opened.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise _refused(file, f"it has more than {_LARGEST:,} bytes")
    return data.decode("utf-8")


def require_writable(root: Path, parts: Iterable[Part]) -> None:
    """Check that all can be written before any of it is.

    Raises:
        UsageError: one cannot.
    """
    for part in parts:
        folder = (root / part.file).parent
        while not folder.exists():
            folder = folder.parent
        if part.changes and not os.access(folder, os.W_OK | os.X_OK):
            raise _refused(part.file, f"`{folder}` may not be written to")


def policy_part(root: Path, *, name: str, pack: str) -> Part:
    """Return the policy: one that extends a pack."""
    before = text_of(root, POLICY)
    if before is not None:
        return Part(file=POLICY, before=before, after=before, told="is there already")
    text = f"""\
# yaml-language-server: $schema=schemas/policy.schema.json
# What a change may bring in, and who decides. `aigate policy show` prints all that it extends.
version: 1
{yaml_text({"name": name}).rstrip()}
extends: aigate:{pack}

# Who answers where CODEOWNERS names nobody.
# owners:
#   developer: "@name"
#   security: "@name"
"""
    return Part(file=POLICY, before=None, after=text, told=f"decides; extends `aigate:{pack}`")


def manifest_part(root: Path, *, name: str, text: str, uses: int) -> Part:
    """Return the drafted manifest."""
    file = f"{FOLDER}/{name}.yaml"
    before = text_of(root, file)
    if before is not None:
        return Part(file=file, before=before, after=before, told="is there already")
    many = "use" if uses == 1 else "uses"
    return Part(file=file, before=None, after=text, told=f"drafted from {uses:,} {many} of AI")


def schema_parts(root: Path, texts: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the schemas that manifests and the policy name in their first line."""
    parts = []
    for kind, text in texts.items():
        file = f"{SCHEMAS}/{kind}.schema.json"
        before = text_of(root, file)
        command = "manifest" if kind == "initiative" else kind
        old = f"another version's; `aigate {command} schema > {file}` renews it"
        told = "for your editor" if before is None else "is there already"
        told = old if before not in {None, text} else told
        after = text if before is None else before
        parts.append(Part(file=file, before=before, after=after, told=told, generated=True))
    return tuple(parts)


def workflow_part(root: Path, *, gate: Gate | None, elsewhere: bool) -> Part:
    """Return the workflow for GitHub, from the example that ships."""
    before = text_of(root, WORKFLOW)
    if before is not None:
        return Part(file=WORKFLOW, before=before, after=before, told="is there already")
    for name, _ in calling_workflows(root):
        told = f"not written: `{plain(name)}` calls the gate"
        return Part(file=WORKFLOW, before=None, after=None, told=told)
    if elsewhere:
        told = "not written: this is not on GitHub"
        return Part(file=WORKFLOW, before=None, after=None, told=told)
    body = _example()
    lead = "# The gate on each pull request and in the merge queue. Require its job `gate`.\n"
    if gate:
        body = _PLACEHOLDER.sub(f"uses: {gate.slug}@{gate.commit}", body)
        told = f"runs {gate.slug} at {gate.commit[:12]}"
    else:
        lead += "# Put the repository and the commit of aigate that you reviewed in their place below.\n"
        told = "fails until you put the commit of aigate into it"
    return Part(file=WORKFLOW, before=None, after=lead + body, told=told)


def calling_workflows(root: Path) -> tuple[tuple[str, str], ...]:
    """Return the workflows that call the gate, each with what it holds."""
    found = []
    folder = root / Path(WORKFLOW).parent
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in {".yaml", ".yml"} and path.is_file() and not path.is_symlink():
            with path.open("rb") as opened:
                text = opened.read(_LARGEST).decode("utf-8", "replace")
            if _PROGRAM.search(text):
                found.append((path.name, text))
    return tuple(found)


def hooks_folder(repository: Repository) -> Path:
    """Return the folder in which git looks for hooks."""
    folder = Path(repository.common_dir, "hooks")
    for scope in ("--global", "--local"):
        done = repository.call("config", scope, "--path", "--get", "core.hooksPath")
        if done.code == 0 and done.out.strip():
            folder = Path(repository.root, os.fsdecode(done.out.strip()))
    return folder


def hooks_part(root: Path, *, gate: Gate | None) -> Part:
    """Return the settings of pre-commit, with our hooks as one more entry."""
    before = text_of(root, SETTINGS)
    entry = _entry(gate)
    if before is None:
        others = [name for name in _OTHER_HOOKS if (root / name).exists()]
        if others:
            told = f"not written: `{others[0]}` is here; have it run `aigate scan --staged`"
            return Part(file=SETTINGS, before=None, after=None, told=told)
        rows = ["default_install_hook_types: [pre-commit, commit-msg]", "", "repos:"]
        text = "\n".join([*rows, *(f"  {row}" for row in entry)]) + "\n"
        return Part(file=SETTINGS, before=None, after=text, told="three hooks")
    if calls_gate(before):
        return Part(file=SETTINGS, before=before, after=before, told="calls the gate already")
    after = with_repository(before, entry)
    if after is None:
        told = "left alone: add an entry by hand, as in `docs/pre-commit.md`"
        return Part(file=SETTINGS, before=before, after=before, told=told)
    return Part(file=SETTINGS, before=before, after=after, told="three hooks more, nothing else")


def _entry(gate: Gate | None) -> Sequence[str]:
    if gate:
        named = (
            f"- repo: https://github.com/{gate.slug}",
            f"  rev: {gate.commit}",
            "  hooks:",
        )
        return (*named, *(f"    - id: {name}" for name in _HOOKS))
    rows = ["- repo: local", "  hooks:"]
    for name, settings in _HOOKS.items():
        rows += [f"    - id: {name}", *(f"      {one}" for one in settings)]
    return rows


# What `.pre-commit-hooks.yaml` says of them, for an `aigate` that is installed already.
_HOOKS: Mapping[str, tuple[str, ...]] = {
    "aigate": (
        "name: aigate",
        "entry: aigate scan --staged",
        "language: system",
        "pass_filenames: false",
        "always_run: true",
        "require_serial: true",
        "stages: [pre-commit]",
    ),
    "aigate-manifest": (
        "name: aigate manifests",
        "entry: aigate hook manifest",
        "language: system",
        "files: (?i)^\\.aigate/",
        "types: []",
        "pass_filenames: false",
        "require_serial: true",
        "stages: [pre-commit]",
    ),
    "aigate-commit-msg": (
        "name: aigate commit message",
        "entry: aigate hook commit-msg",
        "language: system",
        "always_run: true",
        "require_serial: true",
        "stages: [commit-msg]",
    ),
}


def _example() -> str:
    """Return the example workflow without the words to people who copy it by hand."""
    shipped = packs_folder() / "workflows" / "pull-request.yaml"
    beside = packs_folder().parent / "examples" / "workflows" / "pull-request.yaml"
    text = (shipped if shipped.is_file() else beside).read_text(encoding="utf-8")
    rows = text.split("\n")
    while rows and rows[0].startswith("#"):
        del rows[0]
    return "\n".join(rows)


def _refused(file: str, why: str) -> UsageError:
    return UsageError(
        f"will not write to `{plain(file)}`: {plain(why)}",
        hint="nothing was written; mend that, or leave the part out with `--without`",
        code="output-refused",
    )
