"""Asks for an approval and waits for its decision, with the MCP SDK for Python 1.x, which shakes hands first.

COUNTERSIGN_URL is the console, COUNTERSIGN_KEY a key minted for a run (`POST /runs` with `agent_key`).
"""

import asyncio
import json
import os
from datetime import timedelta

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['COUNTERSIGN_KEY']}"}
    url, patience = f"{os.environ['COUNTERSIGN_URL']}/mcp", timedelta(seconds=90)
    async with streamablehttp_client(url, headers=headers, timeout=patience) as (read, write, _):
        async with ClientSession(read, write) as session:
            version = (await session.initialize()).protocolVersion
            tools = [tool.name for tool in (await session.list_tools()).tools]
            question = {"summary": "May I promise a refund?", "idempotency_key": "refund"}
            asked = (await session.call_tool("request_approval", question)).structuredContent
            wait = {"approval_id": asked["approval_id"], "wait_s": 60}
            decided = (await session.call_tool("get_decision", wait, patience)).structuredContent
            refused = await session.call_tool("get_decision", {"approval_id": "nothing"})
    print(json.dumps({
        "version": version, "tools": tools, "opened": [], "asked": asked, "decided": decided,
        "refused": json.loads(refused.content[0].text) if refused.isError else None,
    }))


asyncio.run(main())
