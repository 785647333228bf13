"""A name chooses among the modules of one's own package."""

import importlib
import sys

command = importlib.import_module(f".{sys.argv[1]}", package=__name__)
