"""Pure functions over the domain's values."""
