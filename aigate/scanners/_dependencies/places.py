"""Finds where words stand in a text, faster than a pattern of all of them does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heapreplace


def places(text: str, words: Iterable[str]) -> Iterator[int]:
    """Yield each place where one of the words begins, in order; none begins another."""
    ahead = [(start, word) for word in words if (start := text.find(word)) >= 0]
    heapify(ahead)
    while ahead:
        start, word = ahead[0]
        yield start
        start = text.find(word, start + 1)
        if start >= 0:
            heapreplace(ahead, (start, word))
        else:
            heappop(ahead)
