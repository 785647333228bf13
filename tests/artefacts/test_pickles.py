"""A pickle is followed opcode by opcode; what it would call is said, and nothing is called."""

from __future__ import annotations

import base64
import pickletools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.artefacts._opcodes import OPCODES
from aigate.artefacts.examine import examine
from aigate.artefacts.known import Trust, trust
from aigate.artefacts.look import Look, Purse
from aigate.artefacts.pickles import read_all

CODE, GLOBAL, FORMAT, MALFORMED = (
    "model-pickle-code",
    "model-pickle-unknown-global",
    "model-unsafe-format",
    "model-malformed",
)


def said(data: bytes, path: str = "m.pkl") -> dict[str, str]:
    found = examine(path, data)
    assert not found.unseen
    return {one.objection.value: one.text for one in reversed(found.remarks)}


def short(text: str) -> bytes:
    return b"\x8c" + bytes([len(text.encode())]) + text.encode()


def binary(data: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(data)) + data


SYSTEM = b"cos\nsystem\n"
CALL = SYSTEM + b"(S'true'\ntR."
FRAMED = b"\x80\4\x95" + struct.pack("<Q", 40)

# Each would call a shell; they are bytes here and nothing else.
CALLS = {
    "C-098-protocol-0": CALL,
    "C-098-protocol-1": SYSTEM + b"q\0(U\4trueq\1tq\2Rq\3.",
    "C-098-protocol-2": b"\x80\2" + SYSTEM + b"X\4\0\0\0true\x85R.",
    "C-098-protocol-3": b"\x80\3" + SYSTEM + b"X\4\0\0\0true\x85R.",
    "C-098-protocol-4": b"\x80\4" + short("os") + short("system") + b"\x93" + short("true") + b"\x85R.",
    "C-098-protocol-5": b"\x80\5" + short("os") + short("system") + b"\x93" + short("true") + b"\x85R.",
    "C-098-inst": b"(S'true'\nios\nsystem\n.",
    "C-098-obj": b"(" + SYSTEM + b"S'true'\no.",
    "C-098-newobj": b"\x80\2" + SYSTEM + b")\x81.",
    "C-098-newobj-ex": b"\x80\4" + SYSTEM + b")}\x92.",
    "C-098-build": b"\x80\2" + SYSTEM + b"}b.",
    "C-098-memo": b"\x80\4" + short("os") + b"\x94" + short("system") + b"\x940h\0h\1\x93.",
    "C-098-memo-overwritten": b"\x80\2X\4\0\0\0safeq\0X\2\0\0\0osq\0X\6\0\0\0systemq\1h\0h\1\x93.",
    "C-098-memo-far": b"\x80\2X\2\0\0\0osr\xff\xff\xff\x7f0j\xff\xff\xff\x7fX\6\0\0\0system\x93.",
    "C-098-dup": b"\x80\4" + short("os") + b"2" + short("system") + b"\x93.",
    "C-098-pop-mark": b"\x80\4(" + short("x") + b"1" + short("os") + short("system") + b"\x93.",
    "C-098-dotted": b"\x80\4" + short("collections") + short("OrderedDict.__init__.__globals__") + b"\x93.",
    "C-098-dotted-module": b"\x80\4" + short("numpy.core.multiarray") + short("os.system") + b"\x93.",
    "C-098-python-2-names": b"c__builtin__\neval\n(S'1'\ntR.",
    "C-098-frame-straddling": b"\x80\4\x95" + struct.pack("<Q", 3) + SYSTEM + b"(S'true'\ntR.",
    "C-098-frame-too-long": FRAMED + CALL,
    "C-098-second-in-a-row": b"\x80\2N.\x80\2" + SYSTEM + b")R.",
    "C-098-third-in-a-row": b"N.]." + CALL,
    "C-098-nested-bytes": b"\x80\4" + binary(CALL) + b".",
    "C-098-nested-base64": b"\x80\4" + short(base64.b64encode(CALL).decode()) + b".",
    "C-098-nested-hex": b"\x80\4" + short((b"\x80\2" + SYSTEM + b")R.").hex()) + b".",
    "C-098-nested-twice": b"\x80\4" + binary(b"\x80\4" + binary(CALL) + b".") + b".",
    "C-098-persistent-id": b"\x80\2" + SYSTEM + b")RQ.",
    "C-098-escaped-text": b"\x80\4Vo\\u0073\nVsystem\n\x93.",
    "C-098-escaped-string": b"\x80\4S'\\x6fs'\nS'system'\n\x93.",
    "C-098-list-before": b"\x80\4](K\1M\1\1J\1\0\0\0Ne0" + SYSTEM + b")R.",
    "C-099-cut-behind-the-call": CALL[:-1],
    "C-099-garbage": CALL[:-1] + b"\xff\xfe\xfd",
    "C-099-stack-empty": SYSTEM + b"(S'true'\ntR00000.",
    "C-099-protocol-4-cut": FRAMED + SYSTEM + b")R",
    "C-099-length-beyond": SYSTEM + b")RX\xff\xff\xff\x7f",
}  # fmt: skip


