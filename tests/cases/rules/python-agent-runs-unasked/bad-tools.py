import subprocess

from autogen import UserProxyAgent
from claude_agent_sdk import ClaudeAgentOptions
from crewai import Agent
from langchain_community.tools import ShellTool
from langchain_experimental.tools import PythonREPLTool
from smolagents import CodeAgent

tools = [ShellTool(), search] # expect: python-agent-runs-unasked
agent = make_agent(model, [PythonREPLTool()]) # expect: python-agent-runs-unasked
user = UserProxyAgent("user", human_input_mode="NEVER", code_execution_config={"use_docker": False}) # expect: python-agent-runs-unasked
coder = Agent(role="coder", allow_code_execution=True, code_execution_mode="unsafe") # expect: python-agent-runs-unasked
free = CodeAgent(tools=[], model=model, additional_authorized_imports=["*"]) # expect: python-agent-runs-unasked
options = ClaudeAgentOptions(permission_mode="bypassPermissions") # expect: python-agent-runs-unasked
subprocess.run(["claude", "-p", task, "--dangerously-skip-permissions"], check=True) # expect: python-agent-runs-unasked
