"""An agent of the OpenAI Agents SDK whose tools ask Countersign.

    python agent.py "Refund 75 EUR for order ord_88."      # waits for people, then goes on
    python agent.py --patience 0 "…"                       # prints the approval and ends
    python agent.py --resume apr_…                         # goes on in another process

A tool that people may have to agree to says `needs_approval=True`: the SDK then stops with an
interruption. Its run state is kept by Countersign with the approval, and comes back with the outcome.
Every tool has the gate as an input guardrail, so that nothing runs on the strength of a state alone.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import sys
import time
import uuid
from typing import Any

import shop
from agents import (
    Agent,
    RunConfig,
    RunContextWrapper,
    RunHooks,
    Runner,
    RunResult,
    RunState,
    Tool,
    ToolApprovalItem,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
    function_tool,
)
from agents.tool_context import ToolContext
from countersign_client import Call, Check, Countersign

# Transcripts of customers stay here.
CONFIG = RunConfig(tracing_disabled=True)


class Gate(RunHooks[Any]):
    """Asks before each tool and reports after it, for one session of one run."""

    def __init__(self, console: Countersign, run: str, session: str) -> None:
        self.console, self.run, self.session = console, run, session

    def call(self, tool: str, arguments: str, ident: str) -> Call:
        return Call(self.session, tool, json.loads(arguments or "{}"), ident)

    async def before(self, data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        """The gate, right before a tool runs."""
        context = data.context
        call = self.call(context.tool_name, context.tool_arguments, context.tool_call_id)
        check = await asyncio.to_thread(self.console.check, self.run, call)
        if refusal := check.refusal(call):
            return ToolGuardrailFunctionOutput.reject_content(refusal)
        return ToolGuardrailFunctionOutput.allow()

    async def on_tool_end(
        self, context: RunContextWrapper[Any], agent: Any, tool: Tool, result: object
    ) -> None:
        await self.report(context, result)

    async def failed(self, context: RunContextWrapper[Any], error: Exception) -> str:
        """Reports a failure first; the report that follows for its text changes nothing."""
        await self.report(context, str(error), is_error=True)
        return f"The tool failed: {error}"

    async def report(
        self, context: RunContextWrapper[Any], result: object, *, is_error: bool = False
    ) -> None:
        if isinstance(context, ToolContext):
            call = self.call(context.tool_name, context.tool_arguments, context.tool_call_id)
            await asyncio.to_thread(self.console.report, self.run, call, result, is_error=is_error)

    async def ask(self, item: ToolApprovalItem, state: RunState[Any, Any]) -> Check:
        """Asks for an approval that keeps the state and what else it takes to go on."""
        raw = item.raw_item
        call = self.call(
            item.tool_name or "", getattr(raw, "arguments", "{}"), getattr(raw, "call_id", "")
        )
        blob = json.dumps({"run": self.run, "session": self.session, "state": state.to_string()})
        summary = f"{item.agent.name} asks for {call.tool}."
        ask = self.console.request_approval
        return await asyncio.to_thread(ask, self.run, call, summary, state_blob=blob)


def build(gate: Gate) -> Agent[Any]:
    """The agent. The same has to be built again to go on with a state."""
    before = ToolInputGuardrail(guardrail_function=gate.before, name="countersign")
    guarded = {"tool_input_guardrails": [before], "failure_error_function": gate.failed}
    return Agent(
        name="Refund agent",
        instructions="Look orders up before you refund them.",
        tools=[
            function_tool(shop.look_up_order, **guarded),
            function_tool(shop.refund, needs_approval=True, **guarded),
        ],
    )


async def advance(agent: Agent[Any], gate: Gate, result: RunResult) -> RunResult | str:
    """Goes on until the agent has ended, or people must decide: then it gives the approval's id."""
    while result.interruptions:
        state = result.to_state()
        if approval := await settle(gate, state):
            return approval
        result = await Runner.run(agent, state, hooks=gate, run_config=CONFIG)
    return result


async def settle(gate: Gate, state: RunState[Any, Any]) -> str | None:
    """Approves or rejects each interruption as the gate says. Gives the approval that one waits for."""
    for item in state.get_interruptions():
        check = await gate.ask(item, state)
        if check.awaits:
            return check.awaits
        if check.allowed:
            state.approve(item)
        else:
            state.reject(item, rejection_message=check.message)
    return None


async def begin(console: Countersign, options: argparse.Namespace) -> RunResult | str:
    """Starts a run and lets the agent work."""
    session = str(uuid.uuid4())
    start = functools.partial(console.start_run, framework="openai-agents")
    run = await asyncio.to_thread(start, options.workflow, options.subject, session)
    gate = Gate(console, run, session)
    agent = build(gate)
    result = await Runner.run(agent, options.prompt, hooks=gate, run_config=CONFIG)
    return await advance(agent, gate, result)


async def resume(console: Countersign, approval: str, patience: float) -> RunResult | str:
    """Waits for an approval and goes on with the state that was kept with it."""
    outcome = await asyncio.to_thread(console.wait, approval, patience)
    if not outcome.is_final:
        return approval
    blob = outcome.answer.get("state_blob")
    if blob is None:
        sys.exit(f"{approval} has no state that this key has given")
    kept = json.loads(blob)
    gate = Gate(console, kept["run"], kept["session"])
    agent = build(gate)
    state = await RunState.from_string(agent, kept["state"])
    if waiting := await settle(gate, state):
        return waiting
    return await advance(agent, gate, await Runner.run(agent, state, hooks=gate, run_config=CONFIG))


async def work(options: argparse.Namespace) -> int:
    console = Countersign.from_environment()
    until = time.monotonic() + options.patience
    result: RunResult | str = options.resume or await begin(console, options)
    while isinstance(result, str):
        print(f"waiting for people: {result}", flush=True)
        left = until - time.monotonic()
        if left <= 0:
            return 75
        result = await resume(console, result, left)
    print(result.final_output)
    return 0


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", nargs="?", default="Refund 75 EUR for order ord_88.")
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    parser.add_argument("--resume", metavar="APPROVAL", help="go on where another process stopped")
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    return asyncio.run(work(parser.parse_args(words)))


if __name__ == "__main__":
    sys.exit(main())
