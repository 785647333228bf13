"""Examines one model file, with everything that is packed in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator

from aigate.artefacts import (
    arrays,
    gguf,
    graphs,
    keras,
    pickles,
    settings,
    sniff,
    streams,
    tars,
    tensors,
    zips,
)
from aigate.artefacts.look import LimitError, Look, MalformedError, Purse
from aigate.artefacts.magic import NUMPY, Packing, packing_of
from aigate.artefacts.values import Artefact, Format, Objection
from aigate.domain.regex import regex

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_PROGRAM = regex(
    rb"\x7fELF|MZ|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe|\0asm|#!"
)
# Members of what PyTorch writes: pickles, raw tensors, TorchScript, and small notes.
_OF_TORCH = regex(
    r"(?:.*/)?(?:data|constants|attributes|tensors|extra|sharded_data|model|data/weights"
    r"|data/constants)/[^/]+|(?:.*/)?(?:version|byteorder|model\.json|archive_format"
    r"|archive_version|\.format_version|\.storage_alignment|\.data/serialization_id"
    r"|\.data/version|[^/]+\.pkl|[^/]+\.debug_pkl)|(?:.*/)?code/.*"
)
_OF_KERAS = frozenset({"config.json", "metadata.json", "model.weights.h5"})
_TEXTS = regex(r"\.(?:json|txt|md|yaml|yml|jinja2?)\Z", re.IGNORECASE)


def examine(path: str, data: bytes, *, in_time: Callable[[], bool] = lambda: True) -> Artefact:
    """Say what loading a file would do, as far as its bytes tell; nothing is loaded.

    `in_time` is asked now and then whether to go on. Whatever the bytes are, this returns.
    """
    look = Look(Purse(in_time=in_time))
    kind = sniff.format_of(path, data[:4096])
    unseen = ""
    try:
        found = _read(path, data, look)
        kind = kind or found
    except LimitError as error:
        unseen = str(error)
    except (RecursionError, MemoryError):
        unseen = "it is nested more deeply, or asks for more memory, than is read"
    return Artefact(
        path=path,
        format=kind or Format.UNKNOWN,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        remarks=tuple(sorted(look.remarks)),
        templates=tuple(look.templates),
        unseen=unseen,
    )


def _read(name: str, data: bytes, look: Look) -> Format | None:
    """Read one file or member by what it is; return its format, or None if it is no model."""
    kind = sniff.format_of(name, data[:4096])
    try:
        found = _read_as(kind, name, data, look)
    except MalformedError as error:
        look.say(Objection.MALFORMED, str(error))
        found = kind
    if not data.startswith((_ZIP, _EMPTY_ZIP)) and zips.has_directory(data):
        # Readers of zips begin at the end.
        _appended(data, look)
    return found


def _appended(data: bytes, look: Look) -> None:
    start = data.find(_ZIP)
    if start < 0:
        return
    inside = look.inside("zip")
    before = len(look.remarks)
    try:
        _read_members(zips.members(data, inside), inside, None)
    except MalformedError:
        return
    if len(look.remarks) > before:
        look.say(Objection.MALFORMED, "a zip is hidden behind other content")


def _read_as(kind: Format | None, name: str, data: bytes, look: Look) -> Format | None:
    match kind:
        case Format.PICKLE if not tars.is_tar(data):
            _read_pickle(data, look)
        case Format.NUMPY:
            arrays.read(data, look)
        case Format.HDF5:
            keras.read_hdf5(data, look)
        case Format.GGUF:
            gguf.read(data, look)
        case Format.SAFETENSORS:
            tensors.read(data, look)
        case Format.ONNX:
            graphs.read_onnx(data, look)
        case Format.SAVED_MODEL:
            _read_saved(name, data, look)
        case Format.TORCH | Format.KERAS | Format.NUMPY_ARCHIVE:
            _read_members(zips.members(data, look), look, kind)
        case _:
            return _read_other(name, data, look)
    return kind


def _read_pickle(data: bytes, look: Look) -> None:
    _, broke, acts = pickles.read_all(data, look)
    if broke:
        look.say(Objection.MALFORMED, "the pickle breaks off; what stands before runs all the same")
    if acts:
        look.say(Objection.FORMAT, "loading a pickle calls what it names")


def _read_saved(name: str, data: bytes, look: Look) -> None:
    if name.lower().endswith("keras_metadata.pb"):
        keras.read_hdf5(data, look)
    else:
        graphs.read_tensorflow(data, look, saved=name.lower().endswith("saved_model.pb"))


def _read_other(name: str, data: bytes, look: Look) -> Format | None:
    """Read what no name and no first bytes tell for sure."""
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        _read_members(zips.members(data, look), look, None)
        return Format.ZIP
    if tars.is_tar(data):
        # Where the name promises a pickle, nothing may stay unread.
        is_model = sniff.is_named_as_pickle(name)
        _read_members(tars.members(data, look), look, Format.TAR if is_model else None)
        return Format.TAR
    if data.startswith(_SEVEN_ZIP):
        look.say(Objection.UNREAD, "archives of 7-Zip are not read")
        return None
    packing = packing_of(data[:16])
    if packing is not None:
        return _read_packed(packing, name, data, look)
    if pickles.acts_unnamed(data, look):
        return Format.PICKLE
    return None


def _read_packed(packing: Packing, name: str, data: bytes, look: Look) -> Format | None:
    is_sure = sniff.is_named_as_pickle(name)
    content, whole = streams.unpack(packing, data, look)
    if not whole and is_sure:
        look.say(Objection.MALFORMED, f"the {packing} stream breaks off")
    if not content:
        return None
    inner = re.sub(r"\.(?:gz|bz2|xz|lzma|z)\Z", "", name, flags=re.IGNORECASE)
    found = _read(inner.rpartition("/")[2], content, look.inside(str(packing)))
    if found is None and is_sure and not _is_settled(content):
        look.say(Objection.UNREAD, "what is packed in it is of no known kind")
    return Format.COMPRESSED


def _is_settled(data: bytes) -> bool:
    """Tell whether bytes that are no model are a pickle of the oldest kind that does nothing."""
    try:
        end, broke, _ = pickles.read_all(data, Look(Purse()))
    except LimitError:
        return False
    return not broke and end >= len(data)


def _read_members(found: Iterator[zips.Member], look: Look, kind: Format | None) -> None:
    """Read the members of an archive; of a model's archive nothing may stay unread."""
    for member in found:
        inside = look.inside(member.name)
        if not member.whole:
            _read_beginning(member, inside, kind)
            continue
        is_model = _read(member.name, member.data, inside) is not None
        if _TEXTS.search(member.name) or settings.is_settings(member.name):
            _read_text(member, inside, kind)
        elif kind and not is_model:
            _check_rest(member, inside, kind)


