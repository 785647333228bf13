"""Runs the command line as `python -m aigate`."""

import sys

if not sys.flags.safe_path:
    # `-m` looks for modules in the folder that one stands in, which may hold the change.
    del sys.path[0]

from aigate.cli.main import program

if __name__ == "__main__":
    program()
