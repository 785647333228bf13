"""What is known of a model file without loading it, and what speaks against it."""

from __future__ import annotations

from enum import StrEnum

from aigate.value import dataclass


class Format(StrEnum):
    """How a model file is written."""

    PICKLE = "pickle"
    TORCH = "torch"
    """A zip with a pickle and raw tensors, or TorchScript."""
    NUMPY = "numpy"
    NUMPY_ARCHIVE = "npz"
    KERAS = "keras"
    HDF5 = "hdf5"
    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    ONNX = "onnx"
    SAVED_MODEL = "saved-model"
    ZIP = "zip"
    TAR = "tar"
    COMPRESSED = "compressed"
    UNKNOWN = "unknown"


class Objection(StrEnum):
    """What can speak against a model file; the value is the name of the rule."""

    CODE = "model-pickle-code"
    GLOBAL = "model-pickle-unknown-global"
    FORMAT = "model-unsafe-format"
    MALFORMED = "model-malformed"
    UNREAD = "model-not-examined"
    LAYER = "model-layer-code"
    TEMPLATE = "model-template-code"
    REMOTE = "model-remote-code"
    FILES = "model-file-access"
    OPERATOR = "model-custom-operator"
    MEMBER = "model-member-path"
    METADATA = "model-metadata-text"


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One objection: `member` is the path inside of an archive, or empty."""

    objection: Objection
    member: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A model file: what it is, by digest, and what speaks against loading it.

    `templates` are the SHA-256 of the chat templates in it. `unseen` says why it could not be
    seen whole, and is empty if it was; what was found until then is in `remarks` all the same.
    """

    path: str
    format: Format
    size: int
    sha256: str
    remarks: tuple[Remark, ...] = ()
    templates: tuple[str, ...] = ()
    unseen: str = ""
