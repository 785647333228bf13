"""Runs the command line as `python -m aigate`."""

from aigate.cli.main import main

if __name__ == "__main__":
    main()
