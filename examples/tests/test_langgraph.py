"""LangChain's human-in-the-loop middleware, and a graph that speaks to Agent Inbox."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request

import pytest
from adapter import LOOK_UP, REFUND, Adapter
from console import Console, countersign, until
from ledger import Ledger
from promises import Promises
from scripted_model import ScriptedModel, ToolCall


class TestHumanInTheLoopMiddleware(Promises):
    """HITLRequest and HITLResponse."""

    @pytest.fixture
    def agent(self, console: Console, model: ScriptedModel, ledger: Ledger) -> Adapter:
        return Adapter("langgraph/hitl.py", console, model, ledger)


class TestAgentInbox(Promises):
    """Lists of HumanInterrupt and HumanResponse."""

    @pytest.fixture
    def agent(self, console: Console, model: ScriptedModel, ledger: Ledger) -> Adapter:
        return Adapter("langgraph/agent_inbox.py", console, model, ledger)


class Woken(Adapter):
    """The agent that a webhook wakes, registered as an endpoint."""

    def run(self, *words: str, exits: int = 0, **more: str) -> str:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.hook = f"http://{self.address}/hooks/countersign"
        add = ("endpoint", "add", "--name", "langgraph", "--url", self.hook, "--allow-private")
        secret = countersign(self.console.data, *add)
        more["COUNTERSIGN_WEBHOOK_SECRET"] = secret
        return super().run("--listen", self.address, *words, exits=exits, **more)


class TestWebhook:
    """The same agent, asleep until it is told."""

    @pytest.fixture
    def agent(self, console: Console, model: ScriptedModel, ledger: Ledger) -> Woken:
        return Woken("langgraph/webhook.py", console, model, ledger)

    def test_a_signed_message_wakes_it_and_the_call_runs_once(self, agent: Woken) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.approving()):
            printed = agent.run()
        assert printed.startswith("asleep until apr_")
        assert printed.splitlines()[-1] == "done"
        assert agent.ledger.times() == 1
        assert "resumption.delivered" in agent.console.kinds()

    def test_the_reviewers_words_reach_the_model(self, agent: Woken) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.rejecting("The customer was refunded in May.")):
            agent.run()
        assert agent.ledger.times() == 0
        assert "The customer was refunded in May." in agent.model.read()

    def test_of_two_calls_each_is_told(self, agent: Woken) -> None:
        agent.model.calls("call_look", "look_up_order", LOOK_UP)
        other = ToolCall("call_other", "refund", {"order_id": "ord_99", "amount": 90})
        agent.model.calls_at_once(ToolCall("call_refund", "refund", REFUND), other)
        with agent.console.meanwhile(agent.console.approving(), agent.console.approving()):
            agent.run()
        assert agent.ledger.times() == 2

    def test_what_is_not_signed_wakes_nobody(self, agent: Woken) -> None:
        agent.refunds()
        answered: list[int] = []

        def forge() -> None:
            approval = until("an approval", agent.console.pending)
            body = json.dumps({"type": "approval.decided", "data": {"approval_id": approval}})
            headers = {"webhook-id": "res_1", "webhook-timestamp": str(int(time.time()))}
            headers["webhook-signature"] = "v1,AAAA"
            request = urllib.request.Request(agent.hook, body.encode(), headers)
            try:
                urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                answered.append(error.code)

        with agent.console.meanwhile(forge, agent.console.rejecting("No.")):
            agent.run()
        assert answered == [401]
        assert agent.ledger.times() == 0
