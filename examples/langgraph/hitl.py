"""An agent of LangChain 1.x with its own human-in-the-loop middleware, decided in Countersign.

    python hitl.py "Refund 75 EUR for order ord_88."

The middleware interrupts the graph before a refund (`HITLRequest`); the decision resumes it with
`Command(resume={id: HITLResponse})`. With a checkpointer on disk another process may do that: the
thread's id is the session's.
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from typing import Any

import shop
from countersign_client import Countersign
from countersign_langgraph import CountersignMiddleware, Gate, Undecided, answers
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain.chat_models import init_chat_model
from langgraph.checkpoint.memory import InMemorySaver


def build(gate: Gate, model: str) -> Any:
    """The agent: people may be asked about refunds, the gate about everything."""
    people = HumanInTheLoopMiddleware(
        interrupt_on={"refund": {"allowed_decisions": ["approve", "reject"]}}
    )
    return create_agent(
        init_chat_model(model),
        tools=[shop.look_up_order, shop.refund],
        system_prompt="Look orders up before you refund them.",
        middleware=[people, CountersignMiddleware(gate)],
        checkpointer=InMemorySaver(),
    )


def work(gate: Gate, agent: Any, prompt: str, patience: float) -> str:
    """Runs the agent to its end. Raises `Undecided` when people have not decided in time."""
    until = time.monotonic() + patience
    thread = {"configurable": {"thread_id": gate.thread}}
    state = agent.invoke({"messages": [("user", prompt)]}, thread)
    while interrupts := state.get("__interrupt__"):
        command = answers(interrupts, state["messages"], gate, until - time.monotonic())
        state = agent.invoke(command, thread)
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
