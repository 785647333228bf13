"""The text that sums a ledger up."""

from __future__ import annotations

import base64

import pytest

from aigate.ledger.checkpoint import checkpoint, merkle_root

# The inputs and roots with which implementations of RFC 6962 are usually tested.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("count", ROOTS)
def test_the_root_is_that_of_rfc_6962(count) -> None:
    assert merkle_root(LEAVES[:count]).hex() == ROOTS[count]


def test_the_order_of_records_does_not_matter_and_each_one_does() -> None:
    digests = [f"{number:064x}" for number in range(5)]
    text = checkpoint("ab" * 16, digests, ("registry 3",))

    origin, size, root, extra = text.splitlines()
    assert (origin, size, extra) == (f"aigate.dev/ledger/{'ab' * 16}", "5", "registry 3")
    assert len(base64.b64decode(root, validate=True)) == 32
    assert checkpoint("ab" * 16, digests[::-1], ("registry 3",)) == text
    assert checkpoint("ab" * 16, digests[:-1], ("registry 3",)).splitlines()[2] != root
