"""A document that was packed is, when it is unpacked, the document that was read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.documents.mistakes import Mistakes, Place
from aigate.documents.nodes import Fields, Items, Refused, Scalar, packed, unpacked
from aigate.documents.strict import read
from tests.conftest import ROOT

PLACES = st.builds(Place, st.integers(1, 9999), st.integers(1, 999))
SCALARS = st.builds(Scalar, st.text(), PLACES, st.booleans())
NODES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(Items, st.lists(inner, max_size=4).map(tuple), PLACES),
        st.builds(Fields, st.lists(st.tuples(SCALARS, inner), max_size=4).map(tuple), PLACES),
    ),
)


@given(NODES)
def test_what_is_unpacked_is_what_was_packed(node):
    assert unpacked(packed(node)) == node


@pytest.mark.parametrize("file", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda f: f.stem)
def test_every_policy_that_ships_survives(file):
    mistakes = Mistakes(file.name)
    node = read(file.read_bytes(), mistakes)

    assert not len(mistakes)
    assert unpacked(packed(node)) == node


def test_what_was_refused_is_never_packed():
    place = Place(1, 1)
    key = Scalar("a", place)

    assert packed(Refused(place)) is None
    assert packed(Fields(((key, Items((Refused(place),), place)),), place)) is None
