"""The security governance gate for AI-written software."""

__version__ = "0.1.0"
