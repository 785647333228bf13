"""The kept index answers as a search through all records does, and reads nothing but its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.ledger import dsse, store
from aigate.ledger import index as indexes
from aigate.ledger.index import Index, Row, blob_of, decode, encode, ending, extended, naming

EMPTY = Index(width=20)
names = st.integers(0, 5).map(lambda number: f"{number:032x}")
terms = st.integers(0, 5).map(lambda number: f"{number:064x}")


def row(number: int, findings: Iterable[str], taken: Iterable[str]) -> Row:
    """Return a record as far as the index looks at it; nothing of it verifies."""
    body = {
        "findings": [{"fingerprint": name} for name in findings],
        "n": number,
        "supersedes": sorted(set(taken)),
    }
    payload = dsse.canonical(body)
    data = dsse.encode(payload, (dsse.Signature("hint", b"none"),))
    blob = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return Row(hashlib.sha256(payload).hexdigest(), blob, data)


rows = st.lists(
    st.tuples(st.lists(names, max_size=3), st.lists(terms, max_size=3)), max_size=8
).map(lambda made: [row(number, *each) for number, each in enumerate(made)])


@given(rows=rows, cut=st.integers(0, 8))
def test_it_finds_what_a_search_finds_however_it_grew(rows: list[Row], cut: int) -> None:
    found = extended(extended(EMPTY, rows[:cut]), rows[cut:])
    searched = store.index({store.path_of(each.digest): each.data for each in rows})

    def paths(digests: Iterable[str]) -> list[str]:
        return sorted(map(store.path_of, digests))

    for number in range(6):
        name, term = f"{number:032x}", f"{number:064x}"
        assert paths(naming(found, [name])) == sorted(searched.by_fingerprint.get(name, ()))
        assert paths(ending(found, [term])) == sorted(searched.by_terms.get(term, ()))
    assert found == extended(EMPTY, rows)
    assert len(found) == len(rows)
    assert all(blob_of(found, each.digest) == each.blob for each in rows)
    assert blob_of(found, "f" * 64) == ""
    assert found.names == store.digest_of(each.digest for each in rows)
    assert (
        indexes.names_with(extended(EMPTY, rows[:cut]), [r.digest for r in rows[cut:]])
        == found.names
    )
    assert decode(encode(found)) == found


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "head-only": lambda data: data[:32],
    "one-byte-less": lambda data: data[:-1],
    "one-byte-more": lambda data: data + b"\0",
    "row-less": lambda data: data[:32] + data[32 + 52 :],
    "sizes-of-nothing": lambda data: b"\0" * 32 + data[32:],
    "sizes-beyond": lambda data: data[:8] + b"\xff" * 24 + data[32:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_does_not_add_up_is_no_index(damage: Callable[[bytes], bytes]) -> None:
    data = encode(extended(EMPTY, [row(n, [f"{n:032x}"], []) for n in range(3)]))

    assert decode(damage(data)) is None


def test_junk_where_a_name_belongs_names_nothing() -> None:
    junk = [row(0, ["nonsense" * 4, "A" * 32, "0" * 31], ["zz"])]

    assert extended(EMPTY, junk).findings == b""
