"""Every rule, wherever it lives, has a page that is found, and cites standards in one spelling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aigate import registry
from aigate.documents.catalogue import read_catalogue
from aigate.domain.rule import Rule
from aigate.engine import disclosure
from tests.conftest import Project

_ROOT = Path(__file__).resolve().parents[2]
_PAGES = _ROOT / "docs/rules"
_CODED = (
    *(rule for scanner in registry.scanners() for rule in scanner.rules()),
    *disclosure.RULES,
    *(one.page for one in registry.usage_rules()),
)
_PACKED = tuple(read_catalogue((_ROOT / "policies/compiled/catalogue.json").read_bytes()).values())
# How each framework writes its ids; blanks become hyphens.
_FORMS = {
    "cmmc": r"[A-Z]{2}\.L[12]-3\.\d{1,2}\.\d{1,2}",
    "eu-ai-act": r"\d{1,3}",
    "iso-42001": r"A\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?",
    "mitre-atlas": r"AML\.[TM]\d{4}(?:\.\d{3})?",
    "nist-800-53": r"[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?",
    "nist-ai-rmf": r"(?:GOVERN|MAP|MEASURE|MANAGE)-\d\.\d{1,2}",
    "nist-ssdf": r"(?:PO|PS|PW|RV)\.\d\.\d",
    "omb-m-25-21": r"human-oversight|inventory|minimum-practices",
    "owasp-agentic": r"ASI(?:0\d|10)",
    "owasp-aisvs": r"(?:AC\.)?\d{1,2}\.\d{1,2}(?:\.\d{1,2})?",
    "owasp-llm": r"LLM(?:0\d|10)",
}


@pytest.mark.parametrize("rule", _CODED, ids=lambda rule: rule.name)
def test_each_rule_in_code_has_its_page(rule: Rule) -> None:
    page = (_PAGES / f"{rule.name}.md").read_text(encoding="utf-8")

    for part in (rule.title, rule.what, rule.why, rule.fix, rule.decides, *rule.controls):
        assert part.strip()
        assert part in page


def test_no_two_rules_have_one_name() -> None:
    names = [rule.name for rule in (*_CODED, *_PACKED)]

    assert sorted(names) == sorted(set(names))


def test_each_rule_that_counts_cites_a_weakness_or_a_control() -> None:
    assert [rule.name for rule in (*_CODED, *_PACKED) if not (rule.cwe or rule.controls)] == []


def test_standards_are_cited_in_one_spelling() -> None:
    cited = {(rule.name, control) for rule in (*_CODED, *_PACKED) for control in rule.controls}
    odd = []
    for name, control in sorted(cited):
        framework, slash, number = control.partition("/")
        form = _FORMS.get(framework)
        if not slash or form is None or re.fullmatch(form, number) is None:
            odd.append((name, control))

    assert odd == []
    assert {control.partition("/")[0] for _, control in cited} == set(_FORMS)


@pytest.mark.parametrize("name", ["model-pickle-code", "B102", "missing-owner", "agent-sign-off"])
def test_explain_names_a_page_that_is_there(name: str, project: Project) -> None:
    shown = project.run("explain", name).text

    page = re.search(r"^  (docs/rules/[\w-]+\.md)$", shown, re.MULTILINE)
    assert page is not None
    assert (_ROOT / page[1]).is_file()
