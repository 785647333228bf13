import subprocess

from autogen import UserProxyAgent
from claude_agent_sdk import ClaudeAgentOptions
from crewai import Agent
from smolagents import CodeAgent

tools = [search, calculator]
user = UserProxyAgent("user", human_input_mode="ALWAYS", code_execution_config={"use_docker": True})
coder = Agent(role="coder", allow_code_execution=True, code_execution_mode="safe")
boxed = CodeAgent(tools=[], model=model, additional_authorized_imports=["math"], executor_type="docker")
options = ClaudeAgentOptions(permission_mode="default", allowed_tools=["Read"])
subprocess.run(["claude", "-p", task, "--allowedTools", "Read"], check=True)
FLAGS = ["--dangerously-skip-permissions"]
