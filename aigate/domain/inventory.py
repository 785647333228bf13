"""What a tree really uses of AI: the values that discovery yields."""

from __future__ import annotations

from enum import StrEnum

from aigate.domain.place import Location
from aigate.value import dataclass


class UseKind(StrEnum):
    """What was found."""

    PROVIDER = "provider"
    """Somebody who runs models, such as `openai`; the name is the provider's in the data."""
    MODEL = "model"
    """A model, by the id that the code gives."""
    FRAMEWORK = "framework"
    """A library for models or agents."""
    ENDPOINT = "endpoint"
    """A URL of a service for models, or of a gateway before one."""
    DATASET = "dataset"
    EMBEDDING = "embedding"
    """A model used to embed; reported as a model as well."""
    VECTOR_STORE = "vector-store"
    PROMPT = "prompt"
    """A text of instructions for a model, kept as a file or a constant."""
    WEIGHTS = "weights"
    """A model file in the tree."""
    AGENT = "agent"
    """A product agent, or configuration of a coding agent."""
    TOOL = "tool"
    """Something that an agent of the product can call."""
    SERVER = "server"
    """An MCP server that is configured or built."""
    ENVIRONMENT = "env"
    """An environment variable that chooses a model, a key or an endpoint."""


class Confidence(StrEnum):
    """How sure a use is."""

    CERTAIN = "certain"
    """Written out where it takes effect."""
    LIKELY = "likely"
    """Follows from a constant, a default or a setting that nothing contradicts."""
    UNDETERMINED = "undetermined"
    """Something is used here, and its name is only known when the code runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of AI, at one place.

    `name` is the canonical name, or empty where the value is dynamic. `evidence` is the text
    that shows it, in one line and without secrets. `provider` is who runs it, where known.
    `revision` is what the code pins it to; None means that it does not say, the empty text
    that pinning makes no sense here. `digest` is the SHA-256 of a model file. `detail` holds
    further facts by name, such as `("permission", "Bash(*)")` for an agent.
    """

    kind: UseKind
    name: str
    at: Location
    evidence: str
    confidence: Confidence = Confidence.CERTAIN
    provider: str = ""
    revision: str | None = ""
    digest: str = ""
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything that was found in a tree, in order of path, line and kind.

    `files` is how many files were read; `unread` pairs a path with why it could not be.
    """

    uses: tuple[Use, ...]
    files: int
    unread: tuple[tuple[str, str], ...] = ()
