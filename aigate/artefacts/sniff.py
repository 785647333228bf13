"""Tells by name and first bytes which files are models, and who answers for them."""

from __future__ import annotations

import re

from aigate.artefacts.look import LimitError, Look, Purse
from aigate.artefacts.magic import GGUF, HDF5, NUMPY, OPCODES, looks_like_pickle, packing_of
from aigate.artefacts.media import begins_as_media, is_named_as_media
from aigate.artefacts.values import Format
from aigate.domain.regex import regex

_SURE_NAMES = regex(
    r"\.(?:pkl|pickle|pck|joblib|dill|pt|pth|ckpt)(?:\.gz|\.bz2|\.xz|\.lzma|\.z)?\Z", re.IGNORECASE
)
_PICKLE_NAMES = regex(r"\.(?:pkl|pickle|pck|joblib|dill)\Z", re.IGNORECASE)
_TORCH_NAMES = regex(r"\.(?:pt|pth|pt2|ptl|ckpt|bin|th|jit|torchscript)\Z", re.IGNORECASE)
_ZIP = b"PK\x03\x04"
_ARCHIVES = (b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
_ZIPS_BY_END = {"keras": Format.KERAS, "npz": Format.NUMPY_ARCHIVE}
_BY_BYTES = (
    (NUMPY, Format.NUMPY),
    (HDF5, Format.HDF5),
    (GGUF, Format.GGUF),
)
_BY_END = {"safetensors": Format.SAFETENSORS, "onnx": Format.ONNX}
_BY_NAME = {
    "saved_model.pb": Format.SAVED_MODEL,
    "frozen_inference_graph.pb": Format.SAVED_MODEL,
    "keras_metadata.pb": Format.SAVED_MODEL,
}
_MOST_STEPS = 20_000


def format_of(path: str, head: bytes) -> Format | None:
    """Return the format of a file that is read whole here, or None where nobody answers for it.

    What has a format here is either examined to the end, or objected to.
    """
    name = path.lower()
    if head.startswith(_ZIP):
        if _TORCH_NAMES.search(name):
            return Format.TORCH
        return _ZIPS_BY_END.get(name.rpartition(".")[2])
    by_bytes = next((kind for magic, kind in _BY_BYTES if head.startswith(magic)), None)
    by_name = _BY_END.get(name.rpartition(".")[2]) or _BY_NAME.get(name.rpartition("/")[2])
    found = by_bytes or by_name
    if found is None and looks_like_pickle(head):
        found = Format.PICKLE
    elif found is None and _SURE_NAMES.search(name) and packing_of(head) is not None:
        found = Format.COMPRESSED
    elif found is None and _PICKLE_NAMES.search(name) and not head.startswith(_ARCHIVES):
        found = Format.PICKLE
    return found


def is_named_as_pickle(path: str) -> bool:
    """Tell whether programs would unpickle a file of this name."""
    return bool(_SURE_NAMES.search(path))


def is_inert(path: str, head: bytes) -> bool:
    """Tell whether this is a media file by name and content, and no pickle besides."""
    if not (is_named_as_media(path) and begins_as_media(head)):
        return False
    return not _acts(head, Purse())


def may_be_model(path: str, data: bytes) -> bool:
    """Tell whether a text has to be read as the bytes that it is.

    It has if its name says so, or if it is a pickle that calls something: those of protocol 0
    are texts.
    """
    if _PICKLE_NAMES.search(path) or looks_like_pickle(data):
        return True
    try:
        return _acts(data, Purse(steps=_MOST_STEPS))
    except LimitError:
        # More opcodes in a row than any text has by chance.
        return True


def _acts(data: bytes, purse: Purse) -> bool:
    if not data or data[0] not in OPCODES:
        return False
    from aigate.artefacts.pickles import acts_unnamed  # noqa: PLC0415 - most files begin like no pickle

    return acts_unnamed(data, Look(purse))
