"""Answers one event of a coding agent: whatever happens, in that agent's own form."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from aigate.domain.agent import Answer, Event, Moment, Reply, Ruling
from aigate.domain.tree import Change
from aigate.engine.shown import line
from aigate.errors import AigateError
from aigate.loop import before, records, state, words
from aigate.loop.look import AFTER, is_plain, look
from aigate.loop.paths import holder_of, target_of
from aigate.loop.setting import Objection, Setting
from aigate.loop.state import Session, Slot

LARGEST = 16_000_000
"""Events of more bytes are not read."""

MOST_BLOCKS = 3
"""So often in a row the model is sent back, and then people go on."""

_SMALL = 1_000_000


def answer(data: bytes, setting: Setting) -> Reply:
    """Return the answer to an event; it never raises."""
    agent = setting.agent
    moment = Moment.BEFORE
    try:
        found = _object(data)
        # A name that is known tells which form the answer has, even if the rest is damaged.
        moment = _moment(found, setting)
        event = agent.read(found)
        said = _said(event, setting)
    except ValueError as error:
        said = Answer(Ruling.BLOCK, f"aigate cannot read this event: {line(str(error), 300)}")
    except Exception as error:  # noqa: BLE001 - no error may let anything pass
        said = Answer(Ruling.BLOCK, _failed(error))
    return agent.reply(moment, said)


def _object(data: bytes) -> Mapping[str, object]:
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    try:
        found: object = json.loads(data)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except ValueError:
        raise ValueError("it is no JSON") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - the event is wrong, no type of ours
    return found


def _moment(found: Mapping[str, object], setting: Setting) -> Moment:
    named = {
        key: value for key, value in found.items() if key in {"hook_event_name", "hookEventName"}
    }
    try:
        whole = {"session_id": "-", "conversation_id": "-", **named}
        found_moment = setting.agent.read(whole).moment
    except ValueError:
        return Moment.BEFORE
    # Of an event that nobody knows, and that turns out to be damaged, the worst is assumed.
    return Moment.BEFORE if found_moment is Moment.OTHER else found_moment


def _failed(error: Exception) -> str:
    if isinstance(error, AigateError):
        hint = f"; hint: {error.hint}" if error.hint else ""
        return f"aigate could not examine this: {line(error.message, 500)}{line(hint, 300)}"
    return (
        f"aigate failed with an internal error ({type(error).__name__}), so nothing is let through;"
        " hint: tell your user, and have `aigate doctor` and `aigate agent doctor` run"
    )


def _said(event: Event, setting: Setting) -> Answer:
    if event.moment is Moment.OTHER:
        return Answer()
    root = root_of(event, setting)
    if not root:
        # No repository, nothing that a gate could let pass or not.
        return Answer()
    agent = setting.agent.name
    slot = state.slot_of(setting.states, root=root, agent=agent, session=event.session)
    if setting.states:
        state.note_use(setting.states, root=root, agent=agent)
    session: Session | None = None
    objection: Objection | None
    try:
        session = _session(slot, root, event, setting)
        objection, session = _objection(event, root, session, slot, setting)
    except Exception as error:  # noqa: BLE001 - it is an objection like any other, and counted
        objection = Objection((_failed(error),))
    if event.moment is Moment.START:
        return Answer(Ruling.PASS, objection.lines[0]) if objection else Answer()
    return _counted(event, objection, session, slot)


def root_of(event: Event, setting: Setting) -> str:
    """Return the top of the repository that an event is about, or the empty text."""
    folder = event.folder or setting.start
    places = [folder, *(str(Path(folder, edit.path).parent) for edit in event.edits)]
    return next((found for place in places if (found := holder_of(place))), "")


def _session(slot: Slot, root: str, event: Event, setting: Setting) -> Session:
    """Return what is known of the session, from now on if nothing was."""
    known, damaged = None, not setting.states
    if setting.states:
        try:
            known = state.load(slot)
        except state.DamagedError:
            damaged = True
    if known is None:
        from aigate.loop.sweep import begin  # noqa: PLC0415 - git is not asked again after this

        fresh = begin(root, setting, clean=damaged)
        if not setting.states:
            return fresh
        state.forget_old(setting.states, now=setting.at.timestamp())
        if damaged:
            state.slot_file(slot).unlink(missing_ok=True)
        known = state.change(slot, lambda other: other or replace(fresh, model=event.model))
    return _with_model(known, event.model, slot)


def _with_model(known: Session, model: str, slot: Slot) -> Session:
    if not model or model == known.model:
        return known
    return state.change(slot, lambda other: replace(other or known, model=model))


def _objection(
    event: Event, root: str, session: Session, slot: Slot, setting: Setting
) -> tuple[Objection | None, Session]:
    if event.moment is Moment.BEFORE:
        found = before.object_to(event, root=root, commit=session.commit, setting=setting)
        if found is None and event.edits:
            session = _awaited(event, root, session, slot, setting)
        return found, session
    if event.moment is Moment.AFTER:
        return _after(event, root, session, slot, setting)
    if event.moment is Moment.STOP:
        return _at_stop(event, root, session, slot, setting)
    return None, session


def _paths(event: Event, root: str) -> dict[str, str]:
    """Return the texts of the edits inside the repository, by path."""
    found: dict[str, str] = {}
    for edit in event.edits:
        target = target_of(edit.path, root=root, folder=event.folder)
        if target.path and not target.refusal:
            found[target.path] = f"{found.get(target.path, '')}\n{edit.text}"
    return found


def _awaited(event: Event, root: str, session: Session, slot: Slot, setting: Setting) -> Session:
    """Keep what is about to be written; whether it was, the file shows later."""
    written = {p: records.hashes(text) for p, text in _paths(event, root).items()}
    written = {path: found for path, found in written.items() if found}
    if not written or not setting.states:
        return session

    def step(other: Session | None) -> Session:
        known = other or session
        pending = dict(known.pending)
        for path, found in written.items():
            pending[path] = tuple(dict.fromkeys((*pending.get(path, ()), *found)))
        return replace(known, pending=pending)

    return state.change(slot, step)


def _after(
    event: Event, root: str, session: Session, slot: Slot, setting: Setting
) -> tuple[Objection | None, Session]:
    paths = _paths(event, root)
    if not paths:
        return None, session
    if not session.pending:
        # An agent that asks nobody before a write tells of it afterwards all the same.
        session = _awaited(event, root, session, slot, setting)
    session = _recorded(frozenset(paths), event, root, session, slot, setting)
    doubtful = frozenset(path for path in paths if not _is_harmless(path, root))
    if not doubtful:
        return None, session
    from aigate.loop import sweep  # noqa: PLC0415 - the gate is not loaded for what needs none

    return sweep.object_to(root, doubtful, session, setting), session


def _is_harmless(path: str, root: str) -> bool:
    """Tell whether a file needs no engine, and no scanner without one sees anything in it."""
    file = Path(root, path)
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _SMALL:
            return False
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    looked = look(path, text, AFTER, change=Change.MODIFIED)
    return is_plain(looked) and not looked.sightings and not looked.gaps


def _at_stop(
    event: Event, root: str, session: Session, slot: Slot, setting: Setting
) -> tuple[Objection | None, Session]:
    from aigate.loop import sweep  # noqa: PLC0415 - as above

    found = sweep.changed(root, session, setting)
    session = _recorded(frozenset(session.pending), event, root, session, slot, setting)
    if found.digest == session.settled:
        return None, session
    objection: Objection | None
    try:
        objection = sweep.object_to(root, frozenset(found.blobs), session, setting)
    except Exception as error:  # noqa: BLE001 - people are told of it once for each state of the files
        objection = Objection((_failed(error),))
    settles = objection is None or session.blocks.get(Moment.STOP.value, 0) >= MOST_BLOCKS
    if settles and setting.states:
        session = state.change(slot, lambda other: replace(other or session, settled=found.digest))
    return objection, session


def _recorded(
    paths: frozenset[str], event: Event, root: str, session: Session, slot: Slot, setting: Setting
) -> Session:
    """Record those awaited lines that are in their files now."""
    if not paths & session.pending.keys():
        return session
    from aigate.workspace import git  # noqa: PLC0415 - as above

    repository = git.open_repository(root, environ=setting.environ)
    done: dict[str, tuple[str, tuple[str, ...]]] = {}
    for path in sorted(paths & session.pending.keys()):
        with contextlib.suppress(OSError):
            file = Path(root, path)
            if file.is_file() and not file.is_symlink() and file.stat().st_size <= LARGEST:
                data = file.read_bytes()
                there = frozenset(records.hashes(data.decode("utf-8", "replace")))
                lines = tuple(one for one in session.pending[path] if one in there)
                done[path] = (git.blob_id(repository, data), lines)
    agent = setting.agent.name
    row = records.record(event.session, agent, model=session.model, files=done)
    if row:
        records.append(repository.common_dir, f"{agent}\0{event.session}", row)

    def step(other: Session | None) -> Session:
        known = other or session
        left = {path: kept for path, kept in known.pending.items() if path not in done}
        return replace(known, pending=left)

    return state.change(slot, step)


def _counted(
    event: Event, objection: Objection | None, session: Session | None, slot: Slot
) -> Answer:
    """Return the answer, and keep how often in a row the model was sent back."""
    moment = event.moment.value
    if objection is None:
        if session and session.blocks.get(moment):
            _count(slot, session, moment, blocked=False)
        return Answer()
    try:
        times = _count(slot, session, moment, blocked=True) if session and slot.folder else 0
    except (OSError, state.DamagedError):
        times = 0
    if not times:
        # Nothing can be counted here, so an agent that is sent on already is sent on no more.
        times = MOST_BLOCKS + 1 if event.again else 1
    if event.moment is Moment.BEFORE:
        return Answer(Ruling.BLOCK, words.blocked(objection, last=times >= MOST_BLOCKS))
    if times > MOST_BLOCKS:
        return Answer(Ruling.HAND_OVER, words.handed_over(objection, times=MOST_BLOCKS))
    return Answer(Ruling.BLOCK, words.blocked(objection, last=times == MOST_BLOCKS))


def _count(slot: Slot, session: Session, moment: str, *, blocked: bool) -> int:
    """Count an objection, or begin anew; return how many there were in a row."""
    times = 0

    def step(other: Session | None) -> Session:
        nonlocal times
        known = other or session
        times = known.blocks.get(moment, 0) + 1 if blocked else 0
        # After people were called, the next turn begins from nothing.
        ends = times > MOST_BLOCKS and moment != Moment.BEFORE.value
        return replace(known, blocks={**known.blocks, moment: 0 if ends else times})

    state.change(slot, step)
    return times
