"""The lines that the READMEs tell to paste, all but the installations, and what they pin."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from adapter import LOOK_UP, REFUND
from console import BINARY, EXAMPLES, PATIENCE, SITE, Console, countersign, until
from ledger import Ledger
from scripted_model import ScriptedModel

# What is no client of the console but a project for `countersign exec` has its own test, of the server.
PROJECTS = ["sprint-project"]
FOLDERS = sorted(
    folder.parent.name
    for folder in EXAMPLES.glob("*/README.md")
    if folder.parent.name not in PROJECTS
)
PORTS = ("8080", "8700", "8701", "8702")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Pasted(Console):
    """The server that the first block starts."""

    def __init__(self, folder: Path, name: str) -> None:
        self.data, self.folder = folder / "data", folder
        ports = {port: str(free_port()) for port in PORTS}
        self.url = f"http://127.0.0.1:{ports['8080']}"
        lines = "".join(
            "".join(BLOCK.findall(readme.read_text()))
            for readme in (EXAMPLES / "README.md", EXAMPLES / name / "README.md")
        )
        for port, free in ports.items():
            lines = re.sub(rf"\b{port}\b", free, lines)
        lines = lines.replace("$(mktemp -d)", str(self.data)).replace(
            ".venv/bin/python", sys.executable
        )
        kept = [
            line for line in lines.splitlines() if not re.match(r"python3 -m venv|npm ci", line)
        ]
        self.script = "\n".join(["set -e", *kept])

    def paste(self, model: ScriptedModel, ledger: Ledger) -> tuple[int, str]:
        """Runs all of it in one shell; gives how it ended and what it printed."""
        program = self.folder / "bin/countersign"
        program.parent.mkdir()
        # A development build has its console in a folder.
        site = f'case " $* " in *" serve "*) set -- "$@" --site "{SITE}";; esac'
        program.write_text(f'#!/bin/sh\n{site}\nexec "{BINARY}" "$@"\n')
        program.chmod(0o755)
        environment = {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "REFUNDS": str(ledger.path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ANTHROPIC_BASE_URL": model.url,
            "ANTHROPIC_API_KEY": "sk-ant-of-no-use",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            **model.environment(),
        }
        printed = self.folder / "printed"
        with printed.open("wb") as file:
            shell = subprocess.Popen(
                ["bash", "-c", self.script],
                cwd=EXAMPLES,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            code = shell.wait(2 * PATIENCE)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            print(printed.read_text())
            # What runs on in the background: the server, an agent.
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
        return code, printed.read_text()

    def lead(self) -> None:
        """Gives the lead a token, once there is a server."""
        until("the server", lambda: (self.data / "serve.log").exists() or None)
        until("its answer", self.answers)
        words = (
            "key",
            "create",
            "--owner",
            "priya@example.com",
            "--name",
            "p",
            "--scope",
            "reviewer",
        )
        self.lead_key = countersign(self.data, *words)

    def answers(self) -> bool | None:
        try:
            with socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2]))):
                return True
        except OSError:
            return None


def refunds(model: ScriptedModel, _: Pasted, amounts: tuple[int, ...]) -> None:
    for amount in amounts:
        model.calls("call_look", "look_up_order", LOOK_UP)
        model.calls("call_refund", "refund", {**REFUND, "amount": amount})
        model.says("done")


def commands(model: ScriptedModel, pasted: Pasted, names: tuple[int, ...]) -> None:
    for name in names:
        command = {"command": f"echo {name} >> {pasted.folder / 'ledger'}", "description": "Notes"}
        model.calls("toolu_1", "Bash", command)
        model.says("done")


def nothing(_: ScriptedModel, __: Pasted, ___: tuple[int, ...]) -> None:
    """There is no model."""


@pytest.mark.parametrize(
    ("name", "script", "runs"),
    [
        ("ag-ui", refunds, (75,)),
        ("claude-agent-sdk-python", commands, (1,)),
        ("claude-agent-sdk-typescript", commands, (1, 2)),
        ("curl", nothing, (1,)),
        ("langgraph", refunds, (75, 80)),
        ("microsoft-agent-framework", refunds, (80,)),
        ("openai-agents", refunds, (75,)),
    ],
)
def test_the_five_minutes_work(
    name: str,
    script: Callable[[ScriptedModel, Pasted, tuple[int, ...]], None],
    runs: tuple[int, ...],
    model: ScriptedModel,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    pasted = Pasted(tmp_path, name)
    script(model, pasted, runs)
    # Its workflow comes first, and needs no model.
    decisions = len(runs) + (name == "microsoft-agent-framework")
    with pasted.meanwhile(pasted.lead, *[pasted.approving()] * decisions):
        code, printed = pasted.paste(model, ledger)
    assert code == 0, printed
    if name == "curl":
        assert printed.count('{"deployed": true}') == 2
    else:
        assert ledger.times() == decisions, printed


def test_each_folder_is_listed() -> None:
    text = (EXAMPLES / "README.md").read_text()
    assert FOLDERS == [
        "ag-ui",
        "claude-agent-sdk-python",
        "claude-agent-sdk-typescript",
        "curl",
        "langgraph",
        "microsoft-agent-framework",
        "openai-agents",
    ]
    for folder in [*FOLDERS, *PROJECTS]:
        assert f"({folder}/)" in text


def test_what_a_folder_pins_is_what_was_tested() -> None:
    tested = set((EXAMPLES / "requirements.txt").read_text().splitlines())
    pinned = {
        line for file in EXAMPLES.glob("*/requirements.txt") for line in file.read_text().split()
    }
    assert pinned
    assert pinned <= tested
