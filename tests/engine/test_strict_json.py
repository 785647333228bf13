"""The strict JSON reader."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.engine.strict_json import read_json
from aigate.errors import DocumentError

REFUSED = {
    "repeated-key": (b'{"a": 1, "a": 2}', "given twice"),
    "nan": (b'{"a": NaN}', "`NaN`"),
    "infinity": (b"[-Infinity]", "`-Infinity`"),
    "fraction": (b"[1.0]", "`1.0`"),
    "exponent": (b"[1e3]", "`1e3`"),
    "negative-zero": (b"[-0]", "`-0`"),
    "digits": (b"[" + b"9" * 5000 + b"]", "digits"),
    "deep": (b"[" * 60_000, "levels deep"),
    "deep-after-text": (b'{"]]\\"": ' + b"[" * 40, "levels deep"),
    "large": (b'"' + b"x" * 70_000 + b'"', "larger than 64 KiB"),
    "surrogate": (b'["\\ud800"]', "not UTF-8"),
    "not-utf-8": (b'["\xff"]', "not UTF-8"),
    "byte-order-mark": (b"\xef\xbb\xbf[]", "no JSON"),
    "broken": (b'{"a": 1,\n}', "no JSON"),
    "rest": (b"{} {}", "no JSON"),
    "empty": (b"", "no JSON"),
}


@pytest.mark.parametrize(("data", "text"), REFUSED.values(), ids=REFUSED)
def test_what_two_readers_may_read_differently_is_refused_quickly(data: bytes, text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(DocumentError, match=r"r\.json:") as caught:
        read_json(data, file="r.json")

    assert text in caught.value.mistakes[0].text
    assert time.perf_counter() - start < 1


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_whatever_is_read_is_what_the_plain_reader_says(value: object) -> None:
    data = json.dumps(value).encode()
    try:
        found = read_json(data, file="r.json")
    except DocumentError:
        return

    assert found == value
