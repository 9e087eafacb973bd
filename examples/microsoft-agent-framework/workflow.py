"""A workflow of the Microsoft Agent Framework that stops by `request_info` where people must agree.

    python workflow.py ord_88 75

The request carries the approval, and its id. `workflow.run(responses={id: True}, checkpoint_id=…)` tells
that there is a decision, not which: the step asks the gate again and runs the tool only if that allows it.
The workflow is built anew from its checkpoint, as another process would.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from pathlib import Path
from typing import Any, Never

import shop
from agent_framework import (
    Executor,
    FileCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowRunResult,
    handler,
    response_handler,
)
from countersign_client import Call, Countersign

TOOLS = {"look_up_order": shop.look_up_order, "refund": shop.refund}


class Refunding(Executor):
    """Looks an order up and refunds it, each behind the gate."""

    def __init__(self, console: Countersign) -> None:
        super().__init__(id="refunding")
        self.console = console

    @handler
    async def begin(self, wanted: dict, ctx: WorkflowContext[Never, str]) -> None:
        order = wanted["input"]["order_id"]
        looking = {"tool": "look_up_order", "input": {"order_id": order}, "id": str(uuid.uuid4())}
        await self.step(wanted | looking)
        await self.go_on({"tool": "refund", "id": str(uuid.uuid4()), **wanted}, ctx)

    @response_handler
    async def decided(
        self, asked: dict, is_decided: bool, ctx: WorkflowContext[Never, str]
    ) -> None:
        await self.go_on(asked, ctx)

    async def go_on(self, asked: dict[str, Any], ctx: WorkflowContext[Never, str]) -> None:
        """Makes the call, says why not, or asks people and stops."""
        said, approval = await self.step(asked)
        if approval is None:
            await ctx.yield_output(said)
        else:
            await ctx.request_info(asked | {"approval": approval}, bool, request_id=approval)

    async def step(self, asked: dict[str, Any]) -> tuple[str, str | None]:
        """One gated call: what came of it, and the approval it waits for."""
        call = Call(asked["session"], asked["tool"], asked["input"], asked["id"])
        check = await asyncio.to_thread(self.console.check, asked["run"], call)
        if not check.allowed:
            return check.message, check.awaits
        # A workflow is no model: what the reviewer has changed is what runs.
        try:
            output = TOOLS[call.tool](**check.input)
        except Exception as error:
            await asyncio.to_thread(
                self.console.report, asked["run"], call, str(error), is_error=True
            )
            raise
        await asyncio.to_thread(self.console.report, asked["run"], call, output)
        return f"{call.tool}: {output}", None


def build(console: Countersign, storage: FileCheckpointStorage) -> Workflow:
    """The workflow. The same has to be built again to go on from a checkpoint."""
    return WorkflowBuilder(
        name="refunds",
        start_executor=Refunding(console),
        checkpoint_storage=storage,
        output_from="all",
    ).build()


async def work(
    console: Countersign, wanted: dict[str, Any], folder: Path, patience: float
) -> str | None:
    """Runs the workflow to its end. None when people have not decided in time."""
    storage = FileCheckpointStorage(folder)
    result: WorkflowRunResult = await build(console, storage).run(wanted)
    while requests := result.get_request_info_events():
        responses = {}
        for request in requests:
            outcome = await asyncio.to_thread(console.wait, request.data["approval"], patience)
            if not outcome.is_final:
                return None
            responses[request.request_id] = True
        latest = await storage.get_latest(workflow_name="refunds")
        again = build(console, storage)
        result = await again.run(responses=responses, checkpoint_id=latest.checkpoint_id)
    return str(result.get_outputs()[-1])


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("order")
    parser.add_argument("amount", type=float)
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    options = parser.parse_args(words)
    console, session = Countersign.from_environment(), str(uuid.uuid4())
    run = console.start_run(
        options.workflow, options.subject, session, framework="microsoft-agent-framework"
    )
    wanted = {
        "run": run,
        "session": session,
        "input": {"order_id": options.order, "amount": options.amount},
    }
    said = asyncio.run(work(console, wanted, options.checkpoints, options.patience))
    print(said or "people have not decided yet")
    return 0 if said else 75


if __name__ == "__main__":
    sys.exit(main())
