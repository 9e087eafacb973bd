"""A small client for Countersign: ask before a tool runs, wait for people, ask again, report.

Standard library only, one file: copy it. It fails closed. Whatever keeps it from reading a clear
"allow" (no answer, an error, a redirect, an answer it does not understand) is a "block", and a
decision by itself is never permission: the gate is asked once more before the tool runs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Literal

log = logging.getLogger("countersign")

LONGEST_POLL = 60
"""The longest a poll may wait, in seconds."""
FINAL = frozenset({"approved", "rejected", "expired", "cancelled", "superseded", "revoked"})
"""What an approval may end as. Anything else is still open, or unknown."""

Json = dict[str, Any]


class CountersignError(Exception):
    """Countersign did not do what was asked."""


class Unanswered(CountersignError):
    """No answer that could be read, however often it was tried."""


class Refused(CountersignError):
    """Countersign answered with a problem document."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.problem = problem
        super().__init__(f"{status} {self.code}: {problem.get('detail', '')}")


class BadSignature(Exception):
    """A webhook that Countersign did not send, or that is too old."""


@dataclass(frozen=True)
class Call:
    """One call of one tool. The gate knows it by its session and id: keep both for a repeat."""

    session: str
    tool: str
    input: Json
    id: str


@dataclass(frozen=True)
class Check:
    """What the gate says of a call."""

    outcome: Literal["allow", "block", "suspend"]
    message: str
    """Why it may not run: give it to the model as the tool's result."""
    input: Json
    """What may run: the call's own input unless a reviewer has changed it."""
    approval_id: str | None = None
    unasked: bool = False
    """Whether the gate could not be asked: then the call may be worth another check."""

    @property
    def allowed(self) -> bool:
        """Whether the tool may run now."""
        return self.outcome == "allow"

    @property
    def awaits(self) -> str | None:
        """The approval to wait for before the same call is checked again; None when this check is final."""
        return self.approval_id if self.outcome == "suspend" else None

    def refusal(self, call: Call) -> str | None:
        """Why a call may not run as it is; None when it may. Where a framework cannot change it."""
        if not self.allowed:
            return self.message
        if self.input != call.input:
            agreed = json.dumps(self.input)
            return f"A reviewer agrees to other arguments: {agreed}. Call again with these."
        return None


@dataclass(frozen=True)
class Outcome:
    """How an approval stands."""

    approval_id: str
    status: str
    notes: str | None
    answer: Json

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self.status in FINAL


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A gate does not redirect. Following would hand the key to whoever does."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


