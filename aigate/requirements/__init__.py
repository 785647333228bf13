"""One file per kind of requirement that a policy can state."""
