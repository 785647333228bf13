"""What is known of AI in code: providers, libraries, models and agents, as dated values."""

from __future__ import annotations

from aigate.value import dataclass

Patterns = tuple[str, ...]
"""Regular expressions, compiled where they are used: that takes longer than reading a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Somebody who runs models, or a gateway before them; what each field means is in the data.

    `hosted` says that nobody else runs the models of `models` unless the code says so.
    """

    name: str
    title: str
    aliases: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    go: tuple[str, ...] = ()
    java: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    images: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    terraform: tuple[str, ...] = ()
    models: Patterns = ()
    weak: Patterns = ()
    embeddings: Patterns = ()
    hosted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A framework or a vector store, and how code says that it uses it.

    `needs` are names of which one must be imported too. `satellites` says that a provider's
    alias follows the name in names of modules; `loads` that it loads models by ordinary words;
    `agents` that its class `Agent` is an agent, `servers` that it builds MCP servers.
    """

    name: str
    python: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    go: tuple[str, ...] = ()
    java: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    provider: str = ""
    satellites: bool = False
    loads: bool = False
    agents: bool = False
    servers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFiles:
    """Files that a coding agent obeys: `role` is such as `rules`, `settings` or `mcp`."""

    agent: str
    role: str
    paths: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStep:
    """How a workflow runs a coding agent: an action, or the pattern of a command."""

    agent: str
    provider: str = ""
    uses: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knowledge:
    """The table as a whole; `digest` is the SHA-256 of the file that it was read from.

    Two tables are the same only if they are one: it is large, and a key of look-ups.
    """

    as_of: str
    digest: str
    providers: tuple[Provider, ...]
    frameworks: tuple[Library, ...]
    vector_stores: tuple[Library, ...]
    open_models: Patterns
    weak_models: Patterns
    embeddings: Patterns
    hubs: tuple[str, ...]
    sure_hubs: tuple[str, ...]
    agent_files: tuple[AgentFiles, ...]
    steps: tuple[AgentStep, ...]
    roots: tuple[str, ...]
