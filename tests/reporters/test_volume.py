"""C-148: a hundred thousand findings are rendered quickly, and what people read stays short."""

from __future__ import annotations

import time

import pytest

from aigate.domain.extension import View
from aigate.domain.finding import Action
from aigate.domain.place import Location
from aigate.registry import reporters

MOST_BYTES = {
    "text": 400_000,
    "csv": 250_000_000,
    "azure": 20_000,
    "gitlab": 5_000_000,
    "gitlab-sast": 10_000_000,
    "junit": 5_000_000,
    "rdjson": 5_000_000,
    "concise": 20_000_000,
    "github": 20_000,
    "markdown": 65_000,
    "comment": 60_000,
    "json": 250_000_000,
    "sarif": 250_000_000,
    "sarif-azure": 20_000_000,
    "sarif-github": 20_000_000,
}


@pytest.fixture(scope="module")
def many(make):
    return make.report(
        tuple(
            make.judged(
                make.finding(
                    at=Location(f"src/file_{n % 5000}.py", n + 1, 1, n + 1, 9),
                    fingerprint=f"{n:032x}",
                ),
                action=Action.JOINT if n < 50_000 else Action.WARN,
                blocking=n < 50_000,
            )
            for n in range(100_000)
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("reporter", reporters(), ids=lambda one: one.name)
def test_c_148_volume(reporter, many):
    begun = time.process_time()
    text = reporter.render(many, View())
    spent = time.process_time() - begun

    assert len(text) <= MOST_BYTES.get(reporter.name, 1_000_000)
    assert spent < 30
    if reporter.name == "json":
        assert text.count('\n{"fingerprint"') == 100_000
