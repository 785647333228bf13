"""Every rule about declared and observed use of AI, both ways."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.policy import Approved
from aigate.domain.usage import NAME
from aigate.registry import usage_rules
from tests.rules_ai.made import COMMIT, DIGEST, SOUND, facts, findings, manifest, told, use

OPENAI = "services: [{name: openai, models: [gpt-5], data: internal}]\n"
PROVIDER = use(UseKind.PROVIDER, "openai", provider="openai")
MODEL = use(UseKind.MODEL, "gpt-5", "app/chat.py:9", provider="openai")
HUB = f"models: [{{name: org/ranker, source: huggingface, revision: '{COMMIT}'}}]\n"
LOADS = use(UseKind.MODEL, "org/ranker", revision=COMMIT)
AGENT = (
    "agents: [{name: claude-code, kind: coding, tools: [search], servers: [crm],"
    " permissions: ['Bash(git log:*)'], autonomy: approve}]\n"
)
CONFIG = [("role", "config")]
RULES = [("role", "rules")]
WORKFLOW = [("role", "workflow")]
CI = ".github/workflows/review.yml"
HIGH = (
    "impact: high\napproved-until: 2027-01-31\n"
    'owners: {developer: "@ada", security: "@grace", business: "@lin"}\n'
    "evaluation: [{what: answers, evidence: docs/eval.md}]\n"
    'recovery: {fallback: people answer, declares-safe: {security: "@grace"}}\n'
)
SEVEN = "practices:\n" + "".join(
    f"  - {{name: {name}, evidence: docs/eval.md}}\n"
    for name in (
        "pre-deployment-testing", "impact-assessment", "ongoing-monitoring", "operator-training",
        "human-oversight", "remedies", "user-feedback",
    )
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is declared in the manifest `support`, what is used, and what must be said."""

    body: str = SOUND
    uses: tuple[Use, ...] = (PROVIDER, MODEL)
    expect: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    used_in: str = "app/**"
    approved: Approved = field(default_factory=Approved)
    at: date = date(2026, 11, 22)


