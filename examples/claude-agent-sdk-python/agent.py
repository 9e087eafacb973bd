"""An agent of the Claude Agent SDK behind the hooks that `countersign hooks install` has written.

    python agent.py --project ~/project "Tag the release."

The hooks ask before every tool; this program carries none of it. A call that people must agree to is
deferred: the client ends and tells which. Once they have decided, its session is resumed without a
prompt, the hooks ask again, and the call runs or the model reads why not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from claude_agent_sdk import ClaudeAgentOptions, ResultMessage, query
from countersign_client import Call, Countersign


async def nothing() -> AsyncIterator[dict[str, Any]]:
    """No prompt: a resumed session goes on with the call that was deferred. With a prompt it would lose it."""
    return
    yield {}


class Project:
    """One session of the client in a project."""

    def __init__(self, folder: Path, run: str, session: str) -> None:
        self.session = session
        # The project's settings hold the hooks: without them nobody asks. They read the key from here.
        self.options: dict[str, Any] = {
            "cwd": folder,
            "setting_sources": ["project"],
            "permission_mode": os.environ.get("PERMISSION_MODE", "default"),
            "env": {"COUNTERSIGN_KEY": os.environ["COUNTERSIGN_KEY"], "COUNTERSIGN_RUN": run},
        }

    async def begin(self, prompt: str) -> ResultMessage:
        return await self.ask(prompt, session_id=self.session)

    async def resume(self) -> ResultMessage:
        return await self.ask(nothing(), resume=self.session)

    async def ask(self, prompt: str | AsyncIterator[dict[str, Any]], **more: Any) -> ResultMessage:
        result: ResultMessage | None = None
        async for message in query(
            prompt=prompt, options=ClaudeAgentOptions(**self.options, **more)
        ):
            if isinstance(message, ResultMessage):
                result = message
        if result is None:
            raise RuntimeError("the client ended without a result")
        return result


async def work(console: Countersign, options: argparse.Namespace) -> ResultMessage | None:
    """Lets the agent work. None when people have not decided in time."""
    until = time.monotonic() + options.patience
    session = str(uuid.uuid4())
    start = console.start_run
    run = await asyncio.to_thread(
        start, options.workflow, options.subject, session, framework="claude-agent-sdk"
    )
    project = Project(options.project, run, session)
    result = await project.begin(options.prompt)
    while deferred := result.deferred_tool_use:
        call = Call(session, deferred.name, deferred.input, deferred.id)
        print(f"deferred: {call.tool} {call.input}", flush=True)
        # Asked while the console is away, the hooks deny and the call is lost: resume only when it is there.
        left = until - time.monotonic()
        check = await asyncio.to_thread(console.settle, run, call, left)
        if check.awaits or check.unasked:
            return None
        result = await project.resume()
    return result


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt")
    parser.add_argument("--project", type=Path, default=Path.cwd())
    parser.add_argument("--workflow", default="shell")
    parser.add_argument("--subject", default="this-host", help="what the run is about")
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    options = parser.parse_args(words)
    result = asyncio.run(work(Countersign.from_environment(), options))
    print("people have not decided yet" if result is None else result.result)
    return 75 if result is None else int(result.is_error)


if __name__ == "__main__":
    sys.exit(main())
