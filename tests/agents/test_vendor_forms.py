"""Our answers against the forms that the vendors publish; one key too many makes some pass everything.

Each form states, from the source that it names, which fields an answer may have and what they may
hold. None of them is a copy of a vendor's file. `test_protocols.py` says which of these our answers are.

* Codex CLI: `codex-rs/hooks/schema/generated/*.command.output.schema.json` of `openai/codex`, 2026;
  these are closed, and a block or a denial needs a reason with a visible character in it.
* Claude Code: `SyncHookJSONOutput` and `PreToolUseHookSpecificOutput` in `sdk.d.ts` of npm
  `@anthropic-ai/claude-agent-sdk` 0.3.330.
* GitHub Copilot: `PreToolUseHookOutput`, `PostToolUseHookOutput`, `AgentStopHookOutput` and
  `SessionStartHookOutput` in `dist/types.d.ts` of npm `@github/copilot-sdk` 1.0.14.
* Gemini CLI: `HookOutput` and `HookDecision` in `dist/src/hooks/types.d.ts` of npm
  `@google/gemini-cli-core` 0.61.0.

Cursor publishes no such file in a registry; its reference of hooks is what `test_protocols.py` has.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # noqa: TID253 - only the product must not load it early

from aigate import registry
from aigate.domain.agent import Answer, Moment, Ruling

TEXT = {"type": "string"}
SEEN = {"type": "string", "pattern": r"\S"}
FLAG = {"type": "boolean"}
TRUE = {"const": True}
FALSE = {"const": False}


def _form(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def _with_reason(form: dict[str, Any]) -> dict[str, Any]:
    """Ask for a reason beside a block."""
    block = {"properties": {"decision": {"const": "block"}}, "required": ["decision"]}
    return form | {"if": block, "then": {"required": ["reason"], "properties": {"reason": SEEN}}}


_COMMON = {"systemMessage": TEXT, "suppressOutput": FALSE}
_CODEX_END = {"continue": FLAG, "stopReason": TEXT, "decision": {"const": "block"}, "reason": TEXT}
_CODEX_DENY = _form(
    ("hookEventName", "permissionDecision", "permissionDecisionReason"),
    hookEventName={"const": "PreToolUse"},
    permissionDecision={"const": "deny"},
    permissionDecisionReason=SEEN,
    additionalContext=TEXT,
)
_CLAUDE = {
    "continue": FLAG,
    "suppressOutput": FLAG,
    "stopReason": TEXT,
    "decision": {"enum": ["approve", "block"]},
    "systemMessage": TEXT,
    "terminalSequence": TEXT,
    "reason": TEXT,
}
_CLAUDE_DENY = _form(
    ("hookEventName",),
    hookEventName={"const": "PreToolUse"},
    permissionDecision={"enum": ["allow", "deny", "ask", "defer"]},
    permissionDecisionReason=TEXT,
    updatedInput={},
    additionalContext=TEXT,
)
_GEMINI = _form(
    **{"continue": FLAG, "stopReason": TEXT, "suppressOutput": FLAG, "systemMessage": TEXT},
    decision={"enum": ["ask", "block", "deny", "approve", "allow"]},
    reason=TEXT,
    hookSpecificOutput={"type": "object"},
)
START, BEFORE, AFTER, STOP = Moment.START, Moment.BEFORE, Moment.AFTER, Moment.STOP
FORMS: dict[str, dict[Moment, dict[str, Any]]] = {
    "codex": {
        START: _form(**{"continue": FLAG, "stopReason": TEXT}, **_COMMON),
        BEFORE: _with_reason(
            _form(
                **{"continue": TRUE},
                decision={"const": "block"},
                reason=TEXT,
                hookSpecificOutput=_CODEX_DENY,
                **_COMMON,
            )
        ),
        AFTER: _with_reason(_form(**_CODEX_END, **_COMMON)),
        STOP: _with_reason(_form(**_CODEX_END, **_COMMON)),
    },
    "claude": {
        START: _form(**_CLAUDE),
        BEFORE: _form(**_CLAUDE, hookSpecificOutput=_CLAUDE_DENY),
        AFTER: _with_reason(_form(**_CLAUDE)),
        STOP: _with_reason(_form(**_CLAUDE)),
    },
    "copilot": {
        START: _form(additionalContext=TEXT, modifiedConfig={"type": "object"}),
        BEFORE: _form(
            permissionDecision={"enum": ["allow", "deny", "ask"]},
            permissionDecisionReason=TEXT,
            modifiedArgs={},
            additionalContext=TEXT,
            suppressOutput=FLAG,
        ),
        AFTER: _form(modifiedResult={}, additionalContext=TEXT, suppressOutput=FLAG),
        STOP: _form(decision={"const": "block"}, reason=TEXT),
    },
    "gemini": dict.fromkeys((START, BEFORE, AFTER, STOP), _GEMINI),
}
SAID = ("because", "two\nlines", "\x1b[31m \udcff", "x" * 100_000)


@pytest.mark.parametrize("ruling", Ruling)
@pytest.mark.parametrize("moment", [START, BEFORE, AFTER, STOP])
@pytest.mark.parametrize("name", FORMS)
def test_every_answer_has_the_form_of_its_vendor(name: str, moment: Moment, ruling: Ruling) -> None:
    agent = registry.coding_agent(name)
    texts = SAID if ruling is not Ruling.PASS else ("", *SAID)
    for text in texts:
        sent = json.dumps(dict(agent.reply(moment, Answer(ruling, text))), ensure_ascii=True)
        Draft202012Validator(FORMS[name][moment]).validate(json.loads(sent))


@pytest.mark.parametrize("name", FORMS)
def test_a_form_refuses_what_it_must(name: str) -> None:
    for form in FORMS[name].values():
        validator = Draft202012Validator(form)
        assert not validator.is_valid({"aigate": "x"})
        assert not validator.is_valid({"systemMessage": 7, "additionalContext": 7, "decision": 7})


def test_every_agent_but_the_one_without_a_source_has_its_form() -> None:
    assert {*FORMS, "cursor"} == set(registry.agent_names())
