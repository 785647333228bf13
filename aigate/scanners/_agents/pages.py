"""The rules about agents' settings, servers and workflows, and what a look at them yields."""

from __future__ import annotations

from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.value import dataclass

SCANNER_NAME = "agent-settings"

_POWER = (
    "owasp-llm/LLM06",
    "owasp-agentic/ASI02",
    "owasp-agentic/ASI03",
    "mitre-atlas/AML.T0053",
    "owasp-aisvs/AC.8.1",
    "owasp-aisvs/AC.11.4",
    "nist-800-53/AC-6",
    "nist-800-53/CM-7",
    "nist-ssdf/PO.5.2",
    "cmmc/AC.L2-3.1.5",
)
_SUPPLY = (
    "owasp-llm/LLM03",
    "owasp-agentic/ASI04",
    "mitre-atlas/AML.T0104",
    "mitre-atlas/AML.T0109",
    "owasp-aisvs/10.1.1",
    "nist-800-53/SI-7",
    "nist-800-53/SR-11",
    "nist-ssdf/PW.4.4",
    "cmmc/CM.L2-3.4.1",
)
_HOOKS = (
    "owasp-llm/LLM06",
    "owasp-agentic/ASI05",
    "mitre-atlas/AML.T0081",
    "owasp-aisvs/AC.11.5",
    "nist-800-53/CM-3",
    "nist-800-53/CM-7",
    "nist-800-53/SI-3",
    "nist-ssdf/PO.3.2",
    "cmmc/CM.L2-3.4.7",
)
_ACCESS = (
    "owasp-llm/LLM06",
    "owasp-agentic/ASI03",
    "mitre-atlas/AML.T0083",
    "owasp-aisvs/10.1.2",
    "owasp-aisvs/10.1.3",
    "nist-800-53/AC-3",
    "nist-800-53/IA-9",
    "nist-ssdf/PO.5.1",
    "cmmc/AC.L2-3.1.5",
)


def _rule(  # noqa: PLR0913 - the fields of a page
    name: str,
    title: str,
    severity: Severity,
    *,
    what: str,
    why: str,
    fix: str,
    cwe: tuple[int, ...],
    controls: tuple[str, ...],
) -> Rule:
    return Rule(
        name=name,
        scanner=SCANNER_NAME,
        title=title,
        severity=severity,
        what=what,
        why=why,
        fix=fix,
        cwe=cwe,
        controls=controls,
    )


