"""The shell script, run as it is pasted."""

from __future__ import annotations

import os
import subprocess

import pytest
from console import EXAMPLES, Console
from ledger import Ledger

SCRIPT = str(EXAMPLES / "curl/approve.sh")


def deploy(
    console: Console, ledger: Ledger, to: str = "production", workflow: str = "deploys", **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs the script to its end."""
    tool = ["sh", "-c", f"echo deployed >> {ledger.path}; echo '{{\"deployed\": true}}'"]
    asked = [SCRIPT, workflow, "web", "deploy", f'{{"version": "1.2", "to": "{to}"}}', "--", *tool]
    environment = os.environ | console.environment(**more)
    return subprocess.run(
        asked, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_needs_nobody_runs_at_once(console: Console, ledger: Ledger) -> None:
    done = deploy(console, ledger, "staging")
    assert (done.returncode, done.stdout) == (0, '{"deployed": true}\n'), done.stderr
    assert ledger.times() == 1
    assert console.kinds().count("tool.executed") == 1


def test_an_approved_call_runs_once_and_is_reported(console: Console, ledger: Ledger) -> None:
    with console.meanwhile(console.approving()):
        done = deploy(console, ledger, COUNTERSIGN_CALL="build-7")
    assert done.returncode == 0, done.stderr
    assert f"waiting for people: {console.url}/approvals/apr_" in done.stderr
    assert ledger.times() == 1
    assert console.kinds().count("tool.executed") == 1
    again = deploy(console, ledger, COUNTERSIGN_CALL="build-7")
    assert (again.returncode, ledger.times()) == (1, 1)
    assert "build-7 has run already" in again.stderr


def test_a_named_call_goes_on_after_the_script_was_ended(console: Console, ledger: Ledger) -> None:
    ended = deploy(console, ledger, COUNTERSIGN_CALL="build-8", COUNTERSIGN_PATIENCE="1")
    assert (ended.returncode, ledger.times()) == (75, 0), ended.stderr
    console.decide("approve")
    done = deploy(console, ledger, COUNTERSIGN_CALL="build-8")
    assert (done.returncode, ledger.times()) == (0, 1), done.stderr
    assert console.kinds().count("approval.opened") == 1


def test_a_rejected_call_does_not_run_and_says_why(console: Console, ledger: Ledger) -> None:
    with console.meanwhile(console.rejecting("The smoke test is red.")):
        done = deploy(console, ledger)
    assert (done.returncode, ledger.times()) == (1, 0)
    assert "The smoke test is red." in done.stderr


def test_a_condition_that_no_longer_holds_beats_the_approval(
    console: Console, ledger: Ledger
) -> None:
    def freeze() -> None:
        console.write_fact("freeze", True)

    held = deploy(console, ledger, COUNTERSIGN_CALL="build-9", COUNTERSIGN_PATIENCE="1")
    assert held.returncode == 75
    console.decide("approve")
    freeze()
    done = deploy(console, ledger, COUNTERSIGN_CALL="build-9")
    assert (done.returncode, ledger.times()) == (1, 0)
    assert "freeze" in done.stderr


def test_cancelled_and_expired_calls_do_not_run(console: Console, ledger: Ledger) -> None:
    with console.meanwhile(console.cancel):
        cancelled = deploy(console, ledger)
    assert "approval_cancelled" in cancelled.stderr
    expired = deploy(console, ledger, workflow="hasty-deploys")
    assert "approval_expired" in expired.stderr
    assert (cancelled.returncode, expired.returncode, ledger.times()) == (1, 1, 0)


def test_without_the_server_nothing_runs(console: Console, ledger: Ledger) -> None:
    console.stop()
    done = deploy(console, ledger, "staging")
    assert (done.returncode, ledger.times()) == (1, 0)
    assert "could not be asked" in done.stderr


@pytest.mark.parametrize(
    "words", [[], ["a", "b", "c", "not JSON", "--", "true"], ["a", "b", "c", "{}", "true"]]
)
def test_what_is_no_call_is_refused(words: list[str]) -> None:
    environment = os.environ | {"COUNTERSIGN_URL": "http://127.0.0.1:9", "COUNTERSIGN_KEY": "csk_x"}
    done = subprocess.run(
        [SCRIPT, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "approve.sh WORKFLOW" in done.stderr
