"""What JavaScript, TypeScript and their kin use of AI is found by tokens."""

from __future__ import annotations

import pytest

from aigate.domain.inventory import Confidence, UseKind

P, M, F, E = UseKind.PROVIDER, UseKind.MODEL, UseKind.FRAMEWORK, UseKind.ENDPOINT
_OPENAI = 'import OpenAI from "openai"\n'


@pytest.mark.parametrize(
    ("path", "text", "kind", "expected"),
    [
        ("a.ts", f'{_OPENAI}new OpenAI({{ apiKey, baseURL: "https://api.mistral.ai/v1" }})', P, ["mistral"]),
        ("a.ts", f'{_OPENAI}new OpenAI({{ baseURL: process.env.X || "https://openrouter.ai/api/v1" }})', P, ["openrouter"]),
        ("a.ts", f"{_OPENAI}new OpenAI({{ baseURL: `${{E}}/openai/deployments/${{D}}` }})", P, ["azure-openai"]),
        ("a.ts", f"{_OPENAI}new OpenAI({{ apiKey }})", P, ["openai"]),
        ("a.js", 'const O = require("openai"); c.create({ model: "gpt-4o" })', M, ["gpt-4o"]),
        ("a.ts", "const modelId: string = 'claude-3-5-sonnet-20240620'", M, ["claude-3-5-sonnet-20240620"]),
        ("a.ts", "const L = [{ modelId: 'llama3-70b-8192', provider: 'groq' }]", P, ["groq"]),
        ("a.tsx", 'import { anthropic } from "@ai-sdk/anthropic"\nx({ model: anthropic("claude-3-haiku-20240307") })', F, ["vercel-ai"]),
        ("a.tsx", 'import { anthropic } from "@ai-sdk/anthropic"', P, ["anthropic"]),
        ("a.ts", 'import { pipeline } from "@xenova/transformers"\npipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2")', M, ["Xenova/all-MiniLM-L6-v2"]),
        ("a.ts", 'fetch("https://api.openai.com/v1/chat/completions")', E, ["https://api.openai.com/v1/chat/completions"]),
        ("a.ts", "const re = /['`\"]/g; const m = 'gpt-4o'", M, ["gpt-4o"]),
        ("a.ts", "const s = `x ${f({ a: `y` })} z`; const m = 'gpt-4o'", M, ["gpt-4o"]),
        ("a.go", 'package a\nimport (\n\t"github.com/sashabaranov/go-openai"\n)\n', F, ["openai"]),
        ("A.java", "import dev.langchain4j.model.openai.OpenAiChatModel;", F, ["langchain4j"]),
    ],
)  # fmt: skip
def test_uses_are_found(names, path, text, kind, expected):
    assert names(path, text, kind) == expected


@pytest.mark.parametrize(
    "text",
    [
        '// import OpenAI from "openai"',
        '/* model: "gpt-4o" */',
        "export const AnthropicSVG = () => <svg><title>Claude</title></svg>",
        'type P = { provider: "openai" | "anthropic" }',
        'const o = { label: "GPT-4o" }',
        'import { x } from "./openai-types"',
    ],
)
def test_what_only_speaks_of_ai_is_no_use(look, text):
    assert [u for u in look("a.tsx", text).uses if u.kind in {M, F, E}] == []


def test_an_address_from_settings_is_no_certain_provider(look):
    text = f"{_OPENAI}new OpenAI({{ baseURL: config.base }})"
    found = {use.name: use.confidence for use in look("a.ts", text).uses if use.kind is P}

    assert found == {
        "openai": Confidence.LIKELY,
        "openai-compatible": Confidence.LIKELY,
    }


@pytest.mark.parametrize(
    "text",
    [
        "`" * 5_001,
        "`${" * 5_000,
        "({[" * 5_000,
        ")" * 9_000,
        '"' + "\\" * 9_001,
        "/*" * 9_000,
        "/" * 9_000,
        "a." * 9_000,
    ],
    ids=["ticks", "holes", "opens", "closes", "escapes", "comment", "slashes", "chain"],
)
def test_hostile_text_ends_nothing(look, text):
    assert look("a.ts", _OPENAI + text).files == 1
