"""A real Countersign server with people, keys and workflows, and a reviewer who decides over its API."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

EXAMPLES = Path(__file__).resolve().parent.parent
ROOT = EXAMPLES.parent
BINARY = os.environ.get("COUNTERSIGN_BIN", str(ROOT / "target/debug/countersign"))
SITE = os.environ.get("COUNTERSIGN_SITE_DIR", str(ROOT / "target/site"))
PATIENCE = 120.0
"""Seconds to wait for anything: machines may be busy."""

Json = dict[str, Any]
T = TypeVar("T")


def until(what: str, look: Callable[[], T | None]) -> T:
    """Looks again and again until something is there."""
    end = time.monotonic() + PATIENCE
    while (found := look()) is None:
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


def countersign(data: Path, *words: str, given: str = "") -> str:
    """Runs the command line on a data folder."""
    command = [BINARY, "--data", str(data), *words]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


class Prepared:
    """A data folder with everything the tests need. Made once, copied for each server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        person = ("person", "add", "--password-stdin", "--email")
        lead = (
            "priya@example.com",
            "--name",
            "Priya Nair",
            "--role",
            "reviewer",
            "--group",
            "leads",
        )
        countersign(folder, *person, *lead, given="a long passphrase")
        owner = ("dev@example.com", "--name", "Dev Patel", "--role", "admin")
        countersign(folder, *person, *owner, given="another passphrase")
        for workflow in sorted((EXAMPLES / "workflows").glob("*.yaml")):
            countersign(folder, "workflow", "publish", str(workflow))
        self.hasty(folder)
        key = ("key", "create", "--owner")
        self.agent = countersign(
            folder, *key, "dev@example.com", "--name", "agent", "--scope", "hook"
        )
        self.lead = countersign(
            folder, *key, "priya@example.com", "--name", "priya", "--scope", "reviewer"
        )

    @staticmethod
    def hasty(folder: Path) -> None:
        """The same again, where nobody has more than a second to decide."""
        for name in ("refunds", "deploys"):
            text = (EXAMPLES / f"workflows/{name}.yaml").read_text()
            text = text.replace(f"name: {name}", f"name: hasty-{name}").replace(
                "expire: 24h", "expire: 1s"
            )
            hasty = folder / f"hasty-{name}.yaml"
            hasty.write_text(text)
            countersign(folder, "workflow", "publish", str(hasty))


class Console:
    """A running server."""

    def __init__(self, prepared: Prepared) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="countersign-examples-")
        self.data = Path(self._folder.name) / "data"
        shutil.copytree(prepared.folder, self.data)
        self.agent_key, self.lead_key = prepared.agent, prepared.lead
        self._log = Path(self._folder.name) / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.start("127.0.0.1:0")

    def start(self, listen: str = "") -> None:
        """Starts the server, where it was before unless told otherwise."""
        listen = listen or self.url.removeprefix("http://")
        command = [BINARY, "--data", str(self.data), "serve", "--listen", listen, "--site", SITE]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.url = until("the server", self._ready)

    def _ready(self) -> str | None:
        text = self._log.read_text()
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended:\n{text}"
        ready = [line for line in text.splitlines() if "Countersign is ready at " in line]
        return ready[0].split("ready at ")[1].split()[0].rstrip("/") if ready else None

    def stop(self) -> None:
        """Ends the server, as an operator would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def stop_when_pending(self) -> None:
        """Ends the server as soon as an approval waits."""
        until("an approval", self.pending)
        self.stop()

    def restart_when_pending(self) -> None:
        """Kills the server as soon as an approval waits, and starts it again."""
        until("an approval", self.pending)
        assert self._process is not None
        self._process.kill()
        self.stop()
        self.start()

    def close(self) -> None:
        """Ends the server and removes its data."""
        self.stop()
        self._folder.cleanup()

    def environment(self, **more: str) -> dict[str, str]:
        """What an adapter reads."""
        return {"COUNTERSIGN_URL": self.url, "COUNTERSIGN_KEY": self.agent_key, **more}

    def ask(self, path: str, body: Json | None = None, *, key: str = "") -> Json:
        """Asks the API, as the lead unless told otherwise."""
        headers = {
            "Authorization": f"Bearer {key or self.lead_key}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def pending(self) -> str | None:
        """An approval that waits for people."""
        items = self.ask("/approvals?status=pending")["items"]
        return items[0]["id"] if items else None

    def decide(self, verdict: str, notes: str | None = None) -> str:
        """Waits for an approval and decides it with the lead's own token."""
        approval = until("an approval", self.pending)
        seen = self.ask(f"/approvals/{approval}")
        body: Json = {"verdict": verdict}
        body |= {name: seen[name] for name in ("revision", "package_digest")}
        if notes:
            body |= {"notes": notes}
        if verdict == "reject":
            body |= {"reason_code": "other"}
        self.ask(f"/approvals/{approval}/decisions", body)
        return approval

    def answered(self, approval: str) -> None:
        """Waits until the question about an approval is answered."""

        def look() -> bool | None:
            return True if self.ask(f"/approvals/{approval}")["revision"] >= 3 else None

        until("the answer", look)

    def cancel(self, reason: str = "The customer has called back.") -> str:
        """Waits for an approval and takes it back as its harness may."""
        approval = until("an approval", self.pending)
        self.ask(f"/approvals/{approval}/cancel", {"reason": reason}, key=self.agent_key)
        return approval

    @contextmanager
    def meanwhile(self, *deeds: Callable[[], object]) -> Iterator[None]:
        """Does these one after the other while an adapter runs."""
        failed: list[BaseException] = []

        def work() -> None:
            try:
                for deed in deeds:
                    deed()
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the reviewer still waits"
        if failed:
            raise failed[0]

    def approving(self, notes: str | None = None) -> Callable[[], object]:
        """A reviewer who approves the next approval."""
        return lambda: self.decide("approve", notes)

    def rejecting(self, notes: str) -> Callable[[], object]:
        """A reviewer who rejects the next approval."""
        return lambda: self.decide("reject", notes)

    def write_fact(self, name: str, value: object) -> None:
        """Writes a fact of the only run, as a system of record does."""
        words = ("key", "create", "--name", "ledger", "--scope", "system", "--source", "ledger")
        key = countersign(self.data, *words)
        run = self.ask("/runs", key=self.agent_key)["items"][0]["run_id"]
        self.ask(f"/runs/{run}/facts", {"facts": {name: value}}, key=key)

    def another_key(self) -> str:
        """A key of another harness."""
        words = (
            "key",
            "create",
            "--name",
            "other",
            "--scope",
            "hook",
            "--owner",
            "dev@example.com",
        )
        return countersign(self.data, *words)

    def kinds(self) -> list[str]:
        """The kinds of the events of all runs, oldest first."""
        events: list[Json] = []
        for run in self.ask("/runs", key=self.agent_key)["items"]:
            events += self.ask(f"/runs/{run['run_id']}/timeline?limit=200", key=self.agent_key)[
                "items"
            ]
        return [event["kind"] for event in events]
