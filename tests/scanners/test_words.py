"""Words that an engine may put together count as being in a text."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate import process
from aigate.scanners import _semgrep
from aigate.scanners._required import required
from aigate.scanners._words import Apart, Held, words_of

WORD = "password"


def marked(text, words):
    """Return which of the words the text may hold."""
    held = Held(text)
    there = held.spelt(words)
    return there | held.made(set(words) - there, Apart(words))


# How semgrep can be brought to read `password` where it does not stand.
JOINED = {
    "beside": 'x = "pass" "word"',
    "added": "x = 'pass' + 'word'",
    "variable": 'y = "word"\nx = "pass" + y',
    "three": 'x = "p" + "asswor" + "d"',
    "lines": 'x = "pass\\\nword"',
    "template": "x = `pass${'word'}`",
    "f-string": 'y = "word"\nx = f"pass{y}"',
    "after": "x = f\"{'pass'}word\"",
    "case": 'x = "PassWord"',
    "longer": "x = old_passwords",
    "escape": 'x = "p\\x61ssword"',
    "code-point": 'x = "p\\u0061ssword"',
    "octal": 'x = "p\\141ssword"',
}
ABSENT = {
    "nothing": "x = y",
    "pieces-in-code": "x = pass_ + word",
    "one-piece": 'x = "pass" + y',
    "overlap": 'x = "passw" + "word"',
    "a-hole": 'x = "pas" + "word"',
    "line-feed": 'x = "pass\\nword"',
}


@pytest.mark.parametrize("case", sorted(JOINED))
def test_what_may_be_put_together_is_there(case):
    assert marked(JOINED[case], [WORD]) == {WORD}


@pytest.mark.parametrize("case", sorted(ABSENT))
def test_what_cannot_be_put_together_is_not_there(case):
    assert marked(ABSENT[case], [WORD]) == set()


def test_numbers_are_pieces_too():
    assert marked('x = "sha" + 1', ["sha1"])
    assert marked('x = "sha2" + 56', ["sha256"])


@pytest.mark.parametrize("text", ['"<p>"', '"<" + "p"', 'f"<{tag}>"', "`<${tag}>`", "'<\\\np>'"])
def test_a_sign_may_stand_at_the_end_of_a_piece(text):
    assert marked(text, ["<p"])
    assert not marked("a < p", ["<p"])


def test_every_word_is_told_as_it_is_spelt():
    assert words_of("a.B(c_1, 'd-é')") == {"a", "B", "c_1", "d", "é"}


@pytest.mark.parametrize(
    ("expression", "asked"),
    [
        ("(?i)^(\\w+_)?(Password|api_?key)$", [{"password", "api_key", "apikey"}]),
        ("curl\\s+https?://", [{"curl"}, {"http", "https"}]),
        ("^(?!.*test)token(?=s)", [{"token"}]),
        (".*<(h[1-3]|p)>", [{"<h", "<p"}]),
        ("(abcd|[^x]+)", []),
        ("(abcd)?", []),
        ("(abcd)*x{2,3}", []),
        ("(?:abcd){2}", [{"abcd"}]),
        ("[[:alpha:]]abcd", []),
        ("(?<name>abcd)", []),
        ("(abcd", []),
    ],
)
def test_what_every_match_of_an_expression_holds(expression, asked):
    assert list(required(expression)) == [frozenset(one) for one in asked]


@pytest.mark.slow
def test_semgrep_puts_together_no_more_than_that(tmp_path):
    rules = [
        {
            "id": f"{language}-{name}",
            "languages": [language],
            "message": "m",
            "severity": "LOW",
            **condition,
        }
        for language in ("python", "javascript")
        for name, condition in {
            "text": {"pattern": 'f("password")'},
            "key": {"pattern": 'f({..., "password": $X, ...})'},
            "expression": {
                "patterns": [
                    {"pattern": 'f("$X")'},
                    {"metavariable-regex": {"metavariable": "$X", "regex": "(?i)^password$"}},
                ]
            },
            "name": {"pattern": "password(...)"},
        }.items()
    ]
    texts = [text.replace("x = ", "f(", 1) + ")" for text in (*JOINED.values(), *ABSENT.values())]
    more = (
        *('f("pass%s" % "word")', 'f("pass{}".format("word"))', 'f("".join(["pass", "word"]))'),
        *('f("drow" "ssap"[::-1])', 'f("p\\assword")', 'f("pass\\word")', 'f("\\160assword")'),
        *("p\\u0061ssword()", 'f("pass".concat("word"))', 'f(["pass", "word"].join(""))'),
        *('f({["pass" + y]: 1})', "f(`${y}word`)", "\uff50assword()"),
    )
    (tmp_path / "rules.json").write_text(json.dumps({"rules": rules}))
    files = []
    for number, text in enumerate((*texts, *more)):
        for ending in ("py", "js"):
            files.append(tmp_path / f"{number}.{ending}")
            files[-1].write_text(text + "\n", encoding="utf-8")
    options = (*_semgrep._OPTIONS, "--config", "rules.json", "--", *map(str, files))
    done = process.run(
        [_semgrep._CORE_NAME, "scan", *options],
        cwd=str(tmp_path),
        env=process.environment(str(tmp_path), _semgrep._ENVIRONMENT),
        timeout=120,
        program=_semgrep._core(),
    )
    assert isinstance(done, process.Done)
    found = {result["path"] for result in json.loads(done.out)["results"]}

    assert len(found) > 8
    for file in files:
        if str(file) in found:
            assert marked(file.read_text(encoding="utf-8"), [WORD]), file.read_text()


_PIECES = (
    *("pass", "word", "wo", "rd", "p", "Sword", "1", "2 ", '"', "'", "`", "{", "}", "${", "\\\n"),
    *("\n", " ", "+", "<", "\\x41", "\\n", "\u017f", "\u0130", "é", "_"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
def test_a_text_is_read_piece_by_piece_as_it_is_told(text):
    words = {WORD, "sword", "word1", "<p", "p2", "wor"}
    lowered = text.casefold()
    closes = r"(?=[\"'`]|\$?\{|\\\n)"
    numbers = set(re.findall(r"\b\d+", lowered))
    starts = numbers | set(re.findall(r"(?<=[\"'`}\n])\w+", lowered))
    wholes = numbers | set(re.findall(r"(?<=[\"'`}\n])\w++" + closes, lowered))
    ends = numbers | set(re.findall(r"(?<!\w)\w++" + closes, lowered))
    signs = set(re.findall(r"[^\w\s]" + closes, lowered))

    def begins(rest):
        return any(one.startswith(rest) for one in starts) or any(
            rest.startswith(one) and len(one) < len(rest) and begins(rest[len(one) :])
            for one in wholes
        )

    def is_there(word):
        if word in lowered or re.search(r"\\(?![nrtbfvdswDSWBA])\w", text):
            return True
        if not word[0].isalnum():
            return word[0] in signs
        return any(
            one.endswith(word[:end]) and begins(word[end:])
            for end in range(1, len(word))
            for one in ends
        )

    assert marked(text, words) == {word for word in words if is_there(word)}
