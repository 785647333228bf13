"""Text to values: strict, with line and column."""
