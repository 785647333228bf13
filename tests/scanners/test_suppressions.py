"""Comments that silence scanners are seen in every dialect, and only where they are comments."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.extension import Target
from aigate.domain.finding import Gap
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine import suppression
from aigate.engine.suppression import LIMIT, suppressed_lines, suppressions
from aigate.scanners.suppressions import SCANNER


def unit(text: str, path: str = "a.py", kind: Kind = Kind.PYTHON) -> Unit:
    return Unit(path, Entry(path, "100644", "0" * 40), kind, text=text)


def tools(text: str, path: str = "a.py", kind: Kind = Kind.PYTHON) -> list[str]:
    return [tool for found in suppressions(unit(text, path, kind)) for tool in found.tools]


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("eval(x)  # nosec", "bandit"),
        ("eval(x)  #nosec", "bandit"),
        ("eval(x)  # nosec B602", "bandit"),
        ("eval(x)  # nosec: B602, B603", "bandit"),
        ("eval(x)  # NOSEC", "bandit"),
        ("eval(x)  # nosecB602", "bandit"),
        ("eval(x)  # nosemgrep", "semgrep"),
        ("eval(x)  # nosem: python.lang.eval", "semgrep"),
        ("eval(x)  # type: ignore # nosemgrep: a.b", "semgrep"),
        ("eval(x)  # noqa", "flake8"),
        ("eval(x)  # NOQA", "flake8"),
        ("eval(x)  # noqa: S307", "flake8"),
        ("eval(x)  # noqa:E501,S307", "flake8"),
        ("eval(x)  # noqa: E501 S307", "flake8"),
        ("eval(x)  # noqa: S", "flake8"),
        ("eval(x)  # noqa: PGH001", "flake8"),
        ("# ruff: noqa", "ruff"),
        ("# ruff: noqa: S101", "ruff"),
        ("# ruff: disable[S101]", "ruff"),
        ("# flake8: noqa", "flake8"),
        ("eval(x)  # pylint: disable=eval-used", "pylint"),
        ("eval(x)  # pylint: disable=line-too-long, exec-used", "pylint"),
        ("# pylint: skip-file", "pylint"),
        ("eval(x)  # NOSONAR", "sonar"),
        ("eval(x)  # nosonar", "sonar"),
        ("key = 1  # gitleaks:allow", "gitleaks"),
        ("key = 1  # pragma: allowlist secret", "detect-secrets"),
        ("key = 1  # pragma: allowlist nextline secret", "detect-secrets"),
        ("eval(x)  # aigate: ignore", "aigate"),
        ("eval(x)  # lgtm[py/eval]", "codeql"),
    ],
)
def test_every_dialect_is_seen_in_python(line: str, tool: str) -> None:
    assert tool in tools(f"import os\n{line}\n")


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("// eslint-disable", "eslint"),
        ("/* eslint-disable */", "eslint"),
        ("eval(x) // eslint-disable-line", "eslint"),
        ("// eslint-disable-next-line no-eval -- trust me", "eslint"),
        ("// eslint-disable-next-line no-console, no-eval", "eslint"),
        ("/* eslint-disable security/detect-eval-with-expression */", "eslint"),
        ("{/* eslint-disable-next-line react/no-danger */}", "eslint"),
        ("/* eslint no-eval: 0 */", "eslint"),
        ('/* eslint no-eval: "off" */', "eslint"),
        ("// oxlint-disable-next-line no-eval", "eslint"),
        ("// biome-ignore lint/security/noGlobalEval: why", "biome"),
        ("eval(x); // nosemgrep", "semgrep"),
        ("eval(x); // NOSONAR", "sonar"),
    ],
)
def test_every_dialect_is_seen_in_typescript(line: str, tool: str) -> None:
    assert tool in tools(f"const x = 1\n{line}\n", "a.ts", Kind.TYPESCRIPT)


@pytest.mark.parametrize(
    ("path", "line", "tool"),
    [
        ("main.tf", "  #checkov:skip=CKV_AWS_20: public", "checkov"),
        ("main.tf", "  acl = 1 # tfsec:ignore:aws-s3", "tfsec"),
        ("main.tf", "  acl = 1 #trivy:ignore:AVD-1", "trivy"),
        ("ci.yml", "  uses: a/b@v1 # zizmor: ignore[unpinned-uses]", "zizmor"),
        ("main.go", "exec(x) // #nosec G204", "bandit"),
        ("main.go", "exec(x) //nolint:gosec", "golangci-lint"),
        ("a.html", "<!-- nosemgrep -->", "semgrep"),
        ("README.md", "<!-- nosemgrep: rule -->", "semgrep"),
        ("a.sql", "select 1 -- nosemgrep", "semgrep"),
        ("a.rb", "eval(x) # rubocop:disable Security/Eval", "rubocop"),
    ],
)
def test_every_dialect_is_seen_in_other_text(path: str, line: str, tool: str) -> None:
    assert tool in tools(f"a\n{line}\n", path, Kind.TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # noqa: E501",
        "x = 1  # noqa: E501, F401 - S3 bucket",
        "x = 1  # noqa: PIE-786",
        "x = 1  # some noqa comment",
        "x = 1  # type: ignore",
        "x = 1  # type: ignore[arg-type]",
        "x = 1  # pylint: disable=line-too-long",
        "# NoSectionError is raised here",
        'x = "# nosec"',
        "x = 'eval(y)  # nosemgrep'",
        '"""Write `# nosec` here.\n\n# nosec\n"""',
        "x = f'{y}  # noqa'",
        "x = 'it\\'s # nosec'",
        "flags = ['--disable-nosem', '--ignore-nosec']",
        "# ruff: noqa: E501",
        "# flake8: noqa: E501",
    ],
)
def test_python_without_a_security_suppression_is_left_alone(text: str) -> None:
    assert tools(text + "\n") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "// eslint-disable-next-line no-console"),
        ("a.ts", "// eslint-disable-line @typescript-eslint/no-explicit-any"),
        ("a.ts", "const x = '// eslint-disable'"),
        ("a.ts", "// @ts-nocheck"),
        ("a.ts", "const u = 'https://x/nosemgrep'"),
        ("README.md", "Use `# nosec` to silence bandit. # nosec"),
        ("a.yaml", 'text: "write # nosec"'),
        ("a.sh", "semgrep --disable-nosem ."),
        ("a.txt", "nosec"),
    ],
)
def test_other_text_without_a_security_suppression_is_left_alone(path: str, text: str) -> None:
    kind = Kind.TYPESCRIPT if path.endswith(".ts") else Kind.TEXT

    assert tools(text + "\n", path, kind) == []


