"""A file that nobody can read, neither a scanner nor Python itself."""

import sys

print("started"
def main(:
    sys.exit(0)
