"""One file per coding agent: how its hooks are told of an edit, and how they answer."""