def test_a_line_with_two_dialects_is_one_comment_of_two_tools() -> None:
    (found,) = suppressions(unit("eval(x)  # nosec # nosemgrep\n"))

    assert found.tools == ("bandit", "semgrep")
    assert (found.span.line, found.span.column) == (1, 10)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\neval(x)  # nosec\nb\n", {2}),
        ("a\n# nosemgrep\neval(x)\nb\n", {2, 3}),
        ("a\nx = 1  # pragma: allowlist nextline secret\ny\nb\n", {2, 3}),
        ("a\n# ruff: noqa\nb\nc", {2, 3, 4}),
        ("a\nb\n", set()),
    ],
)
def test_the_lines_that_a_comment_speaks_of_are_told(text: str, lines: set[int]) -> None:
    assert suppressed_lines(unit(text)) == lines


def test_c_004_the_comment_is_a_finding_of_its_own() -> None:
    target = Target(
        units=(unit("eval(x)  # nosec\n"),), paths=frozenset(), scratch="", exported="", packs=""
    )

    (sighting,) = SCANNER.scan(target)

    assert sighting.rule == "inline-suppression"


def test_a_flood_of_comments_is_a_gap_and_no_silence() -> None:
    flood = unit("# nosec\n" * (LIMIT + 10))
    target = Target(units=(flood,), paths=frozenset(), scratch="", exported="", packs="")

    assert any(isinstance(item, Gap) for item in SCANNER.scan(target))


@given(
    st.lists(
        st.sampled_from(
            ["#", "noqa", "nosec", " ", "'", '"', '"""', "\\", "\n", "x", ":", "\u212a"]
        )
    ).map("".join)
)
def test_a_text_without_a_mark_before_a_word_has_no_such_comment(text: str) -> None:
    whole = list(suppressions(unit(text)))
    with pytest.MonkeyPatch.context() as patch:
        # With every line taken for a comment, all words count.
        patch.setattr(suppression, "_HASHED", suppression.regex(r"[^\n]+"))
        assert list(suppressions(unit(text))) == whole


def test_one_long_line_of_words_costs_no_more_than_its_length() -> None:
    before = time.process_time()

    assert tools("noqa" * 500_000) == []
    assert time.process_time() - before < 5


@given(
    st.lists(
        st.sampled_from(
            [
                *suppression._WORDS,
                *(
                    "TS",
                    ":SKIP",
                    "eslint",
                    "-disable",
                    "\u212aics",
                    "\u0130",
                    "no",
                    "sec",
                    " ",
                    "x",
                ),
            ]
        )
    ).map("".join)
)
def test_words_are_found_where_the_pattern_of_all_finds_them(text: str) -> None:
    low = text.lower()
    words = [word for word in suppression._WORDS if word in low]

    found = list(suppression._hits(text, low, words))

    assert found == [match.start() for match in suppression._HIT.finditer(text)]
