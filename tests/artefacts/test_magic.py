"""What is told by first bytes agrees with what reads the rest."""

from __future__ import annotations

from aigate.artefacts import _opcodes, magic


def test_a_pickle_can_begin_with_every_opcode_that_is_followed_and_with_no_other():
    assert frozenset(_opcodes.OPCODES) == magic.OPCODES
