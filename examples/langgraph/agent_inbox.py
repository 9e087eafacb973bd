"""A graph of one's own that interrupts in the shape of Agent Inbox, decided in Countersign.

    python agent_inbox.py "Refund 75 EUR for order ord_88."

`interrupt([HumanInterrupt])` is answered by `Command(resume={id: [HumanResponse]})`. The node that
interrupts runs again from its beginning when the graph is resumed, so it does nothing before.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from typing import Any

import shop
from countersign_client import Countersign
from countersign_langgraph import Gate, NotAllowed, Undecided, answers
from langchain.chat_models import init_chat_model
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import interrupt

TOOLS = {"look_up_order": shop.look_up_order, "refund": shop.refund}
REVIEWED = {"refund"}


def inbox_item(call: ToolCall) -> dict[str, Any]:
    """What an Agent Inbox shows."""
    return {
        "action_request": {"action": call["name"], "args": call["args"]},
        "config": {
            "allow_accept": True,
            "allow_respond": True,
            "allow_ignore": True,
            "allow_edit": False,
        },
        "description": f"The agent wants to call {call['name']}.",
    }


def last_calls(state: MessagesState) -> list[ToolCall]:
    """The calls of the model's last message."""
    last = state["messages"][-1]
    return last.tool_calls if isinstance(last, AIMessage) else []


def build(gate: Gate, model: str) -> Any:
    """The graph: the model, people where it must be, the tools."""
    bound = init_chat_model(model).bind_tools(list(TOOLS.values()))

    def think(state: MessagesState) -> dict[str, Any]:
        return {"messages": [bound.invoke(state["messages"])]}

    def act(state: MessagesState) -> dict[str, Any]:
        calls = last_calls(state)
        reviewed = [call for call in calls if call["name"] in REVIEWED]
        responses = iter(interrupt([inbox_item(call) for call in reviewed]) if reviewed else [])
        results = []
        for call in calls:
            response = next(responses) if call["name"] in REVIEWED else {"type": "accept"}
            results.append(ToolMessage(outcome(gate, call, response), tool_call_id=call["id"]))
        return {"messages": results}

    graph = StateGraph(MessagesState)
    graph.add_node("think", think)
    graph.add_node("act", act)
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", lambda state: "act" if last_calls(state) else END)
    graph.add_edge("act", "think")
    return graph.compile(checkpointer=InMemorySaver())


def outcome(gate: Gate, call: ToolCall, response: dict[str, Any]) -> str:
    """What the model reads of a call: its result, or why it did not run."""
    if response["type"] == "response":
        return response["args"]
    if response["type"] != "accept":
        return f"{call['name']} did not run."
    try:
        return json.dumps(gate.run_tool(call, lambda: TOOLS[call["name"]](**call["args"])))
    except NotAllowed as refusal:
        return str(refusal)
    except Exception as error:
        return f"The tool failed: {error}"


def work(gate: Gate, graph: Any, prompt: str, patience: float) -> str:
    """Runs the graph to its end. Raises `Undecided` when people have not decided in time."""
    until = time.monotonic() + patience
    thread = {"configurable": {"thread_id": gate.thread}}
    state = graph.invoke({"messages": [("user", prompt)]}, thread)
    while interrupts := state.get("__interrupt__"):
        command = answers(interrupts, state["messages"], gate, until - time.monotonic())
        state = graph.invoke(command, thread)
    return state["messages"][-1].text


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", nargs="?", default="Refund 75 EUR for order ord_88.")
    parser.add_argument("--model", default="openai:gpt-5.2")
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    options = parser.parse_args(words)
    console, thread = Countersign.from_environment(), str(uuid.uuid4())
    run = console.start_run(options.workflow, options.subject, thread, framework="langgraph")
    gate = Gate(console, run, thread)
    try:
        print(work(gate, build(gate, options.model), options.prompt, options.patience))
    except Undecided as approval:
        print(f"people have not decided yet: {approval}")
        return 75
    return 0


if __name__ == "__main__":
    sys.exit(main())