class Countersign:
    """A console, asked with a key of the scope `hook`. Blocks its thread; use threads for more."""

    def __init__(self, url: str, key: str, *, attempts: int = 5, timeout: float = 10.0) -> None:
        self._api = url.rstrip("/") + "/api/v1"
        self._key = key
        self._attempts = attempts
        self._timeout = timeout
        self._open = urllib.request.build_opener(_NoRedirects).open

    @classmethod
    def from_environment(cls) -> Countersign:
        """With the address and key in COUNTERSIGN_URL and COUNTERSIGN_KEY."""
        return cls(os.environ["COUNTERSIGN_URL"], os.environ["COUNTERSIGN_KEY"])

    def start_run(
        self,
        workflow: str,
        subject: str,
        session: str,
        *,
        framework: str,
        requested_by: str | None = None,
        endpoint: str | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Starts a run with one session and gives its id. With `endpoint` outcomes are sent there.

        Give an idempotency key of your own where the program may be started anew for the same work.
        """
        resume = {"via": "webhook", "endpoint": endpoint} if endpoint else {"via": "poll"}
        body: Json = {
            "workflow": workflow,
            "subject": subject,
            "session": {"framework": framework, "id": session, "resume": resume},
        }
        if requested_by:
            body["requested_by"] = requested_by
        answer = self._post("/runs", body, idempotency_key or str(uuid.uuid4()))
        return str(answer["run_id"])

    def check(self, run: str, call: Call) -> Check:
        """Asks the gate. Never raises for want of an answer: that is a block."""
        try:
            answer = self._post(f"/runs/{run}/gate-checks", _call_body(call))
        except CountersignError as error:
            return _unasked(call, error)
        return _check(call, answer)

    def request_approval(
        self, run: str, call: Call, summary: str, *, state_blob: str | None = None
    ) -> Check:
        """The same as a check, with a summary for the reviewer and a state to keep meanwhile.

        The state comes back with the outcome, as `answer["state_blob"]`, to the key that gave it.
        """
        action = {"tool": call.tool, "input": call.input, "tool_use_id": call.id}
        body: Json = {"summary": summary, "session_id": call.session, "action": action}
        if state_blob is not None:
            body["state_blob"] = state_blob
        # The call's own id makes a repeat harmless. An idempotency key would keep its first answer for
        # good, and this is asked again once people have decided.
        try:
            answer = self._post(f"/runs/{run}/approvals", body)
        except CountersignError as error:
            return _unasked(call, error)
        if answer.get("status") == "AWAITING_HUMAN_REVIEW" and "outcome" not in answer:
            answer = {**answer, "outcome": "suspend"}
        return _check(call, answer)

    def outcome(self, approval: str, wait: int = 0, seen: int | None = None) -> Outcome:
        """How an approval stands, waiting up to `wait` seconds for it to end."""
        query = {"wait": min(wait, LONGEST_POLL)} | ({"seen": seen} if seen is not None else {})
        path = f"/approvals/{approval}/decision?{urllib.parse.urlencode(query)}"
        return _outcome(self._request("GET", path, None, {}, self._timeout + wait))

    def wait(
        self,
        approval: str,
        patience: float,
        on_question: Callable[[str], str | None] | None = None,
    ) -> Outcome:
        """Waits until an approval has ended, for `patience` seconds, through outages as well.

        Answers what is known by then; look at `is_final`. A reviewer's question is put to
        `on_question`; None leaves it to people.
        """
        until = time.monotonic() + patience
        known = Outcome(approval, "unknown", None, {})
        seen: int | None = None
        while (left := until - time.monotonic()) > 0:
            try:
                known = self.outcome(approval, min(LONGEST_POLL, max(1, int(left))), seen)
            except Unanswered as error:
                log.warning("%s; waiting on", error)
                continue
            if known.is_final:
                return known
            if known.status == "information_requested" and known.answer["revision"] != seen:
                seen = known.answer["revision"]
                self._answer(known, on_question)
        return known

    def settle(self, run: str, call: Call, patience: float) -> Check:
        """Checks a call and, where people must decide, waits for them and checks it again.

        Only `allowed` is permission. Still `suspend` when the patience is at its end. Settle the calls of a
        session one after the other: while one waits, the gate blocks the others for good.
        """
        check = self.check(run, call)
        if check.awaits and self.wait(check.awaits, patience).is_final:
            return self.check(run, call)
        return check

    def report(self, run: str, call: Call, output: Any, *, is_error: bool = False) -> bool:
        """Reports what a tool returned. A repeat changes nothing; only the first report counts.

        False when it could not be reported: what the workflow would have recorded is missing then,
        and gates that need it block.
        """
        body: Json = {
            "session_id": call.session,
            "tool": call.tool,
            "tool_use_id": call.id,
            "output": output,
            "is_error": is_error,
        }
        try:
            self._post(f"/runs/{run}/tool-results", body)
        except CountersignError as error:
            log.error("the result of %s was not reported: %s", call.tool, error)
            return False
        return True

    def cancel(self, approval: str, reason: str) -> None:
        """Takes a pending approval back. The call it was for stays blocked."""
        self._post(f"/approvals/{approval}/cancel", {"reason": reason})

    def _answer(self, asked: Outcome, on_question: Callable[[str], str | None] | None) -> None:
        answer = on_question(str(asked.answer.get("question", ""))) if on_question else None
        if not answer:
            return
        try:
            self._post(f"/approvals/{asked.approval_id}/information", {"answer": answer})
        except CountersignError as error:
            log.warning("the question was not answered: %s", error)

    def _post(self, path: str, body: Json, idempotency_key: str | None = None) -> Json:
        headers = {"Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = f'"{idempotency_key}"'
        try:
            data = json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise CountersignError(f"not to be written as JSON: {error}") from None
        return self._request("POST", path, data, headers, self._timeout)

    def _request(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Json:
        """Asks until there is an answer. Everything sent here may be sent twice."""
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json", **headers}
        problem = "was not asked"
        for attempt in range(self._attempts):
            request = urllib.request.Request(
                self._api + path, data=data, headers=dict(headers), method=method
            )
            asked_to_wait: str | None = None
            try:
                with self._open(request, timeout=timeout) as response:
                    return _object(response.read())
            except urllib.error.HTTPError as error:
                refused = Refused(error.code, _problem(error))
                if not _is_passing(refused):
                    raise refused from None
                problem, asked_to_wait = str(refused), error.headers.get("Retry-After")
            except (OSError, HTTPException, ValueError) as error:
                problem = str(error)
            if attempt + 1 < self._attempts:
                time.sleep(_pause(attempt, asked_to_wait))
        raise Unanswered(f"Countersign did not answer: {problem}")


def verify_webhook(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance: float = 300,
) -> Json:
    """Verifies a Standard Webhooks signature over the body's bytes as they came, and reads the body.

    Also remember each `webhook-id`: the same may come again, and means the same decision.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        ident, sent = named["webhook-id"], named["webhook-timestamp"]
        signatures = named["webhook-signature"].split(" ")
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        age = abs((time.time() if now is None else now) - int(sent))
    except (KeyError, ValueError, binascii.Error) as error:
        raise BadSignature(f"a header or the secret cannot be read: {error}") from None
    if age > tolerance:
        raise BadSignature("the timestamp is too far off")
    signed = hmac.new(key, f"{ident}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(signed)
    # All are compared: how long it takes says nothing.
    matches = [hmac.compare_digest(expected, found.encode()) for found in signatures]
    if not any(matches):
        raise BadSignature("no signature matches")
    try:
        return _object(body)
    except ValueError as error:
        raise BadSignature(f"the body cannot be read: {error}") from None


def _call_body(call: Call) -> Json:
    return {
        "session_id": call.session,
        "tool": call.tool,
        "tool_use_id": call.id,
        "input": call.input,
    }


def _check(call: Call, answer: Json) -> Check:
    """Reads the gate's answer. What is not understood blocks."""
    outcome, approval = answer.get("outcome"), answer.get("approval_id")
    approval = approval if isinstance(approval, str) else None
    message = str(answer.get("error") or answer.get("message") or "")
    if outcome == "allow":
        changed = answer.get("updated_input")
        return Check("allow", message, call.input if changed is None else changed, approval)
    if outcome == "suspend" and approval:
        return Check("suspend", message or "A person must decide.", call.input, approval)
    if outcome == "block":
        return Check("block", message or "The gate blocks this call.", call.input, approval)
    return Check("block", f"The gate's answer was not understood: {outcome!r}.", call.input)


def _unasked(call: Call, error: CountersignError) -> Check:
    log.warning("%s may not run: %s", call.tool, error)
    message = f"The gate could not be asked, so that {call.tool} did not run."
    return Check("block", message, call.input, unasked=True)


def _outcome(answer: Json) -> Outcome:
    notes = answer.get("notes")
    status = answer.get("status")
    return Outcome(
        str(answer.get("approval_id", "")),
        status if isinstance(status, str) else "unknown",
        notes if isinstance(notes, str) else None,
        answer,
    )


def _object(text: bytes) -> Json:
    read = json.loads(text)
    if not isinstance(read, dict):
        raise ValueError("expected a JSON object")
    return read


def _problem(error: urllib.error.HTTPError) -> Json:
    try:
        return _object(error.read())
    except (ValueError, OSError, HTTPException):
        return {}


def _is_passing(refused: Refused) -> bool:
    """Whether the same request may be answered otherwise in a moment."""
    return (
        refused.status >= 500
        or refused.status in (408, 429)
        or refused.code in ("still_running", "conflict")
    )


def _pause(attempt: int, asked: str | None) -> float:
    """Seconds to wait: what the server asked for, else more each time, never all at once."""
    if asked and asked.isdigit():
        return min(float(asked), 30.0)
    return min(0.2 * 2**attempt, 5.0) * random.uniform(0.5, 1.0)  # noqa: S311
