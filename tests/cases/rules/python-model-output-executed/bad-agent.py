import os
import subprocess

import anthropic
from langchain_core.tools import tool
from mcp.server.fastmcp import FastMCP
from openai import OpenAI

client = OpenAI()
server = FastMCP("shell")


def calculate(question):
    response = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    code = response.choices[0].message.content
    return eval(code)  # expect: python-model-output-executed


def report(cursor, question):
    message = anthropic.Anthropic().messages.create(model="claude-sonnet-4-5", max_tokens=100, messages=[])
    sql = message.content[0].text.strip()
    cursor.execute(sql)  # expect: python-model-output-executed


def fix(chain):
    command = chain.invoke({"goal": "free disk space"})
    os.system(command)  # expect: python-model-output-executed


@server.tool()
def run(command: str) -> str:
    return subprocess.check_output(command, shell=True, text=True)  # expect: python-model-output-executed


@tool
def python(code: str) -> str:
    scope = {}
    exec(code, scope)  # expect: python-model-output-executed
    return str(scope)


def improve(question):
    code = ask_llm(question)
    exec(code)  # expect: python-model-output-executed
