"""What holds of every adapter whose agent refunds, whatever its framework."""

from __future__ import annotations

import time

from adapter import LOOK_UP, REFUND, Adapter
from scripted_model import ToolCall

REFUNDED = ['{"order_id": "ord_88", "amount": 75}', '{"order_id": "ord_88", "amount": 75.0}']


class Promises:
    """Collected in each adapter's own tests, which give the fixture `agent`."""

    def test_an_approved_call_runs_once_and_is_reported(self, agent: Adapter) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.approving()):
            printed = agent.run()
        assert printed.splitlines()[-1] == "done"
        assert agent.ledger.times() == 1
        assert agent.ledger.lines()[0] in REFUNDED
        assert agent.console.kinds().count("tool.executed") == 2

    def test_what_needs_nobody_runs_at_once(self, agent: Adapter) -> None:
        agent.model.calls("call_look", "look_up_order", LOOK_UP)
        agent.model.calls("call_refund", "refund", {**REFUND, "amount": 40})
        agent.run()
        assert agent.ledger.times() == 1
        assert "approval.opened" not in agent.console.kinds()

    def test_what_the_gate_blocks_does_not_run_and_the_model_reads_what_to_do(
        self, agent: Adapter
    ) -> None:
        agent.model.calls("call_refund", "refund", REFUND)
        agent.run()
        assert agent.ledger.times() == 0
        assert "Call look_up_order first." in agent.model.read()

    def test_the_reviewers_words_reach_the_model(self, agent: Adapter) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.rejecting("The customer was refunded in May.")):
            agent.run()
        assert agent.ledger.times() == 0
        assert "The customer was refunded in May." in agent.model.read()

    def test_a_cancelled_call_does_not_run(self, agent: Adapter) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.cancel):
            agent.run()
        assert agent.ledger.times() == 0
        assert "The customer has called back." in agent.model.read()

    def test_an_expired_call_does_not_run(self, agent: Adapter) -> None:
        agent.refunds()
        agent.run("--workflow", "hasty-refunds")
        assert agent.ledger.times() == 0
        assert "nobody decided in time" in agent.model.read()

    def test_of_two_calls_at_once_each_needs_its_own_approval(self, agent: Adapter) -> None:
        agent.model.calls("call_look", "look_up_order", LOOK_UP)
        other = ToolCall("call_other", "refund", {"order_id": "ord_99", "amount": 90})
        agent.model.calls_at_once(ToolCall("call_refund", "refund", REFUND), other)
        deeds = agent.console.approving(), agent.console.rejecting("Not this one.")
        with agent.console.meanwhile(*deeds):
            agent.run()
        assert agent.ledger.times() == 1
        assert agent.ledger.lines()[0] in REFUNDED
        assert "Not this one." in agent.model.read()

    def test_an_outage_while_people_decide_is_waited_through(self, agent: Adapter) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.restart_when_pending, agent.console.approving()):
            agent.run()
        assert agent.ledger.times() == 1

    def test_a_call_that_cannot_be_asked_about_does_not_run(self, agent: Adapter) -> None:
        agent.model.calls("call_look", "look_up_order", LOOK_UP)
        needs_nobody = {**REFUND, "amount": 40}
        agent.model.calls("call_refund", "refund", needs_nobody, before=agent.console.stop)
        agent.run()
        assert agent.ledger.times() == 0
        assert "The gate could not be asked" in agent.model.read()

    def test_without_the_server_nothing_runs(self, agent: Adapter) -> None:
        agent.refunds()
        with agent.console.meanwhile(agent.console.stop_when_pending):
            started = time.monotonic()
            agent.run("--patience", "3", exits=75)
        assert time.monotonic() - started < 60
        assert agent.ledger.times() == 0
