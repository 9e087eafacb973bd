"""Where the tools of the examples write: how often each ran, and with what."""

from __future__ import annotations

from pathlib import Path


class Ledger:
    """A file with a line for each time a tool ran."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[str]:
        """What was written."""
        return self.path.read_text().splitlines() if self.path.exists() else []

    def times(self) -> int:
        """How often."""
        return len(self.lines())
