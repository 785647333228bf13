"""What the scanner of secrets is made of: a quick search, formats, names, and a sense of noise."""
