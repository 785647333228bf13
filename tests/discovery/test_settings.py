"""Settings, dependencies, workflows and agents' files tell of AI by what they hold."""

from __future__ import annotations

import json

import pytest

from aigate.domain.inventory import UseKind

P, M, F, E = UseKind.PROVIDER, UseKind.MODEL, UseKind.FRAMEWORK, UseKind.ENDPOINT
A, S, V = UseKind.AGENT, UseKind.SERVER, UseKind.ENVIRONMENT


@pytest.mark.parametrize(
    ("path", "text", "kind", "expected"),
    [
        ("config.yaml", "llm:\n  model: gpt-4o\n", M, ["gpt-4o"]),
        ("config.yaml", "models:\n  - claude-3-opus-20240229\n  - gpt-4o # not gpt-4\n", M, ["claude-3-opus-20240229", "gpt-4o"]),
        ("litellm.yaml", "model_list:\n  - litellm_params:\n      model: azure/my-gpt\n", F, ["litellm"]),
        ("litellm.yaml", "model_list:\n  - litellm_params:\n      model: azure/my-gpt\n", P, ["azure-openai"]),
        (".env.example", "OPENAI_API_KEY=\nOLLAMA_URL=http://localhost:11434\n", P, ["openai", "ollama"]),
        ("docker-compose.yml", "services:\n  a:\n    image: ollama/ollama:latest\n", P, ["ollama"]),
        ("Dockerfile", "FROM vllm/vllm-openai:v0.6\n", P, ["vllm"]),
        ("main.tf", 'resource "aws_bedrockagent_agent" "a" {}\n', P, ["aws-bedrock"]),
        ("a.toml", '[llm]\nmodel = "mistral-small-latest"\n', M, ["mistral-small-latest"]),
        ("requirements.txt", "openai>=1\nrequests\n# anthropic\n", F, ["openai"]),
        ("pyproject.toml", '[project]\nname = "x"\ndescription = "openai"\ndependencies = ["mcp>=1"]\n', F, ["mcp"]),
        ("package.json", '{"name": "openai-x", "dependencies": {"@langchain/openai": "1"}}', P, ["openai"]),
        (".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n      - uses: anthropics/claude-code-action@v1\n", A, ["claude-code"]),
        (".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n      - run: codex exec 'fix'\n", A, ["codex"]),
        (".github/workflows/a.yml", "env:\n  K: ${{ secrets.ANTHROPIC_API_KEY }}\n", V, ["ANTHROPIC_API_KEY"]),
    ],
)  # fmt: skip
def test_uses_are_found(names, path, text, kind, expected):
    assert names(path, text, kind) == expected


@pytest.mark.parametrize(
    ("path", "agent", "role"),
    [
        ("CLAUDE.md", "claude-code", "rules"),
        ("src/AGENTS.md", "agents-md", "rules"),
        (".cursor/rules/a.mdc", "cursor", "rules"),
        (".claude/skills/x/SKILL.md", "claude-code", "skill"),
        ("skills/x/SKILL.md", "agent-skills", "skill"),
        (".claude/settings.json", "claude-code", "settings"),
        (".github/copilot-instructions.md", "copilot", "rules"),
        ("GEMINI.md", "gemini-cli", "rules"),
        (".mcp.json", "mcp", "mcp"),
        (".cursor/mcp.json", "mcp", "mcp"),
        (".codex/config.toml", "codex", "settings"),
        (".windsurfrules", "windsurf", "rules"),
    ],
)
def test_files_that_coding_agents_obey_are_found_by_name(look, path, agent, role):
    (use,) = [use for use in look(path, "x\n").uses if use.kind is A]

    assert (use.name, dict(use.detail)["role"]) == (agent, role)


@pytest.mark.parametrize(
    "path",
    [
        "docs/agents.md",
        "docs/gemini.md",
        "docs/replit.md",
        "src/cursor/rules.py",
        "firestore.rules",
        "claude.py",
    ],
)
def test_pages_about_agents_steer_none(look, path):
    assert [use for use in look(path, "x\n").uses if use.kind is A] == []


def test_a_link_to_an_agents_file_is_found(look):
    assert [use.name for use in look("CLAUDE.md", "AGENTS.md", mode="120000").uses] == [
        "claude-code"
    ]


def test_servers_are_listed_with_what_they_run_and_without_secrets(look):
    secret = "ghp_" + "a1B2c3D4" * 5
    servers = {
        "files": {
            "command": "npx",
            "args": ["-y", "@x/files@1.2", f"--token={secret}"],
            "env": {"TOKEN": secret},
        },
        "web": {"url": f"https://u:{secret}@mcp.example.org/mcp?key={secret}"},
    }
    inventory = look(".mcp.json", json.dumps({"mcpServers": servers}, indent=1))
    found = {use.name: use.detail for use in inventory.uses if use.kind is S}

    assert ("command", "npx @x/files@1.2") in found["files"]
    assert ("env", "TOKEN") in found["files"]
    assert ("url", "https://mcp.example.org/mcp") in found["web"]
    assert secret not in repr(inventory)


def test_permissions_of_agents_are_told(look):
    text = json.dumps({"permissions": {"allow": ["Bash(*)"], "deny": ["Read(x)"]}})
    uses = look(".claude/settings.json", text).uses

    assert [d for use in uses for d in use.detail if d[0] == "permission"] == [
        ("permission", "Bash(*)")
    ]


def test_model_files_are_found_and_pointers_have_their_digest(look):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12\n"

    (use,) = look("m/model.safetensors", pointer).uses
    assert (use.kind, use.digest) == (UseKind.WEIGHTS, "a" * 64)


@pytest.mark.parametrize("path", ["package.json", "pyproject.toml"])
def test_a_list_that_cannot_be_parsed_is_unread(look, path):
    assert look(path, '{"dependencies": openai').unread == ((path, "invalid"),)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"mcpServers": []}',
        '{"mcpServers": {"a": 1}}',
        '{"mcpServers": {"a": {"command": [1], "args": "x", "env": 2, "url": 3}}}',
        "[" * 9_000,
    ],
    ids=repr,
)
def test_odd_settings_of_servers_end_nothing(look, text):
    assert look(".mcp.json", text).files == 1
