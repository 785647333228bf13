"""Rules that relate what is declared to what is used: one module each, found by its file."""