@pytest.mark.parametrize("data", CALLS.values(), ids=CALLS)
def test_a_pickle_that_would_call_a_shell_is_found(data: bytes) -> None:
    assert CODE in said(data)


@pytest.mark.parametrize(
    "path", ["a.json", "a.dat", "config.p", "weights", "x.png", "m.safetensors"]
)
def test_a_pickle_under_another_name_is_found_by_its_content_c_100(path: str) -> None:
    for data in (CALL, CALLS["C-098-protocol-4"]):
        found = said(data, path)
        # A file of a format that has a name must keep to it.
        assert CODE in found or MALFORMED in found, found


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x80\2ccolections\nx\n.", id="unknown-module"),
        pytest.param(b"\x80\2ccollections\nnamedtuple\n.", id="unknown-name-of-a-known-module"),
        pytest.param(b"\x80\2\x82\1.", id="extension-1"),
        pytest.param(b"\x80\2\x83\1\1.", id="extension-2"),
        pytest.param(b"\x80\2\x84\1\1\1\1.", id="extension-4"),
        pytest.param(
            b"\x80\4cbuiltins\nstr\n" + short("os") + b"\x85R" + short("system") + b"\x93.",
            id="computed-module",
        ),
        pytest.param(
            b"\x80\4" + short("os") + b"K\1" + short("x") + b"\x86\x93.", id="name-is-a-tuple"
        ),
        pytest.param(b"\x80\4" + short("\u043es") + short("system") + b"\x93.", id="look-alike"),
        pytest.param(b"\x80\4cbuiltins\nlist\n)R)R.", id="calls-what-was-returned"),
    ],
)
def test_a_name_that_nobody_vouches_for_is_found(data: bytes) -> None:
    found = said(data)

    assert GLOBAL in found or CODE in found


HARMLESS = {
    "numbers": b"\x80\4](K\1K\2K\3e.",
    "mapping": b"\x80\4}(" + short("a") + b"K\1" + short("b") + b"]u.",
    "all-of-protocol-0": b"(lp0\nI1\naF1.5\naL5L\naS'a'\naVb\naI01\naN.",
    "set-and-frozenset": b"\x80\4\x8f(K\1\x90(K\2\x91\x86.",
    "empty": b"",
}
TORCH = (
    b"\x80\2ccollections\nOrderedDict\n)R(X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n"
    b"((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\x000X\3\0\0\0cpuK\1tQK\0K\1\x85K\1\x85\x89"
    b"ccollections\nOrderedDict\n)RtRu."
)
NUMPY = (
    b"\x80\4cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\1b\x87R(K\1K\1\x85"
    b"cnumpy\ndtype\n" + short("f8") + b"\x89\x88\x87R(K\3" + short("<") + b"NNNJ\xff\xff\xff\xff"
    b"J\xff\xff\xff\xffK\0tb\x89C\x08" + bytes(8) + b"tb."
)


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_plain_data_is_no_finding(data: bytes) -> None:
    assert said(data) == {}


@pytest.mark.parametrize("data", [TORCH, NUMPY], ids=["torch", "numpy"])
def test_weights_are_only_said_to_be_in_an_unsafe_format(data: bytes) -> None:
    assert set(said(data)) == {FORMAT}


def test_what_is_named_a_pickle_and_is_none_is_malformed() -> None:
    assert MALFORMED in said(b"this is no pickle\n")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nimport sys\n",
        "Vienna\ncat\ndog\n",
        "cat\ndog\nRome\n",
        "class A:\n    pass\n",
        "(lambda: 0)()\n",
        "{}\n",
        "In short\nit is\n",
        "I1\nI2\n.\n",
        "]\n",
        "(.*)\n",
        "cats\nand\n(dogs)\n",
    ],
)
def test_prose_and_code_are_no_pickles(text: str) -> None:
    assert said(text.encode(), "notes.txt") == {}


