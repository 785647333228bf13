"""One file per scanner."""
