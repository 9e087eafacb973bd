"""The Claude Agent SDK with the client it brings along, behind the hooks as they are installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from adapter import Adapter
from console import Console, countersign, until
from ledger import Ledger
from scripted_model import ScriptedModel


class Claude(Adapter):
    """The program in a project with hooks, whose client has a home of its own."""

    def __init__(self, *given: object, folder: Path) -> None:
        super().__init__("claude-agent-sdk-python/agent.py", *given)  # type: ignore[arg-type]
        self.project, self.home = folder / "project", folder / "home"
        for made in (self.project, self.home):
            made.mkdir()
        hooks = ("hooks", "install", "--server", self.console.url, "--workflow", "shell")
        countersign(self.console.data, *hooks, "--project", str(self.project))

    def work(self, *words: str, exits: int = 0) -> str:
        """Lets the agent work; nobody but the gate would keep a tool from running."""
        environment = {
            "ANTHROPIC_BASE_URL": self.model.url,
            "ANTHROPIC_API_KEY": "sk-ant-of-no-use",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "HOME": str(self.home),
            "IS_SANDBOX": "1",
            "PERMISSION_MODE": "bypassPermissions",
        }
        return self.run(
            "Tag it.", "--project", str(self.project), *words, exits=exits, **environment
        )

    def tags(self, before: Callable[[], object] | None = None) -> None:
        """The model runs a command, and is done."""
        command = {"command": f"echo tagged >> {self.ledger.path}", "description": "Tags"}
        self.model.calls("toolu_1", "Bash", command, before)


@pytest.fixture
def claude(console: Console, model: ScriptedModel, ledger: Ledger, tmp_path: Path) -> Claude:
    return Claude(console, model, ledger, folder=tmp_path)


def test_an_approved_call_runs_once_when_its_session_is_resumed(claude: Claude) -> None:
    claude.tags()
    with claude.console.meanwhile(claude.console.approving()):
        printed = claude.work()
    assert printed.startswith("deferred: Bash")
    assert printed.splitlines()[-1] == "done"
    assert claude.ledger.lines() == ["tagged"]
    assert claude.console.kinds().count("tool.executed") == 1


def test_the_reviewers_words_reach_the_model(claude: Claude) -> None:
    claude.tags()
    with claude.console.meanwhile(claude.console.rejecting("The changelog is missing.")):
        claude.work()
    assert claude.ledger.times() == 0
    assert "The changelog is missing." in claude.model.read()


def test_a_cancelled_call_does_not_run(claude: Claude) -> None:
    claude.tags()
    with claude.console.meanwhile(claude.console.cancel):
        claude.work()
    assert claude.ledger.times() == 0
    assert "approval_cancelled" in claude.model.read()


def test_without_the_server_the_session_is_not_resumed(claude: Claude) -> None:
    claude.tags()

    def stop_when_deferred() -> None:
        until("the deferral", lambda: claude.has_printed("deferred"))
        claude.console.stop()

    with claude.console.meanwhile(stop_when_deferred):
        claude.work("--patience", "3", exits=75)
    assert claude.ledger.times() == 0
    assert len(claude.model.requests) == 1


def test_without_the_server_the_hooks_deny(claude: Claude) -> None:
    claude.tags(before=claude.console.stop)
    claude.work()
    assert claude.ledger.times() == 0
    assert len(claude.model.requests) == 2
