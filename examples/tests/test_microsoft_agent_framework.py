"""The Microsoft Agent Framework: function approval requests, and requests of a workflow."""

from __future__ import annotations

import pytest
from adapter import Adapter
from console import Console
from ledger import Ledger
from promises import Promises
from scripted_model import ScriptedModel


class TestFunctionApproval(Promises):
    """function_approval_request and function_approval_response."""

    @pytest.fixture
    def agent(self, console: Console, model: ScriptedModel, ledger: Ledger) -> Adapter:
        return Adapter("microsoft-agent-framework/agent.py", console, model, ledger)


class TestWorkflow:
    """request_info, answered on a workflow that was built anew from its checkpoint."""

    @pytest.fixture
    def work(self, console: Console, model: ScriptedModel, ledger: Ledger) -> Adapter:
        return Adapter("microsoft-agent-framework/workflow.py", console, model, ledger)

    def refund(self, work: Adapter, *words: str, amount: str = "75", exits: int = 0) -> str:
        folder = str(work.ledger.path.parent / "checkpoints")
        return work.run("ord_88", amount, "--checkpoints", folder, *words, exits=exits)

    def test_an_approved_step_runs_once_from_its_checkpoint(self, work: Adapter) -> None:
        with work.console.meanwhile(work.console.approving()):
            printed = self.refund(work)
        assert printed.startswith("refund: ")
        assert work.ledger.times() == 1
        assert work.console.kinds().count("tool.executed") == 2

    def test_what_needs_nobody_goes_through(self, work: Adapter) -> None:
        assert self.refund(work, amount="40").startswith("refund: ")
        assert work.ledger.times() == 1

    def test_a_rejected_step_does_not_run_and_says_why(self, work: Adapter) -> None:
        with work.console.meanwhile(work.console.rejecting("Not without the receipt.")):
            assert "Not without the receipt." in self.refund(work)
        assert work.ledger.times() == 0

    def test_cancelled_and_expired_steps_do_not_run(self, work: Adapter) -> None:
        with work.console.meanwhile(work.console.cancel):
            assert "approval_cancelled" in self.refund(work)
        assert "approval_expired" in self.refund(work, "--workflow", "hasty-refunds")
        assert work.ledger.times() == 0

    def test_without_the_server_nothing_runs(self, work: Adapter) -> None:
        with work.console.meanwhile(work.console.stop_when_pending):
            self.refund(work, "--patience", "2", exits=75)
        assert work.ledger.times() == 0
