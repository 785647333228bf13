"""The strict YAML reader: what it reads, and everything that it refuses."""

from __future__ import annotations

import resource
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aigate.documents.mistakes import Mistakes
from aigate.documents.nodes import Fields, Items, Node, Scalar, other_reading
from aigate.documents.strict import read
from aigate.errors import DocumentError

HOSTILE = {
    "C-082-repeated-key": (b"fail-on: high\nfail-on: none\n", "2:1", "`fail-on` is given twice"),
    "C-082-repeated-key-quoted": (b"a: 1\n'a': 2\n", "2:1", "given twice"),
    "C-083-alias-bomb": (
        b"a: &a [x]\n"
        + b"".join(b"b%d: &b%d [%s]\n" % (i, i, b", ".join([b"*a"] * 10)) for i in range(9)),
        "1:4",
        "anchors",
    ),
    "C-083-alias": (b"a: x\nb: *a\n", "2:4", "aliases"),
    "C-084-merge-key": (b"a:\n  <<: {b: c}\n  b: d\n", "2:3", "merge keys"),
    "C-084-cycle": (b"&a [*a]", "1:1", "anchors"),
    "C-085-python-tag": (b"a: !!python/object/apply:os.system [x]\n", "1:4", "tags"),
    "C-085-binary-tag": (b"a: !!binary aGk=\n", "1:4", "tags"),
    "C-085-custom-tag": (b"a: !custom x\n", "1:4", "tags"),
    "C-085-tag-on-key": (b"!!str a: b\n", "1:1", "tags"),
    "C-085-tag-on-mapping": (b"a: !!map {b: c}\n", "1:4", "tags"),
    "C-086-on-as-key": (b"on: x\n", "1:1", "reads the key `on` as yes or no"),
    "C-086-number-as-key": (b"1: x\n", "1:1", "as a number"),
    "C-086-empty-key": (b"?\n: x\n", "1:2", "as nothing"),
    "C-086-list-as-key": (b"? [a]\n: b\n", "1:3", "a key must be a text"),
    "C-087-second-document": (b"a: b\n---\na: c\n", "2:1", "second document"),
    "C-087-tag-directive": (b"%TAG ! tag:x,2000:\n---\na: b\n", "1:1", "directives"),
    "C-087-version-directive": (b"%YAML 1.1\n---\na: b\n", "1:1", "directives"),
    "C-088-nested-lists": (b"- " * 5000 + b"a", "1:65", "levels deep"),
    "C-088-large-scalar": (b"a: " + b"x" * 10_000_000, "1:1", "larger than 64 KiB"),
    "C-088-brackets": (b"[" * 200_000, "1:1", "larger than 64 KiB"),
    "C-088-brackets-within-size": (b"[" * 65_000, "1:33", "levels deep"),
    "C-088-braces-within-size": (b"{a: " * 16_000, "1:129", "levels deep"),
    "C-088-question-marks": (b"? " * 30_000, "1:65", "levels deep"),
    "C-088-many-mistakes": (b"- &a b\n" * 9_000, "1:3", "anchors"),
    "not-utf-8": (b"a: b\nc: \xff\n", "2:4", "not UTF-8"),
    "utf-16": ("a: b\n".encode("utf-16"), "1:1", "not UTF-8"),
    "byte-order-mark": (b"\xef\xbb\xbfa: b\n", "1:1", "U+FEFF"),
    "bidirectional-override": ("a: b # \u202e c\n".encode(), "1:8", "U+202E"),
    "zero-width-in-key": ("a\u200bb: c\n".encode(), "1:2", "U+200B"),
    "control-character": (b"a: b\x1b[2J\n", "1:5", "U+001B"),
    "control-character-escaped": (b'a: "b\\e[2J"\n', "1:4", "U+001B"),
    "lone-carriage-return": (b"a: b # c\rd: e\n", "1:9", "U+000D"),
    "next-line-character": ("a: b\u0085c: d\n".encode(), "1:5", "U+0085"),
    "empty": (b"", "1:1", "nothing is in it"),
    "comment-only": (b"# a: b\n", "1:1", "nothing is in it"),
    "broken": (b"a: [b\nc: d\n", "2:2", "this is no YAML"),
    "tab-indent": (b"a:\n\tb: c\n", "2:1", "tabs are not allowed"),
}


