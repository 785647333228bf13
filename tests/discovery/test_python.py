"""What Python uses of AI is found however it is written, and what only speaks of it is not."""

from __future__ import annotations

import json

import pytest

from aigate.domain.inventory import Confidence, UseKind

P, M, F, D, E = (
    UseKind.PROVIDER,
    UseKind.MODEL,
    UseKind.FRAMEWORK,
    UseKind.DATASET,
    UseKind.ENDPOINT,
)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ('import openai\nopenai.chat.completions.create(model="gpt-4o")', M, ["gpt-4o"]),
        ('MODEL = "claude-sonnet-4-20250514"', M, ["claude-sonnet-4-20250514"]),
        ('NAMES = ["gpt-4o", "gemini-1.5-pro"]', M, ["gpt-4o", "gemini-1.5-pro"]),
        ('COST = {"gpt-4o-mini": 1, "x": 2}', M, ["gpt-4o-mini"]),
        ('def ask(model: str = "mistral-large-latest"): ...', M, ["mistral-large-latest"]),
        ('class Settings(BaseModel):\n    llm: str = "gpt-4.1"', M, ["gpt-4.1"]),
        ('import os\nM = os.getenv("LLM_MODEL", "gpt-4o")', M, ["gpt-4o"]),
        ('from langchain.chat_models import init_chat_model\ninit_chat_model("openai:gpt-4o")', M, ["gpt-4o"]),
        ('from langchain.chat_models import init_chat_model\ninit_chat_model("openai:gpt-4o")', P, ["openai"]),
        ('import litellm\nlitellm.completion(model="anthropic/claude-3-opus-20240229")', P, ["anthropic"]),
        ('import litellm\nlitellm.completion(model="azure/gpt-4o")', P, ["azure-openai"]),
        ('from openai import OpenAI\nOpenAI(base_url="https://api.mistral.ai/v1")', P, ["mistral"]),
        ('from openai import OpenAI\nOpenAI(base_url="http://localhost:11434/v1")', P, ["ollama"]),
        ('from openai import OpenAI\nURL = "https://api.groq.com/openai/v1"\nOpenAI(base_url=URL)', P, ["groq"]),
        ("from openai import AzureOpenAI\nAzureOpenAI()", P, ["azure-openai"]),
        ("from openai import OpenAI\nOpenAI()", P, ["openai"]),
        ('import requests\nrequests.post("https://api.anthropic.com/v1/messages")', E, ["https://api.anthropic.com/v1/messages"]),
        ('import requests\nrequests.post("https://api.anthropic.com/v1/messages")', P, ["anthropic"]),
        ('import boto3\nboto3.client("bedrock-runtime")', P, ["aws-bedrock"]),
        ('from langchain_openai import ChatOpenAI\nChatOpenAI(model="gpt-4o")', F, ["langchain"]),
        ('from langchain_openai import ChatOpenAI\nChatOpenAI(model="gpt-4o")', P, ["openai"]),
        ('from datasets import load_dataset\nload_dataset("squad")', D, ["squad"]),
        ('from datasets import load_dataset\nload_dataset("squad")', M, []),
        ('from datasets import load_dataset\nload_dataset("json", data_files="a.json")', D, []),
        ('from agents import Agent, Runner\nAgent(name="x", model="gpt-4o")', F, ["openai-agents"]),
        ("import agents", F, []),
    ],
)  # fmt: skip
def test_uses_are_found(names, text, kind, expected):
    assert names("app/a.py", text, kind) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"""Talks about gpt-4o and https://api.openai.com/v1."""',
        "# import openai, model gpt-4o\nx = 1",
        "from mistral.engine import engine_client\nimport mistralclient",
        'HF = ["transformers", "datasets"]\nNAME = "huggingface_unsafe_download"',
        'url = "gemini://example.org/"',
        'open("models/gpt.txt")',
        'if name.startswith("gpt-4"): ...',
        'message = "gpt-4o is a model"',
        'import os\nos.getenv("MISTRAL_SERVICE_HOST")',
        'settings = {"label": "GPT-4o"}',
    ],
)
def test_what_only_speaks_of_ai_is_no_use(look, text):
    assert look("app/a.py", text).uses == ()


@pytest.mark.parametrize(
    ("call", "name", "revision"),
    [
        ('AutoModel.from_pretrained("org/m")', "org/m", None),
        ('AutoModel.from_pretrained("org/m", revision="main")', "org/m", "main"),
        (f'AutoModel.from_pretrained("org/m", revision="{"a" * 40}")', "org/m", "a" * 40),
        ('pipeline("text-generation", "gpt2")', "gpt2", None),
        ('pipeline("summarization", model="t5-small")', "t5-small", None),
    ],
)
def test_what_is_loaded_from_the_hub_has_its_revision(look, call, name, revision):
    text = f"from transformers import AutoModel, pipeline\n{call}\n"
    (use,) = [use for use in look("a.py", text).uses if use.kind is M]

    assert (use.name, use.revision, use.provider) == (name, revision, "huggingface")


@pytest.mark.parametrize("path", ["./out", "/models/x", "models/x.gguf", "../m", "~/m"])
def test_local_paths_are_no_models_of_the_hub(names, path):
    text = f'from transformers import AutoModel\nAutoModel.from_pretrained("{path}")'

    assert names("a.py", text, M) == []


def test_a_model_that_is_chosen_at_run_time_is_undetermined(look):
    text = "from openai import OpenAI\nOpenAI().chat.completions.create(model=pick())"
    (use,) = [use for use in look("a.py", text).uses if use.kind is M]

    assert (use.name, use.confidence) == ("", Confidence.UNDETERMINED)
    assert "pick" in use.evidence


def test_a_file_that_does_not_parse_is_read_by_its_words(names):
    text = 'import openai\ndef broken(:\n    x = {"model": "gpt-4o"}  # gpt-3.5-turbo\n'

    assert names("a.py", text, M) == ["gpt-4o"]


def test_evidence_never_holds_a_secret(look):
    secret = "sk-" + "a1B2" * 10
    text = (
        f'from openai import OpenAI\nOpenAI(api_key="{secret}", base_url="https://u:{secret}@api.groq.com/v1?k={secret}")\n'
        f'client.chat.completions.create(model="{secret}")\nOPENAI_API_KEY = "{secret}"\n'
    )

    assert secret not in repr(look("a.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "import openai\nx = " + "(" * 5_000,
        "import openai\nx = " + "-" * 30_000 + "1",
        "import openai\nx = a" + ".b()" * 3_000,
        "import openai\nx = y" + ' + "a"' * 3_000,
        "import openai\nx = " + "[" * 90 + "]" * 90,
        "import openai\x00",
    ],
    ids=["brackets", "signs", "chain", "sum", "nested", "nul"],
)
def test_hostile_nesting_ends_nothing(look, text):
    assert look("a.py", text).files == 1


def test_a_cell_of_a_notebook_has_its_number(look):
    cells = [{"cell_type": "code", "source": ["x = 1"], "metadata": {}, "outputs": []}]
    cells.append(
        {
            "cell_type": "code",
            "source": ["import openai\n", 'm = "gpt-4o"'],
            "metadata": {},
            "outputs": [],
        }
    )
    text = json.dumps(
        {
            "cells": cells,
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    uses = [use for use in look("a.ipynb", text).uses if use.kind is M]

    assert [(use.name, use.at.cell) for use in uses] == [("gpt-4o", 2)]