def array(shape: tuple[int, ...], code: str, content: bytes) -> bytes:
    """Write an array as joblib does: a description, and behind it the bytes."""
    lengths = b"".join(b"K" + bytes([one]) for one in shape)
    return (
        b"\x80\4cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(" + short("shape")
        + b"(" + lengths + b"t" + short("dtype") + b"cnumpy\ndtype\n" + short(code) + b"\x89\x88\x87R"
        + short("numpy_array_alignment_bytes") + b"K\x10ub\2\xff\xff" + content
    )  # fmt: skip


def test_arrays_of_joblib_are_passed_over() -> None:
    assert set(said(array((2, 2), "f4", b"\xff" * 16) + b".")) == {FORMAT}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(array((2, 2), "f4", b"\xff" * 16) + CALL, id="behind-an-array"),
        pytest.param(array((1,), "O", b"")[:-3] + CALL + b".", id="array-of-objects"),
        # What joblib passes over, plain `pickle` executes.
        pytest.param(
            array((1,), "S99", b"")[:-3] + (CALL + b".").ljust(102, b"\0") + b".", id="in-an-array"
        ),
    ],
)
def test_what_lies_in_and_behind_arrays_of_joblib_is_found(data: bytes) -> None:
    assert CODE in said(data)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "getpid"), ("posix", "system"), ("nt", "startfile"), ("builtins", "getattr"),
        ("__builtin__", "apply"), ("operator", "attrgetter"), ("functools", "partial"),
        ("torch.hub", "load"), ("torch", "load"), ("numpy.testing._private.utils", "runstring"),
        ("idlelib.pyshell", "ModifiedInterpreter.runcode"), ("pip._internal", "main"),
        ("torch._dynamo.guards", "GuardBuilder.get"), ("sklearn.utils.validation", "os.system"),
        ("numpy", "__builtins__"), ("collections", "OrderedDict.__reduce__"), ("sys", "modules"),
        ("urllib.request", "urlopen"), ("logging.config", "listen"), ("joblib", "load"),
        ("torch.storage", "_load_from_bytes"), ("_io", "open"), ("pandas", "read_pickle"),
    ],
)  # fmt: skip
def test_names_that_give_away_the_machine_are_known(module: str, name: str) -> None:
    assert trust(module, name) is Trust.HARMFUL


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("sklearn.utils", "os"), ("sklearn", "RandomForestClassifier"), ("numpy", "loads"),
        ("collections", "abc"), ("acme.models", "Net"), ("torch", "ops"), ("", ""),
        ("builtins ", "list"), ("Collections", "OrderedDict"), ("joblib.numpy_pickle", "x"),
    ],
)  # fmt: skip
def test_no_other_name_passes(module: str, name: str) -> None:
    assert trust(module, name) is not Trust.HARMLESS


def test_every_opcode_of_the_standard_library_is_followed() -> None:
    assert set(OPCODES) == {ord(one.code) for one in pickletools.opcodes}


pieces = st.sampled_from(
    [
        b"\x80\2", b"\x80\4", b"(", b"N", b"K\1", b"]", b"}", b")", b"e", b"a", b"s", b"u", b"t",
        b"\x85", b"\x86", b"0", b"1", b"2", b"h\0", b"q\0", b"\x94", b"R", b"b", b"\x81", b"o",
        b"cos\nsystem\n", b"ccollections\nOrderedDict\n", short("os"), short("system"), b"\x93",
        b"ios\nsystem\n", b"I1\n", b"S'a'\n", b"Va\n", b"\x8a\1\1", b"C\1a", b"\x95" + bytes(8),
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=25).map(b"".join))
def test_names_are_those_that_the_disassembler_of_python_sees(data: bytes) -> None:
    """As far as a pickle makes sense, no name that it spells out goes unsaid."""
    look = Look(Purse())
    end, _, _ = read_all(b"\x80\2" + data + b".", look)
    spelled = set()
    try:
        for opcode, argument, position in pickletools.genops(b"\x80\2" + data + b"."):
            if position is not None and position < end and opcode.name in {"GLOBAL", "INST"}:
                spelled.add(str(argument).replace(" ", "."))
    except ValueError:
        pass
    remarks = " ".join(one.text for one in look.remarks)
    assert ("os.system" in spelled) <= ("os.system" in remarks)
