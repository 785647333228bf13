"""What the tools look up comes from the commit that decides, and never from the files there."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigate.errors import UsageError
from aigate.mcp.lookups import explain_rule, policy_for_path, who_owns

POLICY = """version: 1
name: our-team
extends: aigate:default
owners:
  security: "@org/security"
  paths:
    - {paths: "pay/**", severity: critical, security: "@org/money"}
scope:
  exclude:
    - {paths: "vendor/**", reason: checked upstream}
requirements:
  - id: no-medium-in-pay
    match: {path: pay/**, severity: medium}
    action: forbid
"""
FILES = {".aigate/policy.yaml": POLICY, "CODEOWNERS": "* @ada\npay/ @grace\n", "pay/a.py": "x\n"}


def test_the_policy_for_a_path_says_what_findings_cost_there(setting):
    said = policy_for_path("pay/new.py", setting(FILES))

    assert "`our-team`" in said
    assert "  medium: forbid (`no-medium-in-pay`)" in said
    assert "  critical: joint" in said
    assert "medium: warn" in policy_for_path("app.py", setting(FILES))


def test_what_the_policy_leaves_out_is_said_with_the_reason(setting):
    assert "not examined: checked upstream" in policy_for_path("vendor/x.py", setting(FILES))


def test_owners_differ_by_severity_only_where_they_do(setting):
    lent = setting(FILES)

    assert who_owns("app.py", lent) == "`app.py`: developer @ada, security @org/security\n"
    said = who_owns("pay/a.py", lent)
    assert "  critical: developer @grace, security @org/money\n" in said
    assert "  high, medium, low: developer @grace, security @org/security\n" in said


def test_files_of_the_working_tree_steer_nothing(setting):
    lent = setting(FILES)
    Path(lent.root, "CODEOWNERS").write_text("* @mallory\n")
    Path(lent.root, ".aigate/policy.yaml").write_text(POLICY.replace("forbid", "note"))

    assert "@ada" in who_owns("app.py", lent)
    assert "medium: forbid" in policy_for_path("pay/a.py", lent)


def test_a_rule_has_its_page_and_a_wrong_name_has_near_ones(setting):
    lent = setting()

    assert "fix: " in explain_rule("python-code-injection", lent)
    assert "B602" in explain_rule("B602", lent)
    with pytest.raises(UsageError) as refused:
        explain_rule("python-code-injektion", lent)
    assert "`python-code-injection`" in refused.value.hint


@pytest.mark.parametrize("name", ["", "\x1b[31m", "x" * 100_000, "../policy", "::error::x"])
def test_an_odd_name_of_a_rule_is_refused_in_few_harmless_words(setting, name):
    with pytest.raises(UsageError) as refused:
        explain_rule(name, setting())

    assert len(refused.value.message) < 300
    assert "\x1b" not in refused.value.message
