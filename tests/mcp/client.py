"""A client of either major version of `mcp`: starts a server, calls tools, prints what they said.

What it reads is JSON: `command`, `args`, `env` and `cwd` of the server, and `calls`, a list of
pairs of a tool's name and its arguments.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


def _field(value: Any, *names: str) -> Any:
    return next(getattr(value, name) for name in names if hasattr(value, name))


async def _main(asked: dict[str, Any]) -> None:
    calls = asked.pop("calls")
    said: dict[str, Any] = {"said": []}
    async with (
        stdio_client(StdioServerParameters(**asked)) as (read, write),
        ClientSession(read, write) as session,
    ):
        hello = await session.initialize()
        said["server"] = _field(hello, "serverInfo", "server_info").model_dump(mode="json")
        listed = await session.list_tools()
        said["tools"] = [one.model_dump(mode="json", by_alias=True) for one in listed.tools]
        for name, arguments in calls:
            done = await session.call_tool(name, arguments)
            text = "".join(part.text for part in done.content)
            said["said"].append([bool(_field(done, "isError", "is_error")), text])
    sys.stdout.write(json.dumps(said))


asyncio.run(_main(json.load(sys.stdin)))
