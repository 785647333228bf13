"""The security governance gate for AI-written software."""

__version__ = "0.1.0"

DISTRIBUTION = "aigate-ci"
"""The distribution that this package belongs to; an unrelated one of the same name exists."""
