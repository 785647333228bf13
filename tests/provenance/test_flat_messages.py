"""Messages in which a shell left `\\n` as it was written: the trailers in them count."""

from __future__ import annotations

import pytest

from aigate.engine import trailers

LINE = "Co-Authored-By: GPT-5 Codex <codex@openai.com>"


@pytest.mark.parametrize("gap", ["\\n\\n", "\\n\\nMore about it.\\n\\n", "\\n\\nCloses #1\\n"])
def test_a_trailer_behind_written_out_line_ends_is_read(gap: str) -> None:
    message = f"feat: shorter\n\nThe body, all of it on one line.{gap}{LINE}\n"

    assert ("co-authored-by", "GPT-5 Codex <codex@openai.com>") in trailers.trailers(message)


@pytest.mark.parametrize(
    "body",
    [
        f"Writes `\\n\\n{LINE}` once only.",
        f'Appends "\\n\\n{LINE}"',
        f"Appends '\\n\\n{LINE}'.",
        f"Splits at \\n and keeps {LINE}",
    ],
)
def test_a_trailer_that_the_text_only_speaks_of_is_none(body: str) -> None:
    assert trailers.trailers(f"fix: quotes\n\n{body}\n") == (("fix", "quotes"),)
