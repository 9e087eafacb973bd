"""LangChain's human-in-the-loop middleware, and a graph that speaks to Agent Inbox."""

from __future__ import annotations

import pytest
from adapter import Adapter
from console import Console
from ledger import Ledger
from promises import Promises
from scripted_model import ScriptedModel


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
