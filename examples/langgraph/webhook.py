"""The agent of hitl.py, woken by a signed webhook in place of a poll.

    export COUNTERSIGN_WEBHOOK_SECRET=$(countersign endpoint add --name langgraph --allow-private \\
        --url http://127.0.0.1:8701/hooks/countersign)
    python webhook.py "Refund 75 EUR for order ord_88."

Nothing in the message is permission: it says that there is something to ask the gate about.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import uuid
from typing import Any

import hitl
from countersign_client import Countersign
from countersign_langgraph import Gate, Undecided, answers
from webhook_receiver import WebhookReceiver


class Sleeper:
    """One agent that sleeps while people decide."""

    def __init__(self, gate: Gate, agent: Any) -> None:
        self.gate, self.agent = gate, agent
        self.thread = {"configurable": {"thread_id": gate.thread}}
        self.said: str | None = None
        self.is_done = threading.Event()
        # A decision may arrive before the agent has noticed that it waits.
        self._awake = threading.Lock()
        self._approval: str | None = None
        self._state: dict[str, Any] = {}

    def begin(self, prompt: str) -> None:
        with self._awake:
            self._state = self.agent.invoke({"messages": [("user", prompt)]}, self.thread)
            self._go_on()

    def woken(self, decided: dict[str, Any]) -> None:
        """A webhook about an approval; another's is another agent's."""
        with self._awake:
            if decided.get("approval_id") == self._approval:
                self._go_on()

    def _go_on(self) -> None:
        try:
            while interrupts := self._state.get("__interrupt__"):
                command = answers(interrupts, self._state["messages"], self.gate, 0)
                self._state = self.agent.invoke(command, self.thread)
        except Undecided as approval:
            self._approval = str(approval)
            print(f"asleep until {approval} is decided", flush=True)
            return
        self._approval = None
        self.said = self._state["messages"][-1].text
        self.is_done.set()


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", nargs="?", default="Refund 75 EUR for order ord_88.")
    parser.add_argument("--listen", default="127.0.0.1:8701")
    parser.add_argument("--endpoint", default="langgraph", help="its name in Countersign")
    parser.add_argument("--model", default="openai:gpt-5.2")
    parser.add_argument("--workflow", default="refunds")
    parser.add_argument("--subject", default="cust_1", help="the customer")
    parser.add_argument(
        "--patience", type=float, default=24 * 3600, help="seconds to wait for people"
    )
    options = parser.parse_args(words)
    console, thread = Countersign.from_environment(), str(uuid.uuid4())
    run = console.start_run(
        options.workflow, options.subject, thread, framework="langgraph", endpoint=options.endpoint
    )
    gate = Gate(console, run, thread)
    sleeper = Sleeper(gate, hitl.build(gate, options.model))
    host, _, port = options.listen.rpartition(":")
    receiver = WebhookReceiver(
        os.environ["COUNTERSIGN_WEBHOOK_SECRET"], sleeper.woken, host, int(port)
    )
    try:
        sleeper.begin(options.prompt)
        in_time = sleeper.is_done.wait(options.patience)
    finally:
        receiver.close()
    print(sleeper.said if in_time else "people have not decided yet")
    return 0 if in_time else 75


if __name__ == "__main__":
    sys.exit(main())
