import json
import subprocess

from mcp.server.fastmcp import FastMCP
from openai import OpenAI

client = OpenAI()
server = FastMCP("status")
ACTIONS = {"restart": ["systemctl", "restart", "web"]}


def act(question):
    response = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    choice = json.loads(response.choices[0].message.content)
    action = choice["action"]
    if action not in ACTIONS:
        raise ValueError(action)
    subprocess.run(ACTIONS[action], check=True)
    print(response.choices[0].message.content)


@server.tool()
def log(path: str, lines: int) -> str:
    return subprocess.check_output(["tail", "-n", str(lines), "--", path], text=True)


@server.tool()
def find(name: str) -> list:
    return database.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchall()
