"""Descriptions of layers, graphs and configurations are read for code, and never built."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from aigate.artefacts import settings
from aigate.artefacts.examine import examine
from aigate.artefacts.look import Look, Purse

LAYER, FILES, OPERATOR, REMOTE, TEMPLATE, UNREAD, MALFORMED = (
    "model-layer-code",
    "model-file-access",
    "model-custom-operator",
    "model-remote-code",
    "model-template-code",
    "model-not-examined",
    "model-malformed",
)
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(80)


def said(path: str, data: bytes) -> set[str]:
    found = examine(path, data)
    assert not found.unseen
    return {one.objection.value for one in found.remarks}


def layer(kind: str, module: str = "keras.layers", **settings: object) -> dict[str, object]:
    return {"module": module, "class_name": kind, "config": settings}


def model(*layers: dict[str, object]) -> bytes:
    inner = {"name": "m", "layers": list(layers)}
    return json.dumps({"module": "keras", "class_name": "Sequential", "config": inner}).encode()


def keras(config: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("metadata.json", '{"keras_version": "3.11.0"}')
        made.writestr("config.json", config)
        made.writestr("model.weights.h5", HDF5)
    return out.getvalue()


def packed(config: bytes) -> bytes:
    return HDF5 + b"model_config\0" + config + bytes(40)


DENSE = layer(
    "Dense", units=3, activation="relu", kernel_initializer=layer("Zeros", "keras.initializers")
)
BAD_LAYERS = {
    "lambda": layer("Lambda", function={"class_name": "__lambda__", "config": {"code": "4w=="}}),
    "lambda-of-keras-2": {"class_name": "Lambda", "config": {"function": ["4w==", None, None]}},
    "lambda-registered": {"class_name": "Custom>Lambda", "config": {}},
    "imports-os": layer("function", "os", name="system"),
    "imports-a-helper": layer("function", "keras.src.utils.file_utils", name="get_file"),
    "imports-keras-utils": layer("get_file", "keras.utils"),
    "op-by-name": {"class_name": "TFOpLambda", "config": {"function": "io.write_file"}},
}


def test_an_ordinary_model_of_keras_is_no_finding() -> None:
    assert said("m.keras", keras(model(DENSE))) == set()
    assert said("m.h5", packed(model(DENSE))) == set()


@pytest.mark.parametrize("bad", BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_a_layer_that_holds_or_imports_code_is_found(bad: dict[str, object]) -> None:
    assert LAYER in said("m.keras", keras(model(DENSE, bad)))
    assert LAYER in said("m.h5", packed(model(DENSE, bad)))


def test_escapes_do_not_hide_a_layer() -> None:
    hidden = model(BAD_LAYERS["lambda"]).replace(b"Lambda", b"\\u004cambda")
    hidden = hidden.replace(b'"class_name"', b'"class\\u005fname"')

    assert LAYER in said("m.h5", packed(hidden))


def test_a_description_that_is_cut_is_not_read() -> None:
    assert UNREAD in said("m.h5", packed(model(BAD_LAYERS["lambda"])[:-9]))
    assert MALFORMED in said("m.keras", keras(b"{"))


def test_a_vocabulary_outside_of_the_model_is_found() -> None:
    assert FILES in said("m.keras", keras(model(layer("StringLookup", vocabulary="/etc/passwd"))))


def field(number: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def onnx(*nodes: bytes, tensors: bytes = b"") -> bytes:
    graph = b"".join(field(1, one) for one in nodes) + tensors
    return b"\x08\x09" + field(7, graph) + field(8, b"\x10\x11")


def node(kind: str, domain: str = "") -> bytes:
    return field(1, "x") + field(2, "y") + field(4, kind) + (field(7, domain) if domain else b"")


def external(location: str) -> bytes:
    entry = field(1, "location") + field(2, location)
    return field(5, field(8, "w") + field(13, entry) + b"\x70\1")


def test_an_ordinary_model_of_onnx_is_no_finding() -> None:
    assert said("m.onnx", onnx(node("Add"), node("Gelu", "com.microsoft"))) == set()
    assert said("m.onnx", onnx(node("Add"), tensors=external("m.bin"))) == set()


@pytest.mark.parametrize(
    "location", ["../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\x", "file://x"]
)
def test_external_data_outside_of_the_folder_is_found(location: str) -> None:
    assert said("m.onnx", onnx(node("Add"), tensors=external(location))) == {FILES}


def test_external_data_in_a_subgraph_is_found() -> None:
    branch = field(6, field(1, node("Add")) + external("../x"))
    assert FILES in said("m.onnx", onnx(node("If") + field(5, branch)))


def test_operators_of_strangers_are_found() -> None:
    assert said("m.onnx", onnx(node("Run", "com.acme"))) == {OPERATOR}


def test_what_is_no_message_is_malformed() -> None:
    assert said("m.onnx", b"\xff\xff\xff\xff\xff") == {MALFORMED}
    assert said("m.onnx", b"") == {MALFORMED}


def saved(*operators: str) -> bytes:
    nodes = b"".join(field(1, field(1, "n") + field(2, name)) for name in operators)
    return b"\x08\1" + field(2, field(2, nodes))


def test_an_ordinary_saved_model_is_no_finding() -> None:
    assert said("m/saved_model.pb", saved("MatMul", "RestoreV2", "SaveV2")) == set()


@pytest.mark.parametrize(
    ("name", "wanted"), [("ReadFile", FILES), ("WriteFile", FILES), ("PyFunc", LAYER)]
)
def test_operators_that_reach_files_or_python_are_found(name: str, wanted: str) -> None:
    assert said("m/saved_model.pb", saved("MatMul", name)) == {wanted}
    body = field(1, field(3, field(1, "n") + field(2, name)))
    in_function = b"\x08\1" + field(2, field(2, field(1, field(2, "Add")) + field(2, body)))
    assert said("m/saved_model.pb", in_function) == {wanted}


def configured(path: str, text: str) -> set[str]:
    look = Look(Purse())
    settings.read(path, text, look)
    return {one.objection.value for one in look.remarks}


CONFIGURATIONS = {
    "C-108-auto-map": ('{"auto_map": {"AutoModel": "modeling_x.X"}}', {REMOTE}),
    "C-108-auto-map-of-others": ('{"auto_map": {"AutoModel": "a/b--m.X"}}', {REMOTE}),
    "C-108-nested": ('{"text_config": {"auto_map": {"AutoModel": "m.X"}}}', {REMOTE}),
    "C-108-switch": ('{"trust_remote_code": true}', {REMOTE}),
    "C-108-second-key": ('{"auto_map": {"A": "m.X"}, "auto_map": null}', {REMOTE}),
    "C-108-escaped": ('{"auto\\u005fmap": {"A": "m.X"}}', {REMOTE}),
    "C-108-broken": ('{"auto_map": {"A": "m.X"},', {REMOTE}),
    "C-106-tokenizer": ('{"chat_template": "{{ x.__globals__ }}"}', {TEMPLATE}),
    "C-106-named": (
        '{"chat_template": [{"name": "t", "template": "{{ x.__globals__ }}"}]}',
        {TEMPLATE},
    ),
    "switched-off": ('{"trust_remote_code": false, "auto_map": {}}', set()),
    "ordinary": ('{"chat_template": "{{ messages[0][\'content\'] }}"}', set()),
}


@pytest.mark.parametrize(("text", "wanted"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_configuration_that_runs_code_is_found(text: str, wanted: set[str]) -> None:
    assert settings.is_settings("model/tokenizer_config.json")
    assert configured("model/tokenizer_config.json", text) == wanted


def test_a_template_in_a_file_of_its_own_is_read() -> None:
    assert settings.is_settings("m/chat_template.jinja")
    assert configured("m/chat_template.jinja", "{{ x.__class__ }}") == {TEMPLATE}
