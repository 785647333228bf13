"""Says what loading a model file would do, without loading it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from aigate.artefacts import settings
from aigate.artefacts.look import LimitError, Look, Purse
from aigate.artefacts.sniff import is_inert
from aigate.artefacts.values import Artefact, Objection, Remark
from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import WHOLE, Span
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Change, Kind, Unit
from aigate.engine.lines import Lines

_NAME = "model-files"
_SECONDS = 2.0
_MOST_SHOWN = 3
_CODE_CONTROLS = (
    "nist-800-53/SI-3",
    "nist-800-53/SC-18",
    "nist-800-53/SI-7",
    "nist-800-53/SR-10",
    "nist-ssdf/PW.4.4",
    "nist-ssdf/PS.1.3",
    "cmmc/SI.L1-3.14.2",
    "cmmc/SC.L2-3.13.13",
    "owasp-llm/LLM03",
)
_FORM_CONTROLS = (
    "nist-800-53/SI-3",
    "nist-800-53/SI-7",
    "nist-800-53/SI-10",
    "nist-800-53/SR-11",
    "nist-ssdf/PW.4.4",
    "cmmc/SI.L1-3.14.2",
    "owasp-llm/LLM03",
)
_SAFE = "Use weights in `.safetensors` from a source that you have checked, fetched by digest."


def _rule(  # noqa: PLR0913 - the fields of a page
    objection: Objection,
    title: str,
    severity: Severity,
    *,
    what: str,
    why: str,
    fix: str = _SAFE,
    cwe: tuple[int, ...] = (502,),
    controls: tuple[str, ...] = _CODE_CONTROLS,
) -> Rule:
    return Rule(
        name=objection.value,
        scanner=_NAME,
        title=title,
        severity=severity,
        what=what,
        why=why,
        fix=fix,
        cwe=cwe,
        controls=controls,
    )


RULES = (
    _rule(
        Objection.CODE,
        "Model file that runs code when it is loaded",
        Severity.CRITICAL,
        what="A pickle asks for a function that runs programs, reaches files, the network or other"
        " code, or for an attribute behind something imported.",
        why="Loading the file is running it, with all the rights of whoever loads it.",
        cwe=(502, 506),
    ),
    _rule(
        Objection.GLOBAL,
        "Model file that asks for something nobody has vouched for",
        Severity.HIGH,
        what="A pickle asks for a class or function that is not on the list of harmless ones, or"
        " computes its name, or calls what another call returned.",
        why="Whatever a pickle names is imported and called when it is loaded.",
        fix="Save the weights alone, in `.safetensors`; or have the two seats look at the name.",
    ),
    _rule(
        Objection.FORMAT,
        "Model file in a format that can run code",
        Severity.LOW,
        what="The file is a pickle, or holds one; it names nothing but harmless classes.",
        why="The next version of it may name something else, and nothing about the format stops it.",
        fix="Save the weights in `.safetensors`.",
    ),
    _rule(
        Objection.MALFORMED,
        "Model file that breaks the rules of its format",
        Severity.HIGH,
        what="A header, a directory or a stream says something else than what is there.",
        why="Readers disagree about such a file: what one checks, another does not load.",
        fix="Fetch the file again from its source, and compare its digest.",
        cwe=(20, 436, 1284),
        controls=_FORM_CONTROLS,
    ),
    _rule(
        Objection.UNREAD,
        "Part of a model file that was not read",
        Severity.HIGH,
        what="A part of the file is encrypted, packed in an unknown way, or of an unknown kind.",
        why="What was not examined cannot pass: it may hold anything, and nobody would see it.",
        fix="Commit the model unpacked and unencrypted, or have the file accepted jointly.",
        cwe=(506, 829),
        controls=_FORM_CONTROLS,
    ),
    _rule(
        Objection.LAYER,
        "Model whose layers run code",
        Severity.CRITICAL,
        what="A layer holds compiled Python code, imports a module by name, or calls into Python.",
        why="The code runs when the model is loaded or used, whatever the framework calls safe mode.",
        fix="Replace the layer by one of the framework, or by a class in reviewed code.",
        cwe=(502, 94, 506),
    ),
    _rule(
        Objection.TEMPLATE,
        "Chat template that reaches for code",
        Severity.CRITICAL,
        what="A chat template uses constructs of Jinja that lead out of the template.",
        why="Templates are programs that run for each conversation; outside of a sandbox these"
        " constructs run any code.",
        fix="Use the template of the model's publisher, and compare its digest.",
        cwe=(1336, 94),
    ),
    _rule(
        Objection.REMOTE,
        "Model configuration that loads code of strangers",
        Severity.HIGH,
        what="`auto_map` or `trust_remote_code` has the loader fetch and run Python files.",
        why="The files come from wherever the model came from, and change with it.",
        fix="Use a model class of the library, or copy the code into the repository for review.",
        cwe=(829, 494),
    ),
    _rule(
        Objection.FILES,
        "Model that reads or writes files of the machine",
        Severity.HIGH,
        what="An operator, a vocabulary or external data leads to files outside of the model.",
        why="Running the model then reads secrets or overwrites files with the rights of its user.",
        fix="Put the data into the model's folder, and remove the operator from the graph.",
        cwe=(22, 73, 829),
    ),
    _rule(
        Objection.OPERATOR,
        "Model that needs operators or classes of others",
        Severity.MEDIUM,
        what="The graph uses operators, or the description classes, that a library of others brings.",
        why="Whoever runs the model installs and loads that library.",
        fix="Name the library among the dependencies, pinned; or export without it.",
        cwe=(829, 1357),
    ),
    _rule(
        Objection.MEMBER,
        "Member of a model archive that leads out of its folder",
        Severity.HIGH,
        what="A member is named with an absolute path or `..`, or is a link.",
        why="Programs that unpack the archive write where the name leads.",
        fix="Pack the archive anew, with plain names.",
        cwe=(22, 59),
        controls=_FORM_CONTROLS,
    ),
    _rule(
        Objection.METADATA,
        "Metadata of a model that holds markup or instructions",
        Severity.HIGH,
        what="The free text in the header holds markup, invisible characters, or instructions.",
        why="Viewers show it and assistants read it; it is written by whoever made the file.",
        fix="Write the metadata anew, as plain facts.",
        cwe=(79, 1427),
        controls=_FORM_CONTROLS,
    ),
)
_KEYS: Mapping[Objection, Sequence[str]] = {
    Objection.REMOTE: ('"auto_map"', '"trust_remote_code"'),
    Objection.TEMPLATE: ('"chat_template"', '"template"'),
}


def scan(target: Target) -> Iterator[Sighting | Gap]:
    ends = time.monotonic() + target.deadline
    wanted: dict[str, list[Unit]] = {}
    for unit in target.units:
        if unit.change is Change.REMOVED:
            continue
        if _has_bytes(unit):
            wanted.setdefault(unit.entry.blob, []).append(unit)
        elif unit.kind in TEXTUAL and settings.is_settings(unit.path):
            yield from _settings(unit)
    units = [group[0] for group in wanted.values()]
    for blob, data in target.read([unit.entry for unit in units]):
        for unit in wanted.pop(blob, ()):
            yield from _file(unit, data, ends)
    for group in wanted.values():
        for unit in group:
            yield Gap(unit.path, "its content is not here", "model-unread", _NAME)


def _has_bytes(unit: Unit) -> bool:
    """Tell whether the bytes of a unit are worth a look, by their beginning."""
    if unit.notes and unit.kind is Kind.BINARY:
        # Each of these is a gap or a finding already.
        return False
    if unit.kind is Kind.BINARY:
        return not is_inert(unit.path, unit.head)
    return bool(unit.head)


def _file(unit: Unit, data: bytes, ends: float) -> Iterator[Sighting | Gap]:
    # It reads all formats, and few changes bring any.
    from aigate.artefacts.examine import examine  # noqa: PLC0415 - see above

    # Time of our own, so that a busy machine does not change what is said of a file.
    latest = time.thread_time() + _SECONDS
    try:
        found = examine(
            unit.path,
            data,
            in_time=lambda: time.thread_time() < latest and time.monotonic() < ends,
        )
    except Exception as error:  # noqa: BLE001 - hostile bytes; a fault of ours must not end the run
        reason = f"reading it failed: {type(error).__name__}"
        yield Gap(unit.path, reason, "model-unread", _NAME)
        return
    yield from _said(unit, found.remarks, found)
    if found.unseen:
        yield Gap(unit.path, f"it was not read to its end: {found.unseen}", "model-limit", _NAME)


def _settings(unit: Unit) -> Iterator[Sighting | Gap]:
    look = Look(Purse())
    try:
        settings.read(unit.path, unit.text, look)
    except LimitError as error:
        yield Gap(unit.path, f"it was not read to its end: {error}", "model-limit", _NAME)
    yield from _said(unit, tuple(sorted(look.remarks)), None)


def _said(unit: Unit, remarks: Sequence[Remark], found: Artefact | None) -> Iterator[Sighting]:
    """Yield one sighting for each objection, with the first few reasons."""
    for objection in sorted({remark.objection for remark in remarks}):
        reasons = [
            f"in `{one.member}`: {one.text}" if one.member else one.text
            for one in remarks
            if one.objection is objection
        ]
        more = len(reasons) - _MOST_SHOWN
        shown = "; ".join(reasons[:_MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        digest = f" (SHA-256 `{found.sha256}`)" if found else ""
        yield Sighting(
            rule=objection.value,
            unit=unit.id,
            span=_span(unit, objection) if found is None else WHOLE,
            message=shown + digest,
        )


def _span(unit: Unit, objection: Objection) -> Span:
    """Begin at the key that is meant; go to the end, so that another value is another finding."""
    places = (unit.text.find(key) for key in _KEYS.get(objection, ()))
    start = next((place for place in places if place >= 0), -1)
    return Lines(unit.text).span(start, len(unit.text)) if start >= 0 else WHOLE
