"""Follows data through Python, by its syntax tree, which is never run."""
