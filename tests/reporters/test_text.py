"""The report for a terminal is calm, exact about places, and ends with the verdict."""

from __future__ import annotations

import pytest

from aigate.domain.extension import View
from aigate.domain.finding import Action, Decision, Gap, Seats
from aigate.domain.place import Location
from aigate.domain.report import Coverage, Excluded, Verdict
from aigate.reporters import _snippet, concise, text


def show(report, **view: object):
    return text.REPORTER.render(report, View(**view))


def last_line(report):
    return show(report).rstrip("\n").rpartition("\n")[2]


def drawn(make, line, span, width=60):
    start, end = span
    one = make.finding(at=Location("a.py", 1, start, 1, end), snippet=(line,))
    _, code, carets = _snippet.draw(one, width)
    return code.removeprefix("1 | "), carets.removeprefix("  | ")


@pytest.mark.parametrize(
    ("line", "span", "code", "carets"),
    [
        pytest.param("ab cd", (4, 6), "ab cd", "   ^^", id="plain"),
        pytest.param("\tcd", (2, 4), "    cd", "    ^^", id="tab"),
        pytest.param("a\tb", (3, 4), "a   b", "    ^", id="tab-in-the-middle"),
        pytest.param("漢字 = x", (6, 7), "漢字 = x", "       ^", id="double-width"),
        pytest.param("e\u0301 = x", (6, 7), "e\u0301 = x", "    ^", id="combining"),
        pytest.param("\x1b[0m x", (6, 7), "\\x1b[0m x", "        ^", id="escape"),
        pytest.param("ab", (3, 3), "ab", "  ^", id="end-of-line"),
        pytest.param("ab", (9, 20), "ab", "  ^", id="beyond-the-line"),
        pytest.param("ab", (1, 1), "ab", "^", id="empty-match"),
        pytest.param("", (1, 1), "", "^", id="empty-line"),
    ],
)
def test_carets_stand_under_the_match(make, line, span, code, carets):
    assert drawn(make, line, span) == (code.rstrip() or "1 |", carets)


@pytest.mark.parametrize("before", [0, 30, 100, 50_000])
@pytest.mark.parametrize("after", [0, 30, 100, 50_000])
@pytest.mark.parametrize("match", ["MATCH", "M" * 200])
def test_long_lines_are_cut_around_the_match(make, before, after, match):
    line = "b" * before + match + "a" * after
    code, carets = drawn(make, line, (before + 1, before + 1 + len(match)), width=60)

    assert len(code) <= 56
    assert len(carets) <= 56
    under = code[carets.index("^") : len(carets)]
    assert under.rstrip("…") == match[: len(under.rstrip("…"))]
    assert len(under) >= 5
    assert code.startswith("…") == (before > 0 and not code.startswith("b" * before))
    if before + len(match) + after > 56:
        assert "…" in code


def test_a_match_of_several_lines_shows_its_beginning(make):
    lines = tuple(f"line {n}" for n in range(30))
    one = make.finding(at=Location("a.py", 95, 3, 124, 4), snippet=lines)

    shown = _snippet.draw(one, 80)

    assert shown[1:4] == (" 95 | line 0", "    |   ^^^^", " 96 | line 1")
    assert shown[-1] == "    | … 22 more"


def test_c_081_a_secret_is_masked_over_several_lines(make):
    key = ("x = '''" + "BEGIN", "MIIE" + "secret", "END" + "''' # rest")
    one = make.finding(at=Location("a.py", 1, 8, 3, 4), snippet=key, secret=True)

    assert _snippet.lines(one) == ("x = '''*****", "**********", "***''' # rest")


def test_notes_are_counted_and_shown_on_request(make):
    note = make.judged(action=Action.NOTE, blocking=False)
    report = make.report((note, note))

    assert "note[" not in show(report)
    assert last_line(report) == "pass: nothing blocks, 2 notes"
    assert show(report, verbose=True).count("note[shell-injection]") == 2


def test_a_warning_takes_a_few_lines(make):
    warning = make.judged(action=Action.WARN, blocking=False)
    report = make.report((warning,))

    shown = show(report).partition("\n\n")[0]
    assert shown.count("\n") == 4
    assert "= answers: dev `@ada`, security `@org/security`, due 2026-12-06" in shown
    assert last_line(report) == "pass: nothing blocks, 1 warning"


def test_findings_of_one_group_are_one_block_but_all_are_counted(make):
    one = make.judged(make.finding(group="g"))
    other = make.judged(make.finding(group="g", rule="bandit/B602"))
    report = make.report((one, other))

    assert show(report).count("error[") == 1
    assert "= also: bandit/B602" in show(report)
    assert last_line(report) == "fail: 2 findings block"