def _read_beginning(member: zips.Member, look: Look, kind: Format | None) -> None:
    """Read a member that is too large to be held: raw numbers need no more."""
    if kind is Format.NUMPY_ARCHIVE and member.data.startswith(NUMPY):
        try:
            arrays.read(member.data, look, whole=False)
        except MalformedError as error:
            look.say(Objection.MALFORMED, str(error))
    else:
        _read(member.name, member.data, look)
        look.say(Objection.UNREAD, "it is larger than what is read")


def _read_text(member: zips.Member, look: Look, kind: Format | None) -> None:
    if kind is Format.KERAS and member.name == "config.json":
        keras.read_config(member.data, look)
    else:
        settings.read(member.name, member.data.decode("utf-8", "replace"), look)
        if _describes_layers(member.data):
            keras.read_config(member.data, look)


def _describes_layers(data: bytes) -> bool:
    if b'"class_name"' not in data:
        return False
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False


def _check_rest(member: zips.Member, look: Look, kind: Format) -> None:
    """Object to members that a model of this kind does not have."""
    if _PROGRAM.match(member.data):
        look.say(Objection.UNREAD, "a program lies in the model")
    elif kind is Format.TORCH and _OF_TORCH.fullmatch(member.name):
        if member.name.endswith(("pkl", ".debug_pkl")) and not _is_settled(member.data):
            look.say(Objection.MALFORMED, "what is named a pickle is none")
    elif kind is Format.KERAS and member.name.startswith("assets/"):
        return
    else:
        look.say(Objection.UNREAD, "a model of this kind has no such member")
