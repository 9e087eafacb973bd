"""What LangGraph and LangChain need to ask Countersign: a gate around each tool, and answers to interrupts.

The graph's thread is the session. A tool runs only behind `gate`, whatever an interrupt was answered
with: `answers` turns decisions into what the graph expects, and is no permission by itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from countersign_client import Call, Check, Countersign
from langchain.agents.middleware import AgentMiddleware, ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, ToolCall, ToolMessage
from langgraph.types import Command, Interrupt

Tool = Callable[[ToolCallRequest], ToolMessage | Command[Any]]


@dataclass(frozen=True)
class Gate:
    """One thread of a graph in one run."""

    console: Countersign
    run: str
    thread: str

    def call(self, tool_call: ToolCall) -> Call:
        """A model's call as the gate knows it. Without an id it could not be told from others."""
        ident = tool_call["id"]
        if not ident:
            raise ValueError(f"the call of {tool_call['name']} has no id")
        return Call(self.thread, tool_call["name"], dict(tool_call["args"]), ident)

    def run_tool(self, tool_call: ToolCall, tool: Callable[[], Any]) -> Any:
        """Runs a tool if the gate allows it, and reports. Raises `NotAllowed` otherwise."""
        call = self.call(tool_call)
        check = self.console.check(self.run, call)
        if refusal := check.refusal(call):
            raise NotAllowed(refusal)
        try:
            output = tool()
        except Exception as error:
            self.console.report(self.run, call, str(error), is_error=True)
            raise
        failed = isinstance(output, ToolMessage) and output.status == "error"
        self.console.report(self.run, call, reported(output), is_error=failed)
        return output

    def settle(self, tool_call: ToolCall, patience: float) -> Check:
        """Waits until people have decided on a call, if they must."""
        return self.console.settle(self.run, self.call(tool_call), patience)


class NotAllowed(Exception):
    """A call that may not run; the text is for the model."""


class CountersignMiddleware(AgentMiddleware):
    """Stands around every tool of an agent of LangChain. Give it last: nothing may change the call behind it."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate

    def wrap_tool_call(self, request: ToolCallRequest, handler: Tool) -> ToolMessage | Command[Any]:
        call = request.tool_call
        try:
            return self.gate.run_tool(call, lambda: handler(request))
        except NotAllowed as refusal:
            text = str(refusal)
            return ToolMessage(text, name=call["name"], tool_call_id=call["id"], status="error")


def reported(output: Any) -> Any:
    """What a tool returned, as JSON where it is."""
    if isinstance(output, Command):
        return str(output.update)
    if not isinstance(output, ToolMessage):
        return output
    try:
        return json.loads(output.content) if isinstance(output.content, str) else output.content
    except ValueError:
        return output.content


class Undecided(Exception):
    """People still decide on the approval of this id."""


def answers(
    interrupts: Sequence[Interrupt], messages: Sequence[AnyMessage], gate: Gate, patience: float
) -> Command[Any]:
    """What to resume a graph with, once everything it waits for is decided. Raises `Undecided`."""
    pending = _calls(messages)
    until = time.monotonic() + patience
    answered: dict[str, Any] = {}
    for interrupt in interrupts:
        answered[interrupt.id] = _answer(interrupt.value, pending, gate, until)
    return Command(resume=answered)


def _calls(messages: Sequence[AnyMessage]) -> list[ToolCall]:
    """The calls of the model's last message."""
    last = next((message for message in reversed(messages) if isinstance(message, AIMessage)), None)
    return list(last.tool_calls) if last else []


def _take(pending: list[ToolCall], name: str, args: Any) -> ToolCall:
    """The call an interrupt is about. Interrupts carry no id: the first call like it that is left."""
    for call in pending:
        if call["name"] == name and call["args"] == args:
            pending.remove(call)
            return call
    raise ValueError(f"the interrupt asks about a call of {name} that the model has not made")


def _answer(value: Any, pending: list[ToolCall], gate: Gate, until: float) -> Any:
    """Answers one interrupt in its own shape."""
    if isinstance(value, dict) and "action_requests" in value:
        asked = [(action["name"], action["args"]) for action in value["action_requests"]]
        return {"decisions": [decision(check) for check in _settled(asked, pending, gate, until)]}
    if isinstance(value, list) and all("action_request" in item for item in value):
        requests = [item["action_request"] for item in value]
        asked = [(request["action"], request["args"]) for request in requests]
        return [human_response(check) for check in _settled(asked, pending, gate, until)]
    raise ValueError("this interrupt asks for something else than an approval")


def _settled(
    asked: Iterable[tuple[str, Any]], pending: list[ToolCall], gate: Gate, until: float
) -> list[Check]:
    """One call after the other: while one waits, the gate blocks the others of its session."""
    checks = []
    for name, args in asked:
        check = gate.settle(_take(pending, name, args), until - time.monotonic())
        if check.awaits:
            raise Undecided(check.awaits)
        checks.append(check)
    return checks


def decision(check: Check) -> dict[str, Any]:
    """For `HumanInTheLoopMiddleware`: one decision of a `HITLResponse`."""
    return {"type": "approve"} if check.allowed else {"type": "reject", "message": check.message}


def human_response(check: Check) -> dict[str, Any]:
    """For Agent Inbox: a `HumanResponse`."""
    return (
        {"type": "accept", "args": None}
        if check.allowed
        else {"type": "response", "args": check.message}
    )