def _read(data: bytes, mistakes: Mistakes) -> Node | None:
    found = read(data, mistakes)
    mistakes.check()
    return found


@pytest.mark.parametrize(("data", "place", "text"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_are_refused_at_their_place_and_quickly(
    data: bytes, place: str, text: str
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    mistakes = Mistakes("p.yaml")
    with pytest.raises(DocumentError) as caught:
        _read(data, mistakes)
    took = time.perf_counter() - start

    first = caught.value.mistakes[0]
    assert (f"{first.line}:{first.column}", took < 1) == (place, True)
    assert text in first.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_all_mistakes_are_told_at_once() -> None:
    mistakes = Mistakes("p.yaml")
    read(b"a: &x 1\na: 2\nb: !t 3\non: 4\nc: *x\n", mistakes)

    with pytest.raises(DocumentError) as caught:
        mistakes.check()
    assert [mistake.line for mistake in caught.value.mistakes] == [1, 2, 3, 4, 5]


def test_a_flood_of_mistakes_is_cut_and_the_cut_is_told() -> None:
    with pytest.raises(DocumentError) as caught:
        read(b"- &a b\n" * 9_000, Mistakes("p.yaml"))

    assert len(caught.value.mistakes) == 51
    assert "further mistakes are not shown" in caught.value.mistakes[-1].text


def test_places_count_characters_from_one() -> None:
    node = read("é: [ä, {b: c}]\n".encode(), Mistakes("p.yaml"))

    assert isinstance(node, Fields)
    ((key, value),) = node.entries
    assert isinstance(value, Items)
    assert (key.at, [item.at for item in value.nodes]) == ((1, 1), [(1, 5), (1, 8)])


def test_windows_line_ends_are_read() -> None:
    node = read(b"a: b\r\nc: d\r\n", Mistakes("p.yaml"))

    assert _plain(node) == {"a": "b", "c": "d"}


AMBIGUOUS = [
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "y",
    "n",
    "null",
    "~",
    "=",
    "<<",
    "1",
    "-1",
    "+1",
    "012",
    "0o14",
    "0x1F",
    "0b1",
    "1_000",
    "1.5",
    ".5",
    "5.",
    "1e3",
    "1.5e-3",
    ".inf",
    "-.INF",
    ".nan",
    "1:30",
    "1:30:30.5",
    "190:20:30",
    "2026-11-22",
    "2026-1-2T03:04:05Z",
    "No",
    "NULL",
    "True",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_texts_that_yaml_reads_as_something_else_are_known(text: str) -> None:
    assert other_reading(text)


@pytest.mark.parametrize(
    "text", ["high", "7 days", "1.2.3", "none", "a.b", "-", "note", "0x", "e3"]
)
def test_texts_that_every_yaml_reads_as_text_are_left_alone(text: str) -> None:
    assert not other_reading(text)


def _plain(node: Node | None) -> object:
    """Return what the documented part of YAML means, or raise if it is not that part."""
    match node:
        case Scalar(text=text, plain=True) if other_reading(text):
            raise DocumentError(())
        case Scalar(text=text):
            return text
        case Items(nodes=nodes):
            return [_plain(item) for item in nodes]
        case Fields(entries=entries):
            return {key.text: _plain(value) for key, value in entries}
        case _:
            raise DocumentError(())


FRAGMENTS = [
    "a", "b: ", "- ", "\n", "  ", ": ", "[", "]", "{", "}", ", ", "'", '"', "&x ", "*x", "!t ", "#",
    "|\n", ">-\n", "? ", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "yes", "012", "1e3", "\t", "~",
    "2026-01-02", "\\", "\r", "\u2028", "=", "1:30", "@", "`", "\u00e9", "key: value\n", "- item\n",
]  # fmt: skip


@given(st.one_of(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join), st.text()))
def test_any_text_means_what_the_plain_loader_says_or_is_refused(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    mistakes = Mistakes("p.yaml")
    try:
        ours = _plain(read(data, mistakes))
        mistakes.check()
    except DocumentError:
        return

    assert ours == yaml.safe_load(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    mistakes = Mistakes("p.yaml")
    try:
        node = read(data, mistakes)
    except DocumentError:
        return

    assert node is not None or len(mistakes) > 0
