"""Running an example's program with the model and the console of a test."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from unittest import mock

from console import EXAMPLES, PATIENCE, Console
from ledger import Ledger
from scripted_model import ScriptedModel

LOOK_UP = {"order_id": "ord_88"}
REFUND = {"order_id": "ord_88", "amount": 75}


@functools.cache
def load(program: Path) -> ModuleType:
    """Imports a program, once: a framework takes seconds. Its neighbours can be imported by it."""
    sys.path.append(str(program.parent))
    name = f"{program.parent.name}_{program.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Adapter:
    """A program below `examples/`."""

    def __init__(
        self, program: str, console: Console, model: ScriptedModel, ledger: Ledger
    ) -> None:
        self.program = EXAMPLES / program
        self.console, self.model, self.ledger = console, model, ledger
        self.printed = io.StringIO()

    def environment(self, **more: str) -> dict[str, str]:
        """What the program reads."""
        return {
            "REFUNDS": str(self.ledger.path),
            **self.console.environment(),
            **self.model.environment(),
            **more,
        }

    def run(self, *words: str, exits: int = 0, **more: str) -> str:
        """Runs it to its end in this process; gives what it printed."""
        printed = self.printed = io.StringIO()
        module = load(self.program)
        with (
            mock.patch.dict(os.environ, self.environment(**more)),
            contextlib.redirect_stdout(printed),
        ):
            code = module.main(list(words))
        assert code == exits, f"exit {code}:\n{printed.getvalue()}"
        return printed.getvalue()

    def run_apart(
        self, *words: str, exits: Sequence[int] = (0,), folder: Path | None = None, **more: str
    ) -> str:
        """Runs it to its end in a process of its own, with nothing of a developer's own settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        python = {"PYTHONPATH": str(EXAMPLES / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, str(self.program), *words],
            env=kept | python | self.environment(**more),
            cwd=folder or self.ledger.path.parent,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode in exits, f"exit {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def has_printed(self, text: str) -> bool | None:
        """Whether it has, for whoever waits for it."""
        return True if text in self.printed.getvalue() else None

    def refunds(self) -> None:
        """The model looks the order up, refunds it, and is done."""
        self.model.calls("call_look", "look_up_order", LOOK_UP)
        self.model.calls("call_refund", "refund", REFUND)
