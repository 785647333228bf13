"""The language of manifests."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import jsonschema  # noqa: TID253 - the ban is about the start of the program
import pytest
import yaml

from aigate.cli.manifest import schema_text
from aigate.documents.initiative import find_initiatives, read_initiatives
from aigate.domain.initiative import (
    AgentKind,
    Autonomy,
    ComponentKind,
    DataClass,
    Impact,
    Initiative,
    ModelFile,
    Owners,
    PracticeName,
)
from aigate.domain.place import Location
from aigate.errors import DocumentError

PATH = ".aigate/initiatives/support.yaml"
HEAD = "version: 1\nname: support\npurpose: answers customers\nused-in: app/**\n"
SMALL = """\
# yaml-language-server: $schema=../../policies/schemas/initiative.schema.json
version: 1
name: support
purpose: answers customers from the handbook
owners: {developer: "@ada", security: "@org/appsec"}
used-in: ["app/**"]
data: internal
services: [{name: openai, models: [gpt-5], data: internal}]
"""
DIGEST = "0123456789abcdef" * 4
WHOLE = f"""\
version: 1
name: support
purpose: ranks applications
impact: high
owners:
  developer: "@ada"
  security: "@org/appsec"
  business: "@org/benefits"
used-in: [app/**, "*.ipynb"]
data: restricted
models:
  - name: org/ranker
    source: huggingface
    purl: pkg:huggingface/org/ranker@0123456789abcdef0123456789abcdef01234567
    revision: 0123456789abcdef0123456789abcdef01234567
    files:
      - {{path: weights/ranker.safetensors, sha256: {DIGEST}}}
    licence: Apache-2.0
    terms: https://example.org/terms
    data: restricted
services:
  - name: openai
    endpoint: https://eu.api.openai.com/v1
    models: [gpt-5, gpt-5-mini]
    region: eu
    data: confidential
    retention: none
datasets:
  - {{name: org/questions, revision: abc, licence: CC-BY-4.0, data: public}}
agents:
  - name: clerk
    tools: [search, refund]
    servers: [crm]
    permissions: ["Bash(git log:*)"]
    autonomy: approve
  - {{name: claude-code, kind: coding, autonomy: suggest}}
evaluation:
  - {{what: bias, evidence: docs/bias.md, date: 2026-05-01}}
practices:
  - {{name: impact-assessment, evidence: docs/impact.md, date: 2026-04-01}}
recovery:
  order: 2
  within: 4 hours
  fallback: people rank by hand
  declares-safe: {{security: "@org/appsec"}}
  exercised: "2026-03-02"
approved-until: 2027-01-31
"""


def read(text: str, **others: str) -> tuple[Initiative, ...]:
    files = {PATH: text} | {f".aigate/initiatives/{n}.yaml": t for n, t in others.items()}
    return read_initiatives(sorted(files), lambda path: files[path].encode())


def mistakes(text: str, **others: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read(text, **others)
    return caught.value.message.split("\n")


def test_ten_lines_are_a_first_useful_manifest() -> None:
    (found,) = read(SMALL)
    (service,) = found.components

    assert len(SMALL.splitlines()) <= 10
    assert found.owners == Owners(developer="@ada", security="@org/appsec")
    assert found.used_in == ("app/**",)
    assert found.data is DataClass.INTERNAL
    assert (service.kind, service.name, service.models) == (
        ComponentKind.SERVICE,
        "openai",
        ("gpt-5",),
    )
    assert found.at == Location(PATH, 3, 7, 3, 14)
    assert service.at == Location(PATH, 8, 19, 8, 25)
    assert dict(found.places)["data"] == Location(PATH, 7, 1, 7, 5)


def test_a_manifest_with_everything_is_read() -> None:
    (found,) = read(WHOLE)
    parts = {part.name: part for part in found.components}

    assert found.impact is Impact.HIGH
    assert parts["org/ranker"].files == (
        ModelFile(path="weights/ranker.safetensors", sha256=DIGEST),
    )
    assert parts["org/ranker"].revision == "0123456789abcdef0123456789abcdef01234567"
    assert parts["openai"].retention == 0
    assert parts["org/questions"].data is DataClass.PUBLIC
    assert parts["clerk"].agent is AgentKind.PRODUCT
    assert parts["clerk"].tools == ("search", "refund")
    assert parts["clerk"].autonomy is Autonomy.APPROVE
    assert parts["claude-code"].agent is AgentKind.CODING
    assert found.evaluations[0].on == date(2026, 5, 1)
    assert found.practices[0].name is PracticeName.IMPACT_ASSESSMENT
    assert found.recovery is not None
    assert found.recovery.within_hours == 4
    assert found.recovery.declares_safe.security == "@org/appsec"
    assert found.recovery.exercised == date(2026, 3, 2)
    assert found.approved_until == date(2027, 1, 31)


MODEL = HEAD + "models:\n  - name: a/b\n"
WRONG = {
    "C-082-twice": (HEAD + "data: public\ndata: internal\n", "6:1: `data` is given twice"),
    "C-082-inside": (HEAD + "owners: {developer: a, developer: b}\n", "5:24: `developer` is given"),
    "C-082-component": (MODEL + "  - name: a/b\n", "7:11: `a/b` is given twice (first in line 6)"),
    "C-083-alias": (HEAD + "owners: &a {developer: b}\n", "5:9: anchors"),
    "C-084-merge": (HEAD + "owners: {<<: {developer: a}}\n", "merge keys (`<<`)"),
    "C-084-cycle": (HEAD + "models: &a [*a]\n", "aliases (`*name`)"),
    "C-085-object": (HEAD + "data: !!python/object/apply:os.system [id]\n", "5:7: tags"),
    "C-085-binary": (HEAD + "data: !!binary aGVsbG8=\n", "5:7: tags"),
    "C-086-no": (HEAD + "data: no\n", "5:7: `no` is not one of the choices"),
    "C-086-name": ("version: 1\nname: yes\n", "2:7: YAML reads `yes` as yes or no"),
    "C-086-octal": (HEAD + "recovery: {order: 012}\n", "5:19: expected a number such as `1`"),
    "C-086-sexagesimal": (HEAD + "recovery: {within: 1:30}\n", "5:20: YAML reads `1:30`"),
    "C-086-exponent": (HEAD + "recovery: {order: 1e3}\n", "5:19: expected a number"),
    "C-086-date-as-text": (
        "version: 1\nname: support\npurpose: 2026-01-01\nused-in: a\n",
        "3:10: YAML reads `2026-01-01` as a date: write it in quotes",
    ),
    "C-086-nothing": (HEAD + "data:\n", "5:6: `` is not one of the choices"),
    "C-087-field": (HEAD + "modles: []\n", "5:1: unknown field `modles` (did you mean `models`?)"),
    "C-087-case": (HEAD + "Data: public\n", "(did you mean `data`?)"),
    "C-087-look-alike": (HEAD + "d\u0430ta: public\n", "(did you mean `data`?)"),
    "C-087-second": (HEAD + "---\ndata: public\n", "a second document"),
    "C-087-directive": ("%YAML 1.1\n---\n" + HEAD, "directives (`%`)"),
    "C-087-hidden": (HEAD + 'terms: "a\u200bb"\n', "the invisible character U+200B"),
    "C-088-depth": (HEAD + "models: " + "[" * 5_000 + "]" * 5_000 + "\n", "levels deep"),
    "C-088-scalar": (HEAD + "data: " + "a" * 10_000_000 + "\n", "1:1: larger than 64 KiB"),
    "C-089-pattern": (
        "version: 1\nname: support\npurpose: x\nused-in: '{a,b}/**'\n",
        "4:10: `{a,b}/**`: a pattern has no braces",
    ),
    "C-090-file": (
        MODEL + f"    files: [{{path: ../../etc/passwd, sha256: {DIGEST}}}]\n",
        "7:20: `../../etc/passwd` is no path of a file",
    ),
    "C-090-absolute": (
        MODEL + f"    files: [{{path: /etc/passwd, sha256: {DIGEST}}}]\n",
        "is no path of a file",
    ),
    "C-091-circle": (HEAD + "recovery: {after: support}\n", "5:19: `support` itself comes after"),
    "C-091-nobody": (HEAD + "recovery: {after: [suport]}\n", "there is no initiative `suport`"),
    "C-096-md5": (
        MODEL + "    files: [{path: a.bin, sha256: d41d8cd98f00b204e9800998ecf8427e}]\n",
        "7:35: `d41d8cd98f00b204e9800998ecf8427e` looks like MD5",
    ),
    "C-096-md5-field": (
        MODEL + "    files: [{path: a.bin, md5: d41d8cd98f00b204e9800998ecf8427e}]\n",
        "7:27: unknown field `md5` (choose from `path`, `sha256`)",
    ),
    "C-096-sha1": (
        MODEL + "    files: [{path: a.bin, sha256: sha1:" + "ab" * 20 + "}]\n",
        "looks like SHA-1",
    ),
    "name": (
        "version: 1\nname: other\npurpose: x\nused-in: a\n",
        "not that of the file: `support`",
    ),
    "version": ("version: 2\nname: support\npurpose: x\nused-in: a\n", "1:1: this gate knows"),
    "missing": ("version: 1\nname: support\n", "1:1: the field `purpose` is missing"),
    "no-file": ("", "1:1: nothing is in it"),
    "purl": (MODEL + "    purl: npm/foo\n", "7:11: `npm/foo` is no package URL"),
    "date": (HEAD + "approved-until: 2027-02-30\n", "5:17: `2027-02-30` is no date"),
    "year": (HEAD + "approved-until: 2027\n", "5:17: `2027` is no date"),
    "hours": (HEAD + "recovery: {within: 4h}\n", "5:20: `4h` is no number of hours"),
    "retention": (HEAD + "services: [{name: a, retention: 30}]\n", "5:33: YAML reads `30`"),
    "data": (HEAD + "data: secret\n", "(choose from `confidential`, `internal`"),
    "practices": (
        HEAD + "practices: [{name: remedies, evidence: x}]\n",
        "5:1: practices belong to high impact: add `impact: high`",
    ),
    "practice": (
        HEAD + "impact: high\npractices: [{name: remedy, evidence: x}]\n",
        "6:20: `remedy` is not one of the choices (did you mean `remedies`?)",
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_at_its_place(text: str, told: str) -> None:
    started = time.monotonic()

    found = mistakes(text)

    assert any(line.startswith(f"{PATH}:") and told in line for line in found), found
    assert time.monotonic() - started < 1


def test_every_mistake_in_every_manifest_is_told_at_once() -> None:
    told = mistakes(HEAD + "dat: x\n", other="version: 1\nname: other\n")

    assert [line.partition(" ")[0] for line in told] == [
        ".aigate/initiatives/other.yaml:1:1:",
        ".aigate/initiatives/other.yaml:1:1:",
        f"{PATH}:5:1:",
    ]


def test_an_alias_bomb_is_refused_c_083() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    started = time.monotonic()

    assert mistakes(HEAD + bomb)
    assert time.monotonic() - started < 1


def test_a_longer_circle_of_recovery_is_a_mistake() -> None:
    told = mistakes(
        HEAD + "recovery: {after: [other]}\n",
        other="version: 1\nname: other\npurpose: x\nused-in: b\nrecovery: {after: [support]}\n",
    )

    assert len(told) == 2
    assert all("a circle" in line for line in told)


def test_a_link_in_the_place_of_a_manifest_is_a_mistake_c_090() -> None:
    with pytest.raises(DocumentError, match="links are not followed"):
        read_initiatives([PATH], lambda _path: None)


def test_there_is_an_end_to_the_number_of_manifests_c_088() -> None:
    paths = [f".aigate/initiatives/a{n}.yaml" for n in range(300)]

    with pytest.raises(DocumentError, match="more than 256 manifests"):
        read_initiatives(
            paths,
            lambda path: f"version: 1\nname: {path[20:-5]}\npurpose: x\nused-in: a\n".encode(),
        )


@pytest.mark.parametrize(
    "path",
    [
        ".aigate/initiatives/a.yml",
        ".aigate/initiatives/a.json",
        ".aigate/initiatives/sub/a.yaml",
        ".aigate/Initiatives/a.yaml",
        ".aigate/initiatives/a.YAML",
    ],
)
def test_a_file_that_looks_like_a_manifest_and_is_none_is_refused_c_087(path: str) -> None:
    with pytest.raises(DocumentError, match="rename or remove"):
        find_initiatives(["app.py", path])


def test_a_hostile_name_of_a_file_stays_in_one_line() -> None:
    with pytest.raises(DocumentError) as caught:
        find_initiatives([".aigate/initiatives/a\n::error ::x\x1b[2J\udcff.yaml"])

    assert "\n" not in caught.value.message
    assert caught.value.message.isprintable()


def test_there_is_an_end_to_patterns_and_components_c_088() -> None:
    many = "used-in: [" + ", ".join(f"a{n}" for n in range(600)) + "]\n"
    text = HEAD.replace("used-in: app/**\n", many)

    assert any("more than 256 patterns" in one for one in mistakes(text))
    each = "models: [" + ", ".join(f"{{name: m{n}}}" for n in range(1_500)) + "]\n"
    told = mistakes(HEAD + each, other=HEAD.replace("support", "other") + each)
    assert any("more than 2000 components" in one for one in told)


def test_other_files_beside_manifests_are_left_alone() -> None:
    paths = [".aigate/policy.yaml", ".aigate/initiatives/README.md", PATH, "initiatives/a.yml"]

    assert find_initiatives(paths) == (PATH,)


def test_the_schema_on_disk_is_what_the_definitions_say() -> None:
    file = Path(__file__).parents[2] / "policies/schemas/initiative.schema.json"

    assert file.read_text() == schema_text(), "run `aigate manifest schema` into the file"


@pytest.mark.parametrize("text", [SMALL, WHOLE], ids=["small", "whole"])
def test_the_schema_allows_what_the_reader_reads(text: str) -> None:
    # As an editor reads it, to which dates are texts.
    jsonschema.validate(yaml.load(text, Loader=yaml.BaseLoader) | {"version": 1}, lenient())


def lenient() -> dict[str, object]:
    """Return the schema, with the one number that the plain loader leaves a text."""
    schema: dict[str, object] = json.loads(schema_text())
    schema["properties"]["recovery"]["properties"]["order"] = {}  # type: ignore[index] # plain JSON
    return schema


@pytest.mark.parametrize(
    "name",
    [name for name in WRONG if name.split("-")[-1] in {"field", "practices", "purl", "data"}],
)
def test_the_schema_refuses_what_the_reader_refuses(name: str) -> None:
    found = yaml.load(WRONG[name][0], Loader=yaml.BaseLoader) | {"version": 1}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, lenient())
