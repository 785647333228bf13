"""What keeps a text from a closer look for secrets keeps nothing back that the look would find."""

import re
from re import _constants, _parser  # type: ignore[attr-defined]  # no other way to walk a pattern

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners._secrets import find
from aigate.scanners._secrets.clues import clues_in
from aigate.scanners._secrets.formats import AWS_SECRET, AWS_WORDS, FORMATS, Format
from aigate.scanners._secrets.names import assigned_secrets
from aigate.scanners._secrets.noise import HEX, entropy, is_random
from aigate.scanners._secrets.runs import SIGNS, runs_in

RUN = re.compile(rf"[A-Za-z0-9{re.escape(SIGNS)}]+")
UNSPACED = [one for one in FORMATS if one.hint != "AccountKey"]


def source(form: Format) -> str:
    # The lazy pattern's own text: `pattern` is a field of compiled ones only.
    return str(form.pattern.pattern)


@pytest.mark.parametrize("form", UNSPACED, ids=lambda form: f"{form.kind}-{form.hint}")
def test_what_matches_a_format_is_at_least_20_characters_of_one_run(form: Format) -> None:
    tree = _parser.parse(source(form), re.ASCII)

    assert tree.getwidth()[0] >= 20
    assert all(RUN.fullmatch(letter) for letter in letters(tree))


def letters(tree: object) -> set[str]:
    """Return all characters that a pattern can consume."""
    found: set[str] = set()
    pending: list[object] = [tree]
    while pending:
        one = pending.pop()
        match one:
            case (_constants.ASSERT | _constants.ASSERT_NOT, _):
                continue
            case (_constants.LITERAL, code) if isinstance(code, int):
                found.add(chr(code))
            case (_constants.RANGE, (int() as first, int() as last)):
                found.update(map(chr, range(first, last + 1)))
            case (_constants.CATEGORY, _constants.CATEGORY_DIGIT):
                found.update("0123456789")
            case (_constants.CATEGORY, _constants.CATEGORY_WORD):
                found.update("azAZ09_")
            case (
                _constants.CATEGORY | _constants.NEGATE | _constants.ANY | _constants.NOT_LITERAL,
                _,
            ):
                found.add("anything")
            case list() | tuple() | _parser.SubPattern():
                pending.extend(one)
    return found


LEAST = {form: st.from_regex(source(form), fullmatch=True) for form in FORMATS}
ODD = st.text(alphabet="aZ19_-+/=.:~@#\"'\n éK\u2028", max_size=12)
TEXTS = st.lists(
    st.one_of(ODD, st.sampled_from(FORMATS).flatmap(LEAST.__getitem__)), min_size=1, max_size=4
).map("".join)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_every_match_of_a_format_is_found_by_its_hint(text: str) -> None:
    clues = clues_in(text)
    for form in FORMATS:
        every = [one.span() for one in form.pattern.finditer(text) if form.hint in text]
        seen = clues is not None and form.hint in clues.hints
        assert every == (
            [one.span() for one in form.matches(text, runs_in(text))] if seen else []
        ), form.kind


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["aws", "AMAZON", "accesskey", "acce\u017f\u017f_\u212aey"]),
    st.sampled_from([" = ", "=>", ":\n", "\": '"]),
    st.text(alphabet="ABCDEFGHabcdefgh0123456789/+=_", min_size=38, max_size=42),
)
def test_every_secret_of_aws_leaves_a_clue(word: str, sign: str, value: str) -> None:
    text = f"{word}{sign}{value}\n"
    held = [
        one
        for one in AWS_SECRET.finditer(text)
        if AWS_WORDS.search(text)
        and is_random(one[1])
        and entropy(one[1]) > 4
        and not HEX.fullmatch(one[1])
    ]
    clues = clues_in(text)
    assert not held or (clues is not None and clues.aws_secret)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=":/@au1.\n %é-", max_size=30), st.text(alphabet=":@aB1%-", max_size=140))
def test_every_password_in_a_url_leaves_a_clue(before: str, between: str) -> None:
    text = f"{before}ftp://{between}@host.org {before}"
    clues = clues_in(text)
    assert find._URL.search(text) is None or (clues is not None and clues.credentials)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(['token = "', "PASSWORD=", 'apiKey: "Bearer ', "x"]),
    st.text(alphabet="aBkRz2947_-+é", min_size=14, max_size=40),
    st.sampled_from(['"\n', "\n", "'"]),
)
def test_every_random_value_leaves_a_clue(before: str, value: str, after: str) -> None:
    path = "deploy/settings.env"
    unit = Unit("1", Entry(path, "100644", "0" * 40), Kind.TEXT, text=before + value + after)
    clues = clues_in(unit.text)
    assert not [*assigned_secrets(unit)] or (clues is not None and clues.runs.are_mixed)


def test_plain_words_leave_no_clue() -> None:
    assert (
        clues_in("token = load('https://host.example/way/of/many/words_that_are_long')\n") is None
    )
