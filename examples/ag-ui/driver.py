"""Runs any agent that speaks AG-UI 1.0, with Countersign as whoever answers its interrupts.

    python driver.py --agent http://127.0.0.1:8700 "Refund 75 EUR for order ord_88."

An interrupt about a tool call becomes an approval: the call is checked at the gate, under the thread's id and
the call's own. Once people have decided, it is checked again, and the next run carries the `resume` entry.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from ag_ui.core import (
    AssistantMessage,
    Event,
    FunctionCall,
    Interrupt,
    Message,
    ResumeEntry,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCall,
    ToolCallArgsEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
    ToolMessage,
    UserMessage,
)
from countersign_client import Call, Countersign
from pydantic import TypeAdapter

EVENTS: TypeAdapter[Event] = TypeAdapter(Event)


class AgentFailed(Exception):
    """The agent's run ended in an error, or without an end."""


@dataclass
class Conversation:
    """What was said, put together from events."""

    messages: list[Message]
    by_id: dict[str, AssistantMessage] = field(default_factory=dict)
    calls: dict[str, ToolCall] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Adds what an event brings."""
        match event:
            case TextMessageStartEvent():
                self.said(event.message_id).content = ""
            case TextMessageContentEvent():
                said = self.said(event.message_id)
                said.content = (said.content or "") + event.delta
            case ToolCallStartEvent():
                function = FunctionCall(name=event.tool_call_name, arguments="")
                call = self.calls[event.tool_call_id] = ToolCall(
                    id=event.tool_call_id, function=function
                )
                said = self.said(event.parent_message_id or event.tool_call_id)
                said.tool_calls = [*(said.tool_calls or []), call]
            case ToolCallArgsEvent():
                self.calls[event.tool_call_id].function.arguments += event.delta
            case ToolCallResultEvent():
                result = ToolMessage(
                    id=event.message_id, tool_call_id=event.tool_call_id, content=event.content
                )
                self.messages.append(result)

    def said(self, ident: str) -> AssistantMessage:
        """The agent's message of this id."""
        if ident not in self.by_id:
            self.by_id[ident] = AssistantMessage(id=ident)
            self.messages.append(self.by_id[ident])
        return self.by_id[ident]


def events(agent: str, asked: RunAgentInput) -> Iterator[Event]:
    """The events of one run."""
    body = asked.model_dump_json(by_alias=True, exclude_none=True).encode()
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    request = urllib.request.Request(agent, data=body, headers=headers)
    with urllib.request.urlopen(request) as answer:
        for line in answer:
            if line.startswith(b"data: "):
                yield EVENTS.validate_json(line.removeprefix(b"data: "))


def run_once(agent: str, asked: RunAgentInput, conversation: Conversation) -> list[Interrupt]:
    """Makes one run to its end; gives what it waits for."""
    for event in events(agent, asked):
        conversation.take(event)
        if isinstance(event, RunErrorEvent):
            raise AgentFailed(event.message)
        if isinstance(event, RunFinishedEvent):
            outcome = event.outcome
            return outcome.interrupts if isinstance(outcome, RunFinishedInterruptOutcome) else []
    raise AgentFailed("the run has no end")


@dataclass(frozen=True)
class Answerer:
    """Answers interrupts as Countersign says."""

    console: Countersign
    run: str
    thread: str

    def answer(
        self, interrupt: Interrupt, conversation: Conversation, patience: float
    ) -> ResumeEntry | None:
        """The entry for the next run; None while people still decide."""
        tool_call = conversation.calls.get(interrupt.tool_call_id or "")
        if tool_call is None:
            return ResumeEntry(interrupt_id=interrupt.id, status="cancelled")
        function = tool_call.function
        call = Call(self.thread, function.name, json.loads(function.arguments), tool_call.id)
        check = self.console.settle(self.run, call, patience)
        if check.awaits:
            return None
        # An answer has no room for other arguments that this driver could promise to be used.
        approved = check.allowed and check.input == call.input
        payload = {"approved": approved, "message": check.message}
        return ResumeEntry(interrupt_id=interrupt.id, status="resolved", payload=payload)


def work(agent: str, answerer: Answerer, prompt: str, patience: float) -> str | None:
    """Runs the agent until nothing is left to do. None when people have not decided in time."""
    until = time.monotonic() + patience
    conversation = Conversation([UserMessage(id=str(uuid.uuid4()), content=prompt)])
    resume: list[ResumeEntry] = []
    while True:
        asked = RunAgentInput(
            thread_id=answerer.thread,
            run_id=str(uuid.uuid4()),
            messages=conversation.messages,
            resume=resume or None,
        )
        interrupts = run_once(agent, asked, conversation)
        if not interrupts:
            return str(conversation.messages[-1].content)
        resume = []
        for interrupt in interrupts:
            entry = answerer.answer(interrupt, conversation, until - time.monotonic())
            if entry is None:
                return None
            resume.append(entry)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", nargs="?", default="Refund 75 EUR for order ord_88.")
    parser.add_argument("--agent", default="http://127.0.0.1:8700")
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    options = parser.parse_args(words)
    console, thread = Countersign.from_environment(), str(uuid.uuid4())
    # The agent begins the same run by the same idempotency key.
    run = console.start_run(
        options.workflow, options.subject, thread, framework="ag-ui", idempotency_key=thread
    )
    said = work(options.agent, Answerer(console, run, thread), options.prompt, options.patience)
    print("people have not decided yet" if said is None else said)
    return 75 if said is None else 0


if __name__ == "__main__":
    sys.exit(main())
