"""Follows data through the texts that it is handed, and says what it saw: a program of its own.

It is started by path, as `_flow_program.py FOLDER TABLES ROOM`, isolated and without `site`; see
`_flow_beside`, which asks it. FOLDER holds the package `aigate`, TABLES is the compiled pack, and
ROOM how deep calls may be nested where they would be followed otherwise: the same text must not
be too deep in one process only.

A question is a line with the sizes of some texts, and then these; the answer is a line of JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields


def main() -> None:
    """Answer questions until there are no more."""
    folder, file, room = sys.argv[1:]
    sys.path.append(folder)
    from aigate.flow.follow import follow
    from aigate.flow.machine import Flow
    from aigate.flow.tables import load

    names = [field.name for field in fields(Flow)]

    # As many calls stand around an analysis here as come there before it since `room` was measured.
    sys.setrecursionlimit(int(room))
    with open(file, "rb") as stream:
        tables = load(stream.read())
    asking, answering = sys.stdin.buffer, sys.stdout.buffer
    for line in iter(asking.readline, b""):
        said = []
        for size in json.loads(line):
            found = follow(asking.read(size).decode("utf-8", "surrogatepass"), tables)
            said.append(
                [found.code, [[getattr(flow, name) for name in names] for flow in found.flows]]
            )
        answering.write(json.dumps(said).encode() + b"\n")
        answering.flush()


if __name__ == "__main__":
    main()
