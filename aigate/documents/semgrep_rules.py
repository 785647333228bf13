"""Counts the rules in a file of semgrep's, which takes an empty list for success."""

from __future__ import annotations

import yaml

from aigate.errors import UsageError


def require_rules(path: str, data: bytes) -> None:
    """Check that a rule file has rules; what is wrong in one of them is semgrep's to say.

    Raises:
        UsageError: it cannot be read, or has none.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(data, Loader=loader)  # noqa: S506, TID251 - a safe loader; semgrep's files use all of YAML
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(
            f"rule file `{path}` is no YAML: {str(error).splitlines()[0]}",
            hint="`semgrep --validate --config FILE` shows where",
            code="rule-invalid",
        ) from error
    rules = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rules, list) or not rules:
        raise UsageError(
            f"rule file `{path}` has no rules",
            hint="remove it from `rules:` or add a rule to it",
            code="rule-file-empty",
        )
