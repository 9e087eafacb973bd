"""The OpenAI Agents SDK: interruptions, with the run state kept by Countersign."""

from __future__ import annotations

import pytest
from adapter import Adapter
from console import Console
from ledger import Ledger
from promises import Promises
from scripted_model import ScriptedModel


@pytest.fixture
def agent(console: Console, model: ScriptedModel, ledger: Ledger) -> Adapter:
    return Adapter("openai-agents/agent.py", console, model, ledger)


class TestPromises(Promises):
    """Everything that holds of every adapter."""


def test_another_process_goes_on_with_the_kept_state(agent: Adapter) -> None:
    agent.refunds()
    printed = agent.run("--patience", "0", exits=75)
    approval = printed.removeprefix("waiting for people: ").strip()
    assert agent.ledger.times() == 0
    agent.console.decide("approve")
    assert agent.run_apart("--resume", approval).splitlines()[-1] == "done"
    assert agent.ledger.times() == 1


def test_the_state_is_given_back_to_its_own_key_alone(agent: Adapter) -> None:
    agent.refunds()
    approval = agent.run("--patience", "0", exits=75).removeprefix("waiting for people: ").strip()
    agent.console.decide("approve")
    path = f"/approvals/{approval}/decision"
    assert "state_blob" not in agent.console.ask(path, key=agent.console.another_key())
    assert "call_refund" in agent.console.ask(path, key=agent.console.agent_key)["state_blob"]
