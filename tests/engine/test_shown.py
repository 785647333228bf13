"""What the repository wrote is shown, and does nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from aigate.engine import shown

ANY_TEXT = st.text(st.characters(codec=None))  # lone surrogates as well
MARKUP = st.text(st.sampled_from("ab `*_[]()<>!#|@-=+.:/\\&;~1\n\t\"'"), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="C-073-escape"),
        pytest.param("a\nb\r\tc", "a\\nb\\r\\tc", id="C-074-line-ends"),
        pytest.param("\x9b", "\\u{9b}", id="C-073-c1"),
        pytest.param("\udcff", "\\xff", id="byte-that-is-not-utf-8"),
        pytest.param("\ud800", "\\u{d800}", id="C-079-lone-surrogate"),
        pytest.param("a\u202eb", "a\\u{202e}b", id="bidirectional"),
        pytest.param("a\u200bb\ufe0f", "a\\u{200b}b\\u{fe0f}", id="zero-width"),
        pytest.param("\U000e0041", "\\u{e0041}", id="C-077-tags"),
        pytest.param("##[error]x", "#\\x23[error]x", id="C-074-old-command"),
        pytest.param("##vso[task]x", "#\\x23vso[task]x", id="C-074-azure"),
        pytest.param("## heading", "## heading", id="two-hashes-alone-stay"),
        pytest.param("naïve 漢字 😀 `x`", "naïve 漢字 😀 `x`", id="readable-text-stays"),
    ],
)
def test_what_cannot_be_seen_is_named(text, expected):
    assert shown.plain(text) == expected


@given(ANY_TEXT)
def test_plain_text_is_one_line_of_visible_valid_characters(text):
    plain = shown.plain(text)

    plain.encode("utf-8")
    assert not {unicodedata.category(c) for c in plain} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert shown.plain(plain) == plain


@given(st.text(st.sampled_from("##[vso\n a\u202e"), max_size=30))
def test_the_characters_of_a_text_make_its_plain_text(text):
    assert "".join(shown.characters(text)) == shown.plain(text)


def test_every_format_character_of_unicode_is_named():
    every = (chr(number) for number in range(0x110000))
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

    left = [c for c in every if unicodedata.category(c) in hidden and shown.plain(c) == c]

    assert left == []


@given(ANY_TEXT)
def test_strict_text_differs_in_lone_surrogates_only(text):
    strict = shown.strict(text)

    strict.encode("utf-8")
    assert strict == text or any("\ud800" <= c <= "\udfff" for c in text)


@given(ANY_TEXT, st.integers(1, 40))
def test_a_line_keeps_to_its_width_and_says_that_it_was_cut(text, width):
    one = shown.line(text, width)

    assert len(one) <= width
    assert one == shown.plain(text) or one.endswith("…")


@given(st.text())
def test_c_081_a_mask_tells_nothing_but_the_length_of_lines(secret):
    mask = shown.masked(secret)

    assert len(mask) == len(secret)
    assert set(mask) <= {"*", "\r", "\n"}


@given(MARKUP)
def test_c_076_a_code_span_holds_all_of_the_text(text):
    (paragraph,) = [t for t in MarkdownIt("commonmark").parse(shown.code(text)) if t.children]

    assert [token.type for token in paragraph.children] == ["code_inline"]


@given(MARKUP)
def test_c_076_prose_is_words_and_code(text):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(shown.prose(text))

    assert {t.type for t in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    for token in tokens:
        for child in token.children or ():
            assert child.type in {"text", "code_inline"}
            if child.type == "text":
                assert not set(child.content) & set("@#<>[]*_`|~\\/")


def test_prose_keeps_sentences_and_the_code_spans_of_its_author():
    text = "Pass a list, and leave out `shell=True` (see bandit B602); 3.13 is fine."

    assert shown.prose(text) == (
        "Pass a list, and leave out `shell=True` (see bandit `B602)`; 3.13 is fine."
    )


@given(MARKUP)
def test_c_077_a_fence_is_longer_than_any_run_inside(text):
    fence = shown.fence(text)

    assert len(fence) >= 3
    assert fence not in text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", "a/b.py"),
        ("a b.py", "`a b.py`"),
        ("a`b", "``a`b``"),
        ("", "`(empty)`"),
        ("a\nb", "a\\nb"),
        ("x" * 99, "x" * 19 + "\N{HORIZONTAL ELLIPSIS}"),
    ],
)
def test_one_sees_where_a_name_ends(path, expected):
    assert shown.named(path, 20) == expected
