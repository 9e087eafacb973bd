"""An agent that speaks AG-UI 1.0 and asks Countersign before each tool.

    python agent.py --listen 127.0.0.1:8700

A call that people must agree to ends the run with the outcome `interrupt`; the run that answers with
`resume` goes on. What the answer says is not looked at: the gate is asked again, and it alone lets a
tool run. Whoever sends requests may alter messages and answers, but not what was approved.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import shop
from ag_ui.core import (
    AssistantMessage,
    BaseEvent,
    FunctionCall,
    Interrupt,
    Message,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCall,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
    ToolMessage,
)
from ag_ui.encoder import EventEncoder
from countersign_client import Call, Check, Countersign
from openai import OpenAI

TOOLS = {"look_up_order": shop.look_up_order, "refund": shop.refund}
NUMBER, TEXT = {"type": "number"}, {"type": "string"}
TYPES = {"look_up_order": {"order_id": TEXT}, "refund": {"order_id": TEXT, "amount": NUMBER}}
DESCRIBED: Any = [
    {
        "type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": properties}},
    }
    for name, properties in TYPES.items()
]


class RefundAgent:
    """Answers each request with the events of a run."""

    def __init__(self, console: Countersign, workflow: str, subject: str, model: str) -> None:
        self.console, self.workflow, self.subject, self.model = console, workflow, subject, model
        self.client = OpenAI()

    def events(self, asked: RunAgentInput) -> Iterator[BaseEvent]:
        """One run of the agent."""
        yield RunStartedEvent(thread_id=asked.thread_id, run_id=asked.run_id)
        try:
            outcome = yield from self.work(asked)
            yield RunFinishedEvent(thread_id=asked.thread_id, run_id=asked.run_id, outcome=outcome)
        except Exception as error:
            yield RunErrorEvent(message=str(error))

    def work(self, asked: RunAgentInput) -> Iterator[BaseEvent]:
        """Thinks and acts in turns, until nothing is left to do or people must decide."""
        run = self.console.start_run(
            self.workflow,
            self.subject,
            asked.thread_id,
            framework="ag-ui",
            idempotency_key=asked.thread_id,
        )
        messages = list(asked.messages)
        while True:
            for tool_call in unanswered(messages):
                interrupt = yield from self.act(run, asked.thread_id, tool_call, messages)
                if interrupt:
                    # The calls after it are asked about when this one is settled.
                    return RunFinishedInterruptOutcome(interrupts=[interrupt])
            said = yield from self.think(messages)
            messages.append(said)
            if not said.tool_calls:
                return RunFinishedSuccessOutcome()

    def think(self, messages: list[Message]) -> Iterator[BaseEvent]:
        """Asks the model, and tells what it says."""
        shown: Any = [as_openai(message) for message in messages]
        choice = self.client.chat.completions.create(
            model=self.model, messages=shown, tools=DESCRIBED
        ).choices[0]
        ident = str(uuid.uuid4())
        if choice.message.content:
            yield TextMessageStartEvent(message_id=ident, role="assistant")
            yield TextMessageContentEvent(message_id=ident, delta=choice.message.content)
            yield TextMessageEndEvent(message_id=ident)
        calls = []
        for call in choice.message.tool_calls or []:
            function = FunctionCall(name=call.function.name, arguments=call.function.arguments)
            calls.append(ToolCall(id=call.id, function=function))
            yield ToolCallStartEvent(
                tool_call_id=call.id, tool_call_name=function.name, parent_message_id=ident
            )
            yield ToolCallArgsEvent(tool_call_id=call.id, delta=function.arguments)
            yield ToolCallEndEvent(tool_call_id=call.id)
        return AssistantMessage(id=ident, content=choice.message.content, tool_calls=calls or None)

    def act(
        self, run: str, thread: str, tool_call: ToolCall, messages: list[Message]
    ) -> Iterator[BaseEvent]:
        """Makes a call, or tells the model why not; gives the interrupt where people must decide first."""
        function = tool_call.function
        call = Call(thread, function.name, json.loads(function.arguments), tool_call.id)
        check = self.console.check(run, call)
        if check.awaits:
            return interrupt(tool_call, check)
        content = self.run_tool(run, call, check)
        message = ToolMessage(id=str(uuid.uuid4()), tool_call_id=tool_call.id, content=content)
        yield ToolCallResultEvent(message_id=message.id, tool_call_id=tool_call.id, content=content)
        messages.append(message)
        return None

    def run_tool(self, run: str, call: Call, check: Check) -> str:
        """Runs a tool that the gate allows, and reports. The model reads what comes back."""
        if refusal := check.refusal(call):
            return refusal
        try:
            output = TOOLS[call.tool](**call.input)
        except Exception as error:
            self.console.report(run, call, str(error), is_error=True)
            return f"The tool failed: {error}"
        self.console.report(run, call, output)
        return json.dumps(output)


def interrupt(tool_call: ToolCall, check: Check) -> Interrupt:
    """What an application shows, or hands to Countersign's own console."""
    return Interrupt(
        id=f"int-{tool_call.id}",
        reason="tool_approval",
        message=check.message,
        tool_call_id=tool_call.id,
        response_schema={"type": "object", "properties": {"approved": {"type": "boolean"}}},
    )


def unanswered(messages: list[Message]) -> list[ToolCall]:
    """The model's calls that have no result yet."""
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    said = [message for message in messages if isinstance(message, AssistantMessage)]
    return [
        call for message in said for call in message.tool_calls or [] if call.id not in answered
    ]


def as_openai(message: Message) -> dict[str, Any]:
    """A message as the model's interface wants it."""
    shown: dict[str, Any] = {"role": message.role, "content": message.content}
    if isinstance(message, AssistantMessage) and message.tool_calls:
        shown["tool_calls"] = [
            call.model_dump(include={"id", "type", "function"}) for call in message.tool_calls
        ]
    if isinstance(message, ToolMessage):
        shown["tool_call_id"] = message.tool_call_id
    return shown


def serve(agent: RefundAgent, host: str, port: int) -> ThreadingHTTPServer:
    """A server for the agent: requests in, events out."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                asked = RunAgentInput.model_validate_json(body)
            except ValueError as error:
                self.send_error(422, explain=str(error))
                return
            encoder = EventEncoder()
            self.send_response(200)
            self.send_header("Content-Type", encoder.get_content_type())
            self.end_headers()
            for event in agent.events(asked):
                self.wfile.write(encoder.encode(event).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    return ThreadingHTTPServer((host, port), Handler)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", default="127.0.0.1:8700")
    parser.add_argument("--model", default="gpt-5.2")
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    options = parser.parse_args(words)
    host, _, port = options.listen.rpartition(":")
    agent = RefundAgent(
        Countersign.from_environment(), options.workflow, options.subject, options.model
    )
    server = serve(agent, host, int(port))
    print(f"listening on http://{host}:{server.server_port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
