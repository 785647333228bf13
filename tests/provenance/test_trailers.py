from __future__ import annotations

import time

import pytest

from aigate.domain.evidence import Claim, Doubt

PEOPLE = [
    "Co-authored-by: Ada Lovelace <ada@example.com>",
    "Assisted-by: Claude Dupont <claude.dupont@example.com>",
    "Reviewed-by: Claude <claude.dupont@example.com>",
    "Signed-off-by: Jules Verne <jules@example.com>",
    "    Co-authored-by: Claude <noreply@anthropic.com>",
    "> Co-authored-by: Claude <noreply@anthropic.com>",
    "see https://docs.example.com/co-authored-by",
    "Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
]

AGENTS = [
    ("Co-Authored-By: Claude Opus 4.5 <noreply@anthropic.com>", "claude", "Claude Opus 4.5"),
    ("co-authored-by:Claude <NoReply@Anthropic.com>", "claude", ""),
    ("Co-authored-by: Cursor\n <cursoragent@cursor.com>", "cursor", ""),
    ("Co-authored-by: aider (vendor/model-1) <aider@aider.chat>", "aider", "vendor/model-1"),
    ("Assisted-by: Claude:claude-3-opus coccinelle sparse", "claude", "claude-3-opus"),
    ("Assisted-by: SomeBot:v2", "somebot", "v2"),
    ("Replit-Commit-Author: Agent", "replit", ""),
    ("Claude-Session: https://claude.ai/code/session_1", "claude", ""),
    ("Co-authored-by: Claude <noreply@anthropic.com>\r", "claude", ""),
    ("* feat: one\n\nCo-authored-by: Claude <noreply@anthropic.com>\n\n* feat: two", "claude", ""),
    ("Co-authored-by: \udcff\udcfe Claude <noreply@anthropic.com>", "claude", ""),
]


@pytest.mark.parametrize("line", PEOPLE)
def test_people_and_plain_automation_are_no_agents(heard, line):
    assert heard("trailers", f"a change\n\n{line}\n") == []


@pytest.mark.parametrize(("line", "agent", "model"), AGENTS)
def test_agents_are_known_by_what_they_add(heard, line, agent, model):
    found = heard("trailers", f"a change\n\n{line}\n")

    assert {(one.agent, one.model) for one in found} == {(agent, model)}


def test_an_agent_that_is_the_author_is_known(heard):
    bot = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com")

    assert [one.agent for one in heard("trailers", author=bot)] == ["copilot"]


def test_the_session_is_taken_along(heard):
    found = heard("trailers", "x\n\nClaude-Session: https://claude.ai/code/session_1\n")

    assert found[0].session == "https://claude.ai/code/session_1"


def test_ten_thousand_trailers_are_read_and_more_are_doubted(heard):
    line = "Co-authored-by: Claude <noreply@anthropic.com>\n"
    started = time.monotonic()
    claims = heard("trailers", "x\n\n" + line * 10_000)
    more = heard("trailers", "x\n\n" + "Key: value\n" * 10_001)

    assert [type(one) for one in claims] == [Claim]
    assert [(type(one), one.code) for one in more] == [(Doubt, "too-many-trailers")]
    assert time.monotonic() - started < 5


def test_of_a_huge_message_both_ends_are_read(heard):
    trailer = "Co-authored-by: Claude <noreply@anthropic.com>\n"
    found = heard("trailers", "x\n\n" + "y" * 3_000_000 + "\n" + trailer)

    assert {getattr(one, "code", one) for one in found if isinstance(one, Doubt)} == {
        "message-large"
    }
    assert [one.agent for one in found if isinstance(one, Claim)] == ["claude"]


@pytest.mark.parametrize(
    "line", ["Assisted-by:" + ":" * 100_000, "a" * 500_000, "(" * 100_000, "Key: " + " " * 200_000]
)
def test_odd_lines_take_no_time(heard, line):
    started = time.monotonic()
    heard("trailers", f"x\n\n{line}\n", author=(line, line), committer=(line, line))

    assert time.monotonic() - started < 2