M = ".aigate/initiatives/support.yaml"
CASES = {
    "declared": Case(body=SOUND + OPENAI),
    "undeclared-provider": Case(expect=("undeclared-ai-use app/chat.py:3",)),
    "undeclared-model-of-declared-provider": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, use(UseKind.MODEL, "gpt-4", "app/chat.py:9", provider="openai")),
        expect=("undeclared-ai-use app/chat.py:9",),
    ),
    "outside-of-used-in": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, MODEL, use(UseKind.PROVIDER, "openai", "jobs/night.py:4")),
        expect=("undeclared-ai-use jobs/night.py:4",),
    ),
    "case-and-prefix": Case(
        body=SOUND + OPENAI,
        uses=(
            use(UseKind.PROVIDER, "OpenAI"),
            use(UseKind.MODEL, "openai/gpt-5", provider="openai"),
            use(UseKind.MODEL, "openai:gpt-5", provider="openai"),
        ),
    ),
    "same-model-of-somebody-else": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, use(UseKind.MODEL, "gpt-5", provider="azure-openai")),
        expect=("undeclared-ai-use app/chat.py:3",),
    ),
    "endpoint-of-declared-provider": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, use(UseKind.ENDPOINT, "https://api.openai.com/v1", provider="openai")),
    ),
    "endpoint-of-a-gateway": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, use(UseKind.ENDPOINT, "https://llm.example.org/v1")),
        expect=("undeclared-ai-use app/chat.py:3",),
    ),
    "endpoint-that-is-declared": Case(
        body=SOUND
        + "services: [{name: openai, endpoint: 'https://llm.example.org', models: [gpt-5]}]\n",
        uses=(PROVIDER, use(UseKind.ENDPOINT, "https://u:p@LLM.example.org/v1")),
    ),
    "endpoint-that-only-looks-declared": Case(
        body=SOUND
        + "services: [{name: openai, endpoint: 'https://llm.example.org', models: [gpt-5]}]\n",
        uses=(PROVIDER, use(UseKind.ENDPOINT, "https://llm.example.org.evil.net/v1")),
        expect=("undeclared-ai-use app/chat.py:3",),
    ),
    "settings-dependencies-and-tests-of-what-is-declared": Case(
        body=SOUND + OPENAI,
        uses=(
            PROVIDER,
            *(
                use(UseKind.PROVIDER, "openai", path)
                for path in ("requirements.txt", ".env.example", "tests/test_a.py", "web/a.test.ts")
            ),
            use(UseKind.FRAMEWORK, "langchain", "requirements.txt:2"),
        ),
    ),
    "settings-dependencies-and-tests-of-what-is-not": Case(
        body=SOUND + OPENAI,
        uses=(
            PROVIDER,
            use(UseKind.PROVIDER, "mistral", "requirements.txt"),
            use(UseKind.PROVIDER, "mistral", "tests/test_a.py"),
        ),
        expect=("undeclared-ai-use requirements.txt:1", "undeclared-ai-use tests/test_a.py:1"),
    ),
    "C-096-model-file-left-out": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, use(UseKind.WEIGHTS, "weights/a.bin", "weights/a.bin", digest=DIGEST)),
        expect=("undeclared-ai-use weights/a.bin:1",),
    ),
    "C-096-digest-of-another-file": Case(
        body=SOUND + f"models: [{{name: own, files: [{{path: w/a.bin, sha256: '{DIGEST}'}}]}}]\n",
        uses=(use(UseKind.WEIGHTS, "w/a.bin", "w/a.bin", digest="f" * 64),),
        expect=("model-file-differs w/a.bin:1",),
    ),
    "C-096-digest-holds": Case(
        body=SOUND + f"models: [{{name: own, files: [{{path: w/a.bin, sha256: '{DIGEST}'}}]}}]\n",
        uses=(use(UseKind.WEIGHTS, "w/a.bin", "w/a.bin", digest=DIGEST),),
    ),
    "C-096-file-that-cannot-be-read": Case(
        body=SOUND + f"models: [{{name: own, files: [{{path: w/a.bin, sha256: '{DIGEST}'}}]}}]\n",
        uses=(use(UseKind.WEIGHTS, "w/a.bin", "w/a.bin"),),
        expect=(f"model-file-differs {M}:8",),
    ),
    "C-096-file-that-is-not-there": Case(
        body=SOUND + f"models: [{{name: own, files: [{{path: w/a.bin, sha256: '{DIGEST}'}}]}}]\n",
        uses=(),
        expect=(f"model-file-differs {M}:8",),
    ),
    "C-096-loaded-without-revision-and-undeclared": Case(
        uses=(use(UseKind.MODEL, "org/ranker", revision=None),),
        expect=("undeclared-ai-use app/chat.py:3",),
    ),
    "C-096-loaded-without-the-declared-revision": Case(
        body=SOUND + HUB,
        uses=(replace(LOADS, revision=None),),
        expect=("unpinned-model app/chat.py:3",),
    ),
    "C-096-declared-and-loaded-without-revision": Case(
        body=SOUND + "models: [{name: org/ranker, source: huggingface}]\n",
        uses=(replace(LOADS, revision=None),),
        expect=(f"unpinned-model {M}:8", "unpinned-model app/chat.py:3"),
    ),
    "moving-revision": Case(
        body=SOUND + "models: [{name: org/ranker, revision: main}]\n",
        uses=(replace(LOADS, revision="main"),),
        expect=(f"unpinned-model {M}:8", "unpinned-model app/chat.py:3"),
    ),
    "pinned": Case(body=SOUND + HUB, uses=(LOADS,)),
    "pinned-by-purl": Case(
        body=SOUND
        + f"models: [{{name: org/ranker, purl: 'pkg:huggingface/org/ranker@{COMMIT}'}}]\n",
        uses=(LOADS, use(UseKind.PROVIDER, "huggingface")),
    ),
    "model-that-a-declared-service-runs": Case(
        body=SOUND + "services: [{name: openai}]\nmodels: [{name: gpt-5, source: openai}]\n",
    ),
    "other-revision": Case(
        body=SOUND + HUB,
        uses=(replace(LOADS, revision="f" * 40),),
        expect=("wrong-model-revision app/chat.py:3",),
    ),
    "other-revision-of-data": Case(
        body=SOUND + f"datasets: [{{name: org/questions, revision: '{COMMIT}'}}]\n",
        uses=(use(UseKind.DATASET, "org/questions", revision="f" * 40),),
        expect=("wrong-model-revision app/chat.py:3",),
    ),
    "undeclared-data": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, MODEL, use(UseKind.DATASET, "org/questions")),
        expect=("undeclared-ai-library app/chat.py:3",),
    ),
    "library-where-nothing-is-covered": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, MODEL, use(UseKind.FRAMEWORK, "langchain", "tools/x.py:1")),
        expect=("undeclared-ai-library tools/x.py:1",),
    ),
    "library-beside-a-provider-is-told-once": Case(
        body=SOUND + OPENAI,
        uses=(
            PROVIDER,
            use(UseKind.FRAMEWORK, "langchain", "tools/x.py:1"),
            use(UseKind.PROVIDER, "mistral", "tools/x.py:2"),
        ),
        expect=("undeclared-ai-use tools/x.py:2",),
    ),
    "prompts-and-variables-alone": Case(
        body=SOUND + OPENAI,
        uses=(
            PROVIDER,
            use(UseKind.PROMPT, "system", "tools/x.py:1"),
            use(UseKind.ENVIRONMENT, "OPENAI_API_KEY", "tools/x.py:2"),
        ),
    ),
    "unused-service": Case(body=SOUND + OPENAI + HUB, expect=(f"unused-declaration {M}:9",)),
    "unused-service-may-be-the-dynamic-one": Case(
        body=SOUND + OPENAI,
        uses=(use(UseKind.MODEL, "", confidence=Confidence.UNDETERMINED, provider="openai"),),
        expect=("undetermined-model app/chat.py:3",),
    ),
    "pattern-without-a-file": Case(
        body=SOUND + OPENAI,
        used_in="[app/**, gone/**]",
        expect=(f"unused-declaration {M}:4",),
    ),
    "unapproved-provider-declared": Case(
        body=SOUND + OPENAI,
        approved=Approved(providers=("mistral",)),
        expect=(f"unapproved-provider {M}:8",),
    ),
    "unapproved-provider-used": Case(
        approved=Approved(providers=("mistral",)),
        expect=("unapproved-provider app/chat.py:3", "undeclared-ai-use app/chat.py:3"),
    ),
    "approved-provider": Case(body=SOUND + OPENAI, approved=Approved(providers=("Open*",))),
    "nothing-approved": Case(
        body=SOUND + OPENAI,
        approved=Approved(providers=()),
        expect=(f"unapproved-provider {M}:8",),
    ),
    "no-region": Case(
        body=SOUND + OPENAI,
        approved=Approved(regions=("eu*",)),
        expect=(f"unapproved-region {M}:8",),
    ),
    "approved-region": Case(
        body=SOUND + OPENAI.replace("data: internal", "region: eu-west-1"),
        approved=Approved(regions=("eu*",)),
    ),
    "no-licence": Case(
        body=SOUND + HUB,
        uses=(LOADS,),
        approved=Approved(licences=("MIT",)),
        expect=(f"unapproved-licence {M}:8",),
    ),
    "approved-licence": Case(
        body=SOUND + HUB.replace("source: huggingface", "licence: mit"),
        uses=(LOADS,),
        approved=Approved(licences=("MIT",)),
    ),
    "data-above": Case(
        body=SOUND + "data: restricted\n" + OPENAI, expect=(f"data-above-limit {M}:9",)
    ),
    "data-equal": Case(body=SOUND + "data: internal\n" + OPENAI),
    "data-unsaid": Case(
        body=SOUND + "data: confidential\nservices: [{name: openai, models: [gpt-5]}]\n",
        expect=(f"data-above-limit {M}:9",),
    ),
    "data-unsaid-and-harmless": Case(
        body=SOUND + "data: internal\nservices: [{name: openai, models: [gpt-5]}]\n"
    ),
    "data-set-above": Case(
        body=SOUND + "data: public\ndatasets: [{name: a/b, data: restricted}]\n",
        uses=(use(UseKind.DATASET, "a/b"),),
        expect=(f"data-above-limit {M}:9",),
    ),
    "one-owner": Case(
        body=OPENAI + SOUND.replace(', security: "@grace"}\ne', "}\ne"),
        expect=(f"missing-owner {M}:6",),
    ),
    "one-person-for-both": Case(
        body=OPENAI + SOUND.replace('"@grace"}\nevaluation', '"@Ada"}\nevaluation'),
        expect=(f"missing-owner {M}:6",),
    ),
    "nothing-at-all": Case(
        body=OPENAI,
        expect=(
            f"missing-evaluation {M}:2",
            f"missing-owner {M}:2",
            f"missing-recovery {M}:2",
        ),
    ),
    "evidence-that-is-not-there": Case(
        body=OPENAI + SOUND.replace("docs/eval.md", "docs/gone.md"),
        expect=(f"missing-evaluation {M}:7",),
    ),
    "evidence-elsewhere": Case(
        body=OPENAI + SOUND.replace("docs/eval.md", "'https://example.org/eval/1'")
    ),
    "half-a-recovery": Case(
        body=OPENAI + SOUND.replace("fallback: people answer", "order: 1"),
        expect=(f"missing-recovery {M}:8",),
    ),
    "high-without-practices": Case(body=HIGH + OPENAI, expect=(f"missing-practice {M}:5",) * 7),
    "high-with-practices": Case(body=HIGH + SEVEN + OPENAI),
    "high-without-business-and-approval": Case(
        body=SEVEN + OPENAI + SOUND + "impact: high\n",
        expect=(f"missing-owner {M}:14", f"expired-approval {M}:17"),
    ),
    "last-day": Case(
        body=SOUND + OPENAI + "approved-until: 2026-11-22\n",
    ),
    "day-after": Case(
        body=SOUND + OPENAI + "approved-until: 2026-11-22\n",
        at=date(2026, 11, 23),
        expect=(f"expired-approval {M}:9",),
    ),
    "agent-as-declared": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(
                UseKind.AGENT,
                "claude-code",
                ".claude/settings.json:2",
                detail=[("permission", "Bash(git log:*)"), ("autonomy", "suggest")],
            ),
            use(UseKind.SERVER, "crm", ".mcp.json:3", detail=CONFIG),
        ),
    ),
    "agent-with-a-further-permission": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(
                UseKind.AGENT,
                "claude-code",
                ".claude/settings.json:2",
                detail=[("permission", "Bash(git log:*)"), ("permission", "Bash(*)")],
            ),
        ),
        expect=("agent-exceeds-declaration .claude/settings.json:2",),
    ),
    "agent-that-acts": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(UseKind.AGENT, "claude-code", ".claude/x.json", detail=[("autonomy", "act")]),
        ),
        expect=("agent-exceeds-declaration .claude/x.json:1",),
    ),
    "further-server": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(PROVIDER, use(UseKind.SERVER, "shell", ".mcp.json:3", detail=CONFIG)),
        expect=("agent-exceeds-declaration .mcp.json:3",),
    ),
    "further-tool": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(PROVIDER, use(UseKind.TOOL, "refund", "app/tools.py:8")),
        expect=("agent-exceeds-declaration app/tools.py:8",),
    ),
    "further-permission-in-settings": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(
                UseKind.TOOL,
                "Bash(*)",
                ".claude/settings.json:5",
                detail=[("role", "settings"), ("permission", "Bash(*)")],
            ),
        ),
        expect=("agent-exceeds-declaration .claude/settings.json:5",),
    ),
    "provider-of-a-declared-agent-in-a-workflow": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(UseKind.AGENT, "claude-code", f"{CI}:9", detail=WORKFLOW),
            use(UseKind.PROVIDER, "anthropic", f"{CI}:9", provider="anthropic"),
            use(UseKind.MODEL, "claude-opus-4", f"{CI}:12", provider="anthropic"),
        ),
    ),
    "provider-beside-an-agent-in-a-workflow": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(UseKind.AGENT, "claude-code", f"{CI}:9", detail=WORKFLOW),
            use(UseKind.PROVIDER, "anthropic", f"{CI}:9", provider="anthropic"),
            use(UseKind.ENDPOINT, "https://api.mistral.ai", f"{CI}:20", provider="mistral"),
        ),
        expect=(f"undeclared-ai-use {CI}:20",),
    ),
    "remote-server-of-an-agent": Case(
        body=SOUND + OPENAI + AGENT,
        uses=(
            PROVIDER,
            use(UseKind.ENDPOINT, "https://crm.example.org/mcp", ".mcp.json:4"),
            use(
                UseKind.SERVER,
                "crm",
                ".mcp.json:3",
                detail=[*CONFIG, ("url", "https://crm.example.org/mcp")],
            ),
        ),
    ),
    "product-agent": Case(
        body=SOUND + OPENAI,
        uses=(PROVIDER, use(UseKind.AGENT, "clerk", "app/a.py:4", detail=[("role", "product")])),
        expect=("undeclared-agent app/a.py:4",),
    ),
    "undeclared-agent": Case(
        body=SOUND + OPENAI,
        uses=(
            PROVIDER,
            use(UseKind.AGENT, "cursor", ".cursor/rules", detail=RULES),
            use(UseKind.AGENT, "cursor", ".cursor/skills", detail=RULES),
            use(UseKind.AGENT, "agents-md", "AGENTS.md", detail=RULES),
            use(UseKind.SERVER, "shell", ".mcp.json:3", detail=CONFIG),
            use(UseKind.TOOL, "refund", "app/tools.py:8"),
        ),
        expect=(
            "undeclared-agent .cursor/rules:1",
            "undeclared-agent .mcp.json:3",
            "undeclared-agent app/tools.py:8",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_said(case: Case) -> None:
    usage = facts(
        case.uses,
        {"support": manifest(case.body, used_in=case.used_in)},
        paths=case.paths,
        approved=case.approved,
        at=case.at,
    )

    assert sorted(told(usage)) == sorted(case.expect), [one.message for one in findings(usage)]


def test_a_repository_without_any_manifest_hears_of_it_once() -> None:
    uses = [
        use(kind, f"{kind.value}-{number}", f"src/{number}.py:{number + 1}")
        for kind in UseKind
        for number in range(20)
    ]

    (found,) = findings(facts(uses, {}))

    assert found.rule == "no-initiative"
    assert "`provider-0`" in found.message
    assert "in 20 files" in found.message
    assert "`aigate manifest draft" in found.message


def test_libraries_and_prompts_alone_are_no_reason_for_a_manifest() -> None:
    uses = [use(UseKind.FRAMEWORK, "numpy-ml"), use(UseKind.PROMPT, "p"), use(UseKind.AGENT, "a")]

    assert not findings(facts(uses, {}))


def test_a_list_of_approved_providers_counts_without_any_manifest() -> None:
    usage = facts([PROVIDER], {}, approved=Approved(providers=("mistral",)))

    assert sorted(told(usage)) == [
        "no-initiative app/chat.py:3",
        "unapproved-provider app/chat.py:3",
    ]


def test_taking_all_manifests_away_lifts_nothing() -> None:
    usage = facts([PROVIDER, MODEL], {}, governed=True)

    assert told(usage) == ["undeclared-ai-use app/chat.py:3"]


def test_a_matter_is_told_once_a_file_at_its_first_place() -> None:
    uses = [use(UseKind.PROVIDER, "openai", f"app/chat.py:{line}") for line in (30, 4, 17)]

    (found,) = findings(facts(uses, {"support": manifest(SOUND)}))

    assert found.at.line == 4
    assert "(and 2 more times in this file); hint:" in found.message


def test_a_finding_survives_edits_elsewhere_in_the_file() -> None:
    before = findings(facts([PROVIDER], {"support": manifest(SOUND)}))
    moved = use(UseKind.PROVIDER, "openai", "app/chat.py:77")
    after = findings(facts([moved], {"support": manifest("# a comment\n" + SOUND)}))

    assert [one.fingerprint for one in before] == [one.fingerprint for one in after]
    assert [one.context for one in before] == [one.context for one in after]


def test_another_provider_in_the_same_place_is_another_finding() -> None:
    one = findings(facts([PROVIDER], {"support": manifest(SOUND)}))
    other = findings(facts([use(UseKind.PROVIDER, "mistral")], {"support": manifest(SOUND)}))

    assert {a.fingerprint for a in one}.isdisjoint(b.fingerprint for b in other)


def test_owners_of_two_initiatives_are_told_apart() -> None:
    usage = facts(
        [PROVIDER, MODEL],
        {
            "support": manifest(OPENAI),
            "other": manifest(OPENAI, name="other"),
        },
    )
    owners = [one for one in findings(usage) if one.rule == "missing-owner"]

    assert len({one.fingerprint for one in owners}) == 2


def test_hostile_names_do_no_harm() -> None:
    names = ["", "\u202eevil", "a\nb", "`x`", "../../etc", "*", "[", "https://[::1", "x" * 10_000]
    uses = [use(kind, name, f"app/{n}.py:1") for kind in UseKind for n, name in enumerate(names)]

    assert findings(facts(uses, {"support": manifest(SOUND + OPENAI + AGENT + HUB)}))


def test_a_flood_of_uses_hides_none() -> None:
    uses = [use(UseKind.PROVIDER, f"p{n}", f"app/{n}.py:1") for n in range(3_000)]

    assert len(findings(facts(uses, {"support": manifest(SOUND)}))) == 3_000


@pytest.mark.parametrize("rule", usage_rules(), ids=lambda rule: rule.page.name)
def test_a_rule_is_documented_and_named_after_its_file(rule) -> None:
    page = rule.page

    assert rule.check.__module__ == f"aigate.rules.{page.name.replace('-', '_')}"
    assert page.scanner == NAME
    assert page.controls
    assert all(re.fullmatch(r"[a-z0-9-]+/[A-Za-z0-9][\w.()-]*", one) for one in page.controls)
    for text in (page.what, page.why, page.fix):
        assert text.endswith(".")
        assert text[0].isupper() or text[0] == "`"


@pytest.mark.parametrize("rule", usage_rules(), ids=lambda rule: rule.page.name)
def test_every_rule_has_a_case_in_which_it_objects(rule) -> None:
    said = {line.partition(" ")[0] for case in CASES.values() for line in case.expect}

    assert rule.page.name in said | {"no-initiative"}


def test_every_message_says_what_to_do() -> None:
    for name, case in CASES.items():
        usage = facts(
            case.uses,
            {"support": manifest(case.body, used_in=case.used_in)},
            approved=case.approved,
            at=case.at,
        )
        for one in findings(usage):
            assert "; hint: " in one.message, name
            assert not one.message.endswith(".")


uses_of_anything = st.lists(
    st.builds(
        use,
        st.sampled_from(UseKind),
        st.sampled_from(["openai", "mistral", "gpt-5", "org/ranker", "crm", ""]),
        st.sampled_from(["app/chat.py:3", "app/b.py:1", "jobs/night.py:4"]),
        confidence=st.sampled_from(Confidence),
        provider=st.sampled_from(["", "openai", "mistral"]),
        revision=st.sampled_from(["", None, COMMIT, "main"]),
    ),
    max_size=8,
)


@given(uses_of_anything, st.randoms())
def test_the_order_of_what_was_found_never_matters(found, random) -> None:
    usage = facts(found, {"support": manifest(SOUND + OPENAI)})
    shuffled = list(usage.inventory.uses)
    random.shuffle(shuffled)
    other = replace(usage, inventory=replace(usage.inventory, uses=tuple(shuffled)))

    assert {one.fingerprint for one in findings(usage)} == {
        one.fingerprint for one in findings(other)
    }


@given(uses_of_anything, uses_of_anything)
def test_more_use_never_takes_an_objection_to_code_away(some, more) -> None:
    code = "undeclared-ai-use"
    few = findings(facts(some, {"support": manifest(SOUND + OPENAI)}))
    many = findings(facts([*some, *more], {"support": manifest(SOUND + OPENAI)}))
    paths = {one.at.path for one in many if one.rule == code}

    assert {one.at.path for one in few if one.rule == code} <= paths
