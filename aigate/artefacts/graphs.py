"""Reads the operators of ONNX models and of TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.artefacts.look import LimitError, Look, MalformedError
from aigate.artefacts.protobuf import LENGTH, fields, text
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex

_MOST_DEPTH = 24
_ODD_LOCATION = regex(r"\A[/\\~]|\A[A-Za-z]:|(?:\A|[/\\])\.\.(?:[/\\]|\Z)|://|[\x00-\x1f]")
_ONNX_DOMAINS = regex(r"|ai\.onnx(?:\..+)?|com\.microsoft(?:\..+)?|org\.pytorch\.aten|pkg\..+")

# Messages of ONNX: for each field that holds a message, which one.
_MODEL, _GRAPH, _NODE, _ATTRIBUTE, _TENSOR, _ENTRY, _FUNCTION, _SPARSE, _IMPORT = range(9)
_ONNX = {
    _MODEL: {7: _GRAPH, 8: _IMPORT, 25: _FUNCTION},
    _GRAPH: {1: _NODE, 5: _TENSOR, 15: _SPARSE},
    _NODE: {5: _ATTRIBUTE},
    _ATTRIBUTE: {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE},
    _TENSOR: {13: _ENTRY},
    _FUNCTION: {7: _NODE, 9: _IMPORT, 11: _ATTRIBUTE},
    _SPARSE: {1: _TENSOR, 2: _TENSOR},
    _ENTRY: {},
    _IMPORT: {},
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Operators of TensorFlow that read or write files, or call back into Python.
_FILE_OPS = _words(
    """
    ReadFile WriteFile WholeFileReader WholeFileReaderV2 MatchingFiles TextLineReader
    TextLineReaderV2 TextLineDataset FixedLengthRecordReader FixedLengthRecordReaderV2
    FixedLengthRecordDataset TFRecordReader TFRecordReaderV2 TFRecordDataset TFRecordDatasetV2
    ImmutableConst LMDBReader LMDBDataset SqlDataset CSVDataset SaveDataset SaveDatasetV2
    LoadDataset SnapshotDataset SnapshotDatasetV2 CacheDataset DebugIdentity DebugIdentityV2
    DebugIdentityV3 DumpTensor AudioSummary CreateSummaryFileWriter CreateSummaryDbWriter
    ImportEvent WriteRawProtoSummary BigtableClient GcsConfigureCredentials
    """
)
_CODE_OPS = _words(
    """
    PyFunc PyFuncStateless EagerPyFunc LoadLibrary TPUCompile XlaLaunch RemoteCall
    RemoteFusedGraphExecute RpcCall RpcClient RpcServer RpcServerStart
    """
)
# Messages of TensorFlow, likewise.
_SAVED, _META, _DEF, _OP, _LIBRARY, _BODY = range(6)
_TENSORFLOW = {
    _SAVED: {2: _META},
    _META: {2: _DEF},
    _DEF: {1: _OP, 2: _LIBRARY},
    _LIBRARY: {1: _BODY},
    _BODY: {3: _OP},
    _OP: {},
}


def read_onnx(data: bytes, look: Look) -> None:
    """Object to data outside of the model's folder, and to operators of strangers.

    Raises:
        MalformedError: it is no model of ONNX.
    """
    own: set[str] = set()
    used: dict[str, None] = {}
    seen_graph = False
    for kind, start, end in _messages(data, _ONNX, _MODEL, look):
        seen_graph |= kind == _GRAPH
        if kind == _ENTRY:
            _check_location(data, start, end, look)
        elif kind == _NODE:
            used.setdefault(_field(data, start, end, 7, look))
        elif kind == _FUNCTION:
            own.add(_field(data, start, end, 10, look))
    if not seen_graph:
        raise MalformedError("it holds no graph")
    for domain in used:
        if domain not in own and not _ONNX_DOMAINS.fullmatch(domain):
            look.say(
                Objection.OPERATOR, f"it needs the operators `{domain[:100]}`, a library of others"
            )


def read_tensorflow(data: bytes, look: Look, *, saved: bool) -> None:
    """Object to operators that read or write files, or run Python.

    Raises:
        MalformedError: it is no graph of TensorFlow.
    """
    top = _SAVED if saved else _DEF
    seen_any = False
    for kind, start, end in _messages(data, _TENSORFLOW, top, look):
        if kind != _OP:
            continue
        seen_any = True
        name = _field(data, start, end, 2, look)
        if name in _CODE_OPS:
            look.say(Objection.LAYER, f"the operator `{name}` runs code that is not in the graph")
        elif name in _FILE_OPS:
            look.say(Objection.FILES, f"the operator `{name}` reads or writes files")
    if not seen_any:
        raise MalformedError("it holds no operators")


def _messages(
    data: bytes, schema: dict[int, dict[int, int]], top: int, look: Look
) -> Iterator[tuple[int, int, int]]:
    """Yield every message that the schema knows: its kind, and where it begins and ends."""
    waiting = [(top, 0, len(data), 0)]
    while waiting:
        kind, start, end, depth = waiting.pop()
        yield kind, start, end
        if depth > _MOST_DEPTH:
            raise LimitError("messages lie in each other more deeply than is read")
        inner = schema[kind]
        waiting.extend(
            (inner[field], begin, stop, depth + 1)
            for field, wire, begin, stop in fields(data, start, end, look)
            if wire == LENGTH and field in inner
        )


def _field(data: bytes, start: int, end: int, wanted: int, look: Look) -> str:
    found = ""
    for field in fields(data, start, end, look):
        # Of a field that stands twice, the last one counts.
        if field[0] == wanted and field[1] == LENGTH:
            found = text(data, field)
    return found


def _check_location(data: bytes, start: int, end: int, look: Look) -> None:
    if _field(data, start, end, 1, look) != "location":
        return
    location = _field(data, start, end, 2, look)
    if _ODD_LOCATION.search(location):
        look.say(
            Objection.FILES, f"tensors are read from `{location[:100]}`, outside of its folder"
        )
