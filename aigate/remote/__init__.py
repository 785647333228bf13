"""The only package that opens connections; every answer in it is bounded and strange."""
