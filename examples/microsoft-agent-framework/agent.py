"""An agent of the Microsoft Agent Framework whose tools ask Countersign.

    python agent.py "Refund 75 EUR for order ord_88."

The refund says `approval_mode="always_require"`: the framework stops with a function approval request,
which is answered once people have decided. A function middleware stands around every tool as the gate.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import shop
from agent_framework import (
    Agent,
    AgentResponse,
    AgentSession,
    Content,
    FunctionInvocationContext,
    FunctionMiddleware,
    Message,
    tool,
)
from agent_framework.openai import OpenAIChatCompletionClient
from countersign_client import Call, Check, Countersign


class Gate(FunctionMiddleware):
    """Asks before each tool and reports after it, for one session of one run."""

    def __init__(self, console: Countersign, run: str, session: str) -> None:
        self.console, self.run, self.session = console, run, session

    async def process(
        self, context: FunctionInvocationContext, call_next: Callable[[], Awaitable[None]]
    ) -> None:
        call = Call(
            self.session,
            context.function.name,
            dict(context.arguments),
            context.metadata["call_id"],
        )
        check = await asyncio.to_thread(self.console.check, self.run, call)
        if refusal := check.refusal(call):
            context.result = refusal
            return
        try:
            await call_next()
        except Exception as error:
            await asyncio.to_thread(self.console.report, self.run, call, str(error), is_error=True)
            raise
        await asyncio.to_thread(self.console.report, self.run, call, reported(context.result))

    async def settle(self, asked: Content, patience: float) -> Check:
        """Waits until people have decided on a call, if they must."""
        function = asked.function_call
        call = Call(self.session, function.name, function.parse_arguments() or {}, function.call_id)
        return await asyncio.to_thread(self.console.settle, self.run, call, patience)


def reported(result: Any) -> Any:
    """What a tool returned, as JSON where it is."""
    text = "".join(part.text or "" for part in result) if isinstance(result, list) else result
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return str(text)


def build(gate: Gate, model: str) -> Agent:
    """The agent: people may be asked about refunds, the gate about everything."""
    return Agent(
        client=OpenAIChatCompletionClient(model=model),
        name="Refund agent",
        instructions="Look orders up before you refund them.",
        tools=[tool(shop.look_up_order), tool(shop.refund, approval_mode="always_require")],
        middleware=[gate],
    )


async def answer(gate: Gate, asked: Content, patience: float) -> list[Content] | None:
    """The response to an approval request, with the reviewer's words for the model: a response has no room for
    them. None while people still decide."""
    check = await gate.settle(asked, patience)
    if check.awaits:
        return None
    response = asked.to_function_approval_response(check.allowed)
    return [response] if check.allowed else [response, Content.from_text(check.message)]


async def work(gate: Gate, agent: Agent, prompt: str, patience: float) -> str | None:
    """Runs the agent to its end. None when people have not decided in time."""
    until = time.monotonic() + patience
    session: AgentSession = agent.create_session()
    response: AgentResponse[Any] = await agent.run(prompt, session=session)
    while response.user_input_requests:
        contents: list[Content] = []
        for asked in response.user_input_requests:
            answered = await answer(gate, asked, until - time.monotonic())
            if answered is None:
                return None
            contents += answered
        response = await agent.run(Message("user", contents), session=session)
    return response.text


async def begin(options: argparse.Namespace) -> int:
    console, session = Countersign.from_environment(), str(uuid.uuid4())
    run = console.start_run(
        options.workflow, options.subject, session, framework="microsoft-agent-framework"
    )
    gate = Gate(console, run, session)
    said = await work(gate, build(gate, options.model), options.prompt, options.patience)
    if said is None:
        print("people have not decided yet")
        return 75
    print(said)
    return 0


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", nargs="?", default="Refund 75 EUR for order ord_88.")
    parser.add_argument("--model", default="gpt-5.2")
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    return asyncio.run(begin(parser.parse_args(words)))


if __name__ == "__main__":
    sys.exit(main())