UNASKED = _rule(
    "agent-acts-unasked",
    "Agent that acts without asking",
    Severity.HIGH,
    what="A setting or an option lets a coding agent run tools or commands without a question,"
    " or without its sandbox.",
    why="Whatever reaches the agent, a web page or an issue, then acts with its user's rights.",
    fix='Remove the setting, and allow single commands instead, such as `"Bash(npm test)"`.',
    cwe=(250, 269, 862),
    controls=_POWER,
)
WILDCARD = _rule(
    "agent-permission-wildcard",
    "Agent that may run or reach everything",
    Severity.HIGH,
    what="A list of permissions holds a wildcard, a shell, an interpreter, or a folder far above"
    " the project.",
    why="A permission for everything is none: one injected sentence suffices to use it.",
    fix='Name what is needed: `"Bash(npm run test)"` and not `"Bash(*)"`, `"Read(./src/**)"`'
    ' and not `"Read(//**)"`.',
    cwe=(250, 269, 732, 284),
    controls=_POWER,
)
HOOK = _rule(
    "agent-hook-dangerous",
    "Command of an agent's settings that does harm",
    Severity.HIGH,
    what="A command that the settings run by themselves downloads code, sends data away, reads"
    " secrets, changes start-up files, or answers the agent's questions for the user.",
    why="It runs on the machine of everybody who opens the project, before anybody reads it.",
    fix="Remove the command, or call a script of the repository that a person has reviewed.",
    cwe=(78, 829, 506, 94),
    controls=_HOOKS,
)
HELPER = _rule(
    "agent-helper-command",
    "Command in a project's settings that hands over secrets",
    Severity.MEDIUM,
    what="The settings of a project name a command whose output is used as a key or a session.",
    why="It runs with the user's rights as soon as the agent starts in the folder.",
    fix="Move the helper to the settings of the user, outside of the repository.",
    cwe=(829, 522, 250),
    controls=_HOOKS,
)
REDIRECTED = _rule(
    "agent-traffic-redirected",
    "Agent sent to an address of others",
    Severity.HIGH,
    what="The settings of a project replace the address of the model's provider, or switch the"
    " check of certificates off.",
    why="Prompts, code and the user's key go to that address before anybody agrees to it.",
    fix="Remove the address from the project; set a gateway in the settings of the user.",
    cwe=(200, 522, 441, 295),
    controls=_ACCESS,
)
FOLDER_OPEN = _rule(
    "task-on-folder-open",
    "Task that runs when the folder is opened",
    Severity.MEDIUM,
    what="A task of the editor has `runOn` set to `folderOpen`.",
    why="Opening a folder to read it must not run what is in it.",
    fix="Remove `runOptions`, so that the task runs when somebody asks for it.",
    cwe=(829, 94, 78),
    controls=_HOOKS,
)
UNREADABLE = _rule(
    "agent-settings-unreadable",
    "Settings of an agent that cannot be read",
    Severity.MEDIUM,
    what="A file of settings is damaged, too large, or nested too deeply.",
    why="An agent may read more leniently than the gate, and obey what nobody examined.",
    fix="Mend the file at the place that is named.",
    cwe=(20, 436),
    controls=_HOOKS,
)
UNPINNED = _rule(
    "mcp-server-unpinned",
    "Tool server without a fixed version",
    Severity.MEDIUM,
    what="An MCP server is fetched by a name without an exact version, a commit or a digest.",
    why="Whoever controls the name next decides what runs on every machine at the next start.",
    fix="Write the version: `npx -y some-server@1.2.3`, `uvx some-server==1.2.3`,"
    " `docker run image@sha256:…`, or a commit of 40 digits.",
    cwe=(829, 494, 1357),
    controls=_SUPPLY,
)
SECRET = _rule(
    "mcp-server-secret",
    "Secret in the settings of a tool server",
    Severity.HIGH,
    what="A key, a token or a password stands in the environment, the headers, the arguments or"
    " the address of an MCP server.",
    why="Settings of servers are shared with the repository, and the secret with them.",
    fix='Refer to the environment, such as `"API_KEY": "${API_KEY}"`, and revoke the secret.',
    cwe=(798, 259, 522, 312),
    controls=("owasp-llm/LLM02", "nist-800-53/IA-5", "owasp-aisvs/AC.3.1", *_ACCESS[3:6]),
)
CLEARTEXT = _rule(
    "mcp-server-cleartext",
    "Tool server without an encrypted connection",
    Severity.HIGH,
    what="The address of an MCP server begins with `http://` and leads to another machine, or"
    " certificates are not checked.",
    why="Anybody on the way reads the token, and can answer in place of the server.",
    fix="Use `https://`, and check certificates.",
    cwe=(319, 300, 295, 306),
    controls=_ACCESS,
)
UNAUTHENTICATED = _rule(
    "mcp-server-unauthenticated",
    "Tool server without authentication",
    Severity.LOW,
    what="A remote MCP server is named without a header, a token or a sign-in, or one is told to"
    " do without, or code starts one that listens to every machine and asks nobody who calls.",
    why="What asks nobody who they are serves everybody, and nobody can say who did what.",
    fix='Add `"headers": {"Authorization": "Bearer ${TOKEN}"}`, or use a server with a sign-in; in'
    " code, listen on `127.0.0.1`, or pass `auth=` or a token verifier to the server.",
    cwe=(306, 862, 287, 284),
    controls=_ACCESS,
)
SHELL = _rule(
    "mcp-server-shell",
    "Tool server started through a shell",
    Severity.MEDIUM,
    what="An MCP server is a line for a shell or an interpreter, lies in a folder that everybody"
    " can write to, or is given code through its environment.",
    why="What really runs is not what the name of the server says, and can change unseen.",
    fix="Name the program and its arguments, each as one item of `args`.",
    cwe=(78, 77, 88, 426, 829),
    controls=_HOOKS,
)
WIDE = _rule(
    "mcp-server-wide",
    "Tool server with more reach than it needs",
    Severity.HIGH,
    what="An MCP server may use the whole disk, the container engine, or every tool without a"
    " question.",
    why="An agent that is led astray has all that the server has.",
    fix="Give it the folder and the tools that it needs, and leave the question to the user.",
    cwe=(250, 269, 732, 284, 862),
    controls=_POWER,
)
WORKFLOW = _rule(
    "workflow-agent-untrusted",
    "Agent in a workflow that strangers steer",
    Severity.HIGH,
    what="A workflow that anybody can start runs an agent with the right to write, without its"
    " permissions, or with the words of strangers in its prompt.",
    why="An issue or a comment becomes a prompt, and the agent has the workflow's token.",
    fix="Give the job `permissions: {contents: read}`, let only members start it"
    " (`github.event.comment.author_association`), and pass no text of an event to the prompt.",
    cwe=(1427, 250, 269, 862, 94),
    controls=("owasp-llm/LLM01", "owasp-agentic/ASI01", "owasp-aisvs/AC.12.5", *_POWER[4:9]),
)

RULES = (
    *(UNASKED, WILDCARD, HOOK, HELPER, REDIRECTED, FOLDER_OPEN, UNREADABLE),
    *(UNPINNED, SECRET, CLEARTEXT, UNAUTHENTICATED, SHELL, WIDE, WORKFLOW),
)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a stretch of a text; `secret` if the stretch must not be shown."""

    rule: Rule
    start: int
    end: int
    message: str
    hint: str
    severity: Severity | None = None
    secret: bool = False


def shown(words: str, longest: int = 60) -> str:
    """Return words of a file so that a message can hold them."""
    plain = " ".join(words.split()).replace("`", "'")
    plain = plain.encode("ascii", "backslashreplace").decode("ascii")
    plain = "".join(c if c.isprintable() else "?" for c in plain)
    return plain if len(plain) <= longest else f"{plain[:longest]}..."
