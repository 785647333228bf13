"""Signed statements: how they are signed, written, found again and verified."""
