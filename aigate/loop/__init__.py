"""The gate inside a coding agent's loop: before a write, after it, and when the agent stops."""