def test_a_group_is_headed_by_a_finding_that_knows_what_to_do_if_it_is_no_milder(make):
    bare = make.judged(make.finding(group="g", rule="bandit/B602", help=""))
    helpful = make.judged(make.finding(group="g"))
    milder = make.judged(make.finding(group="g"), action=Action.WARN, blocking=False)

    assert "error[shell-injection]" in show(make.report((bare, helpful)))
    assert "error[bandit/B602]" in show(make.report((bare, milder)))


def test_only_findings_under_the_shown_paths_are_shown(make):
    here = make.judged(make.finding(at=Location("src/a.py", 1, 1, 1, 2)))
    there = make.judged(make.finding(at=Location("srcs/b.py", 1, 1, 1, 2)))
    report = make.report((here, there))

    for path in ("src", "src/", "./src", "src/a.py"):
        shown = show(report, paths=(path,))
        assert "src/a.py" in shown
        assert "srcs/b.py" not in shown
        assert "1 more outside the shown paths" in shown
        assert shown.endswith("fail: 2 findings block\n")
    assert "outside" not in show(report, paths=(".",))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "pass: no findings"),
        (
            {"verdict": Verdict.INCOMPLETE, "gaps": (Gap("a.py", "too deep", "depth", "bandit"),)},
            "incomplete: 1 file could not be examined: `a.py` (bandit): too deep",
        ),
        (
            {
                "verdict": Verdict.INCOMPLETE,
                "gaps": (Gap("a.py", "x", "x"), Gap("b.py", "x", "x"), Gap("bandit", "x", "x")),
            },
            "incomplete: 2 files could not be examined and 1 scanner did not finish",
        ),
        ({"verdict": Verdict.INCOMPLETE}, "incomplete: nothing was asked, so nothing was passed"),
        (
            {"verdict": Verdict.ADVISORY_FAIL, "gaps": (Gap("semgrep", "gone", "x", "semgrep"),)},
            "advisory-fail: 1 scanner did not finish: `semgrep`: gone",
        ),
    ],
)
def test_the_verdict_says_what_it_rests_on(make, fields, line):
    report = make.report(**fields)

    assert concise.REPORTER.render(report, View()).endswith(f"{line}\n")


def test_an_advisory_fail_is_not_called_a_pass(make):
    report = make.report((make.judged(),), verdict=Verdict.ADVISORY_FAIL, exit_code=0)

    assert "this is no pass\n" in show(report)
    assert last_line(report) == "advisory-fail: 1 finding would block"


def test_coverage_is_said_with_reasons(make):
    coverage = Coverage(
        in_scope=13,
        scanned=12,
        excluded=1,
        unscannable=0,
        exclusions=(Excluded(reason="generated", entries=1),),
    )

    assert "looked at 12 of 13 files; 1 excluded: generated\n" in show(
        make.report(coverage=coverage)
    )


def test_nobody_named_is_said_with_a_way_out(make):
    shown = show(make.report((make.judged(seats=Seats(), due=""),)))

    assert "= answers: nobody, due within 14 days; hint: name owners in CODEOWNERS" in shown


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        (Seats(developer="@a"), "dev `@a`, security nobody, due 2026-12-06; hint: name `security`"),
        (Seats(security="@s"), "dev nobody, security `@s`, due 2026-12-06; hint: name owners in"),
        (Seats(developer="@a", security="@s", merger="lee"), "security `@s`, merger `lee`, due"),
    ],
)
def test_an_empty_seat_is_said_with_a_way_out(make, seats, expected):
    assert expected in show(make.report((make.judged(seats=seats),)))


def test_what_is_overdue_says_since_when(make):
    shown = show(make.report((make.judged(overdue=True),)))

    assert "security `@org/security`, overdue since 2026-12-06\n" in shown


def test_missing_evidence_of_origin_is_said_once(make):
    shown = show(make.report((make.judged(), make.judged())))

    assert shown.count("origin") == 1


def test_color_adds_nothing_but_color(make):
    colored = show(make.sample, color=True, verbose=True)

    assert "\x1b[31;1merror\x1b[0m[" in colored
    for code in ("31;1", "33;1", "36;1", "32;1", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == show(make.sample, verbose=True)


def test_an_accepted_finding_is_counted_and_shown_on_request(make):
    accepted = make.judged(decision=Decision.ACCEPTED, blocking=False)
    report = make.report((accepted,))

    assert last_line(report) == "pass: nothing blocks, 1 accepted"
    assert "accepted[" not in show(report)
    assert "accepted[" in show(report, verbose=True)


def test_c_074_a_path_cannot_start_a_command(make):
    one = make.finding(at=Location("  ::error file=x::y.py", 1, 1, 1, 2))

    first = concise.REPORTER.render(make.report((make.judged(one),)), View())

    assert first.startswith("./  ::error")
