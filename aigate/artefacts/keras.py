"""Reads how Keras describes layers, in its archives and in files of HDF5."""

from __future__ import annotations

import json

from aigate.artefacts.look import Look
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex

_MOST_NODES = 200_000
_MOST_STARTS = 20_000
_MOST_TRIES = 2_000
_OBJECT = regex(rb"\{\s*\"")
_LONGEST = 16_000_000
_HEAP = b"FRHP"
_OWN_MODULES = regex(
    r"(?:keras|tf_keras|keras\.src|tf_keras\.src|tensorflow\.keras|keras_(?:hub|nlp|cv)(?:\.src)?)"
    r"(?:\.(?:layers|models|initializers|optimizers|losses|metrics|regularizers|constraints"
    r"|activations|dtype_policies|quantizers|engine|random|saving\.legacy|applications|preprocessing"
    r"|samplers|tokenizers|ops\.[a-z_.]+|mixed_precision)[\w.]*)?"
)
_BUILT_IN = frozenset({"builtins"})
_OUTSIDE = regex(r"\A(?:[/\\~]|[A-Za-z]:[/\\]|\.\.[/\\])|://")
_FILE_KEYS = frozenset({"vocabulary", "vocabulary_file", "asset_path", "filepath", "file_path"})


def check_config(config: object, look: Look) -> bool:
    """Object to layers that carry code; tell whether this describes layers at all."""
    waiting: list[object] = [config]
    is_model = False
    for _ in range(_MOST_NODES):
        if not waiting:
            return is_model
        look.purse.spend()
        node = waiting.pop()
        if isinstance(node, dict):
            is_model |= "class_name" in node
            _check_node(node, look)
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    look.say(Objection.UNREAD, "it describes more layers than are read")
    return is_model


def read_config(data: bytes, look: Look) -> None:
    """Object to code in a `config.json` of Keras."""
    try:
        config = json.loads(data)
    except (ValueError, RecursionError):
        look.say(Objection.MALFORMED, "the description of the layers is no JSON")
        return
    if not check_config(config, look):
        look.say(Objection.UNREAD, "its configuration describes no layers")


def read_hdf5(data: bytes, look: Look) -> None:
    """Object to code in the descriptions that a file of HDF5 holds.

    The library keeps descriptions as one piece of JSON each, so every object that begins
    anywhere is read, and the tree around it is not.
    """
    found, tries, end = False, 0, 0
    decoder = json.JSONDecoder()
    for count, match in enumerate(_OBJECT.finditer(data)):
        look.purse.spend()
        if count > _MOST_STARTS or tries > _MOST_TRIES:
            look.say(Objection.UNREAD, "it holds more descriptions than are read")
            break
        if match.start() < end:
            continue
        # Whatever follows is cut off at the first byte that no JSON has.
        stop = _end_of_text(data, match.start())
        look.purse.unpack(stop - match.start())
        if stop - match.start() < 16:
            continue
        tries += 1
        piece = data[match.start() : stop].decode("utf-8", "replace")
        try:
            config, length = decoder.raw_decode(piece)
        except (ValueError, RecursionError):
            if '"class_name"' in piece or "Lambda" in piece:
                look.say(Objection.UNREAD, "a description of layers in it cannot be read")
                found = True
            continue
        end = match.start() + len(piece[:length].encode())
        found |= check_config(config, look)
    if b"class_name" in data and not found:
        look.say(Objection.UNREAD, "a description of layers in it cannot be read")
    at = data.find(_HEAP)
    while at >= 0:
        # Filtered heaps hold attributes that cannot be read in the plain bytes.
        if int.from_bytes(data[at + 7 : at + 9], "little") and data[at + 4 : at + 5] == b"\0":
            look.say(Objection.UNREAD, "a part of it is packed in a way that is not read")
            break
        at = data.find(_HEAP, at + 4)


def _end_of_text(data: bytes, start: int) -> int:
    found = _NO_TEXT.search(data, start, start + _LONGEST)
    return found.start() if found else min(len(data), start + _LONGEST)


_NO_TEXT = regex(rb"[\x00-\x08\x0e-\x1f]")


def _check_node(node: dict[str, object], look: Look) -> None:
    kind, module = node.get("class_name"), node.get("module")
    registered = node.get("registered_name")
    if isinstance(kind, str):
        plain = kind.rpartition(">")[2].rpartition(".")[2]
        if plain in {"Lambda", "__lambda__"}:
            look.say(Objection.LAYER, f"a layer of the class `{kind[:60]}` holds compiled code")
        elif plain == "TFOpLambda":
            look.say(Objection.LAYER, "a layer of the class `TFOpLambda` calls a function by name")
        elif isinstance(module, str) and not _is_own(module, kind):
            look.say(Objection.LAYER, f"it imports `{module[:80]}.{kind[:60]}`")
        elif isinstance(registered, str) and ">" in registered:
            package = registered.partition(">")[0]
            if package not in {"keras", "Keras", "keras_nlp", "keras_hub", "keras_cv"}:
                look.say(Objection.OPERATOR, f"it needs the class `{registered[:80]}` of others")
    if node.get("function_type") == "lambda" or "lambda" in (node.get("type"), kind):
        look.say(Objection.LAYER, "a layer holds compiled code")
    for key in _FILE_KEYS & node.keys():
        value = node[key]
        if isinstance(value, str) and _OUTSIDE.search(value):
            look.say(Objection.FILES, f"`{key}` reads `{value[:100]}`")


def _is_own(module: str, kind: str) -> bool:
    if module in _BUILT_IN:
        # Functions of Keras are named so, and nothing that runs text.
        return kind in {"function", "int", "float", "str", "bool", "slice", "tuple", "list", "dict"}
    return bool(_OWN_MODULES.fullmatch(module))
