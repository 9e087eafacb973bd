"""Asks for an approval and waits for its decision, with the MCP SDK for Python 2.x.

COUNTERSIGN_URL is the console, COUNTERSIGN_KEY a key minted for a run (`POST /runs` with `agent_key`).
The one argument is the mode: `auto` speaks 2026-07-28 here, `legacy` shakes hands as 2025-11-25 does.
"""

import asyncio
import json
import os
import sys

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

opened: list[str] = []


async def open_for_the_user(_context, params: types.ElicitRequestParams) -> types.ElicitResult:
    """A real client asks its user and opens a browser. To accept is to open, and decides nothing."""
    opened.append(params.url)
    return types.ElicitResult(action="accept")


async def main(mode: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['COUNTERSIGN_KEY']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=90) as http:
        transport = streamable_http_client(f"{os.environ['COUNTERSIGN_URL']}/mcp", http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=open_for_the_user) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            question = {"summary": "May I promise a refund?", "idempotency_key": "refund"}
            asked = (await client.call_tool("request_approval", question)).structured_content
            wait = {"approval_id": asked["approval_id"], "wait_s": 60}
            decided = (await client.call_tool("get_decision", wait)).structured_content
            refused = await client.call_tool("get_decision", {"approval_id": "nothing"})
            version = client.protocol_version
    print(json.dumps({
        "version": version, "tools": tools, "opened": opened, "asked": asked, "decided": decided,
        "refused": json.loads(refused.content[0].text) if refused.is_error else None,
    }))


asyncio.run(main(sys.argv[1]))
