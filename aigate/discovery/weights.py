"""Finds model files by their names; what is in them is for the scanner of model files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigate.domain.inventory import Use, UseKind
from aigate.domain.place import Location
from aigate.domain.regex import regex
from aigate.domain.tree import Kind, Unit

_WEIGHTS = regex(
    r".*\.(?:safetensors|gguf|ggml|pth?|ckpt|onnx|h5|keras|tflite|mlmodel|mlpackage|joblib|pb|engine|pdparams|llamafile|nemo)",
    re.IGNORECASE,
)
_WEIGHTS_BIN = regex(
    r"(?:.*/)?(?:pytorch_model|model|diffusion_pytorch_model|adapter_model|ggml)[\w.-]*\.bin"
)
_DIGEST = regex(r"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_HOLDS = frozenset({Kind.BINARY, Kind.POINTER})


def is_named_as_weights(path: str) -> bool:
    """Tell whether a file of this name may be a model file."""
    return bool(_WEIGHTS.fullmatch(path) or _WEIGHTS_BIN.fullmatch(path))


def uses_of(unit: Unit) -> Iterator[Use]:
    """Yield the use if the unit is a model file, or stands for one that lies elsewhere."""
    if unit.kind not in _HOLDS:
        return
    if not is_named_as_weights(unit.path):
        return
    digest = _DIGEST.search(unit.text) if unit.kind is Kind.POINTER else None
    detail = (("stored", "git-lfs"),) if unit.kind is Kind.POINTER else ()
    yield Use(
        kind=UseKind.WEIGHTS,
        name=unit.path.rpartition("/")[2],
        at=Location(unit.path, 1, 1, 1, 1),
        evidence=unit.path,
        digest=digest[1] if digest else "",
        detail=detail,
    )
