"""The client by itself: what it takes for an answer, and which signatures it believes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from console import Console
from countersign_client import BadSignature, Call, Countersign, Refused, Unanswered, verify_webhook
from webhook_receiver import WebhookReceiver

CALL = Call("s1", "refund", {"order_id": "ord_88", "amount": 75}, "c1")
SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four byte").decode()
AT = 1_795_257_600.0
BODY = b'{"type":"approval.decided","data":{"approval_id":"apr_1"}}'


@contextmanager
def answering(*answers: tuple[int, str, dict[str, str]]) -> Iterator[tuple[Countersign, list[str]]]:
    """A client of a server that answers so, the last for ever, and what it was asked."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body, headers = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Countersign(f"http://127.0.0.1:{server.server_port}", "csk_x", attempts=3), asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "headers", "times"),
    [
        (500, '{"outcome":"allow"}', {}, 3),
        (429, "", {"Retry-After": "0"}, 3),
        (403, '{"code":"wrong_scope","outcome":"allow"}', {}, 1),
        (302, '{"outcome":"allow"}', {"Location": "http://127.0.0.1:1/"}, 1),
        (200, "<html>Sign in</html>", {}, 3),
        (204, "", {}, 3),
        (200, "{}", {}, 1),
        (200, '["allow"]', {}, 3),
        (200, '{"outcome":"allowed"}', {}, 1),
        (200, '{"outcome":"suspend"}', {}, 1),
    ],
)
def test_what_is_no_clear_allow_is_a_block(
    status: int, body: str, headers: dict[str, str], times: int
) -> None:
    with answering((status, body, headers)) as (client, asked):
        check = client.check("run_1", CALL)
    assert (check.outcome, check.awaits) == ("block", None)
    assert len(asked) == times


def test_what_may_pass_is_asked_again() -> None:
    busy = (503, "", {"Retry-After": "0"})
    running = (409, '{"code":"still_running"}', {})
    with answering(busy, running, (200, '{"outcome":"allow"}', {})) as (client, asked):
        assert client.check("run_1", CALL).allowed
    assert len(asked) == 3


def test_nobody_there_is_a_block() -> None:
    client = Countersign("http://127.0.0.1:9", "csk_x", attempts=2)
    check = client.check("run_1", CALL)
    assert (check.outcome, check.unasked) == ("block", True)
    with pytest.raises(Unanswered):
        client.start_run("refunds", "cust_1", "s1", framework="test")
    assert not client.report("run_1", CALL, {})
    assert not client.wait("apr_1", 1).is_final


def test_a_changed_input_is_what_may_run() -> None:
    with answering((200, '{"outcome":"allow","updated_input":{"amount":50}}', {})) as (client, _):
        check = client.check("run_1", CALL)
    assert (check.allowed, check.input) == (True, {"amount": 50})
    assert '{"amount": 50}' in (check.refusal(CALL) or "")


def test_what_is_no_json_is_a_block_and_not_asked() -> None:
    with answering((200, '{"outcome":"allow"}', {})) as (client, asked):
        check = client.check("run_1", Call("s1", "refund", {"amount": float("nan")}, "c1"))
    assert (check.outcome, asked) == ("block", [])


def test_a_refused_poll_is_told_at_once() -> None:
    with (
        answering((404, '{"code":"not_found"}', {})) as (client, _),
        pytest.raises(Refused) as told,
    ):
        client.wait("apr_1", 30)
    assert told.value.code == "not_found"


def test_the_real_server_settles_a_call(console: Console) -> None:
    client = Countersign(console.url, console.agent_key)
    start: Callable[[], str] = lambda: client.start_run(  # noqa: E731
        "refunds", "cust_1", "s1", framework="test", idempotency_key="order-88"
    )
    run = start()
    assert start() == run
    looking = Call("s1", "look_up_order", {"order_id": "ord_88"}, "c0")
    assert client.check(run, looking).allowed
    assert client.report(run, looking, {"paid": True})
    assert client.report(run, looking, {"paid": False}), "a repeat changes nothing"
    with console.meanwhile(console.approving()):
        check = client.settle(run, CALL, 60)
    assert check.allowed
    changed = client.check(run, Call("s1", "refund", {"order_id": "ord_88", "amount": 90}, "c1"))
    assert changed.message.startswith("input_changed")


def test_questions_are_answered_and_waited_past(console: Console) -> None:
    client = Countersign(console.url, console.agent_key)
    run = client.start_run("refunds", "cust_1", "s1", framework="test")
    looking = Call("s1", "look_up_order", {"order_id": "ord_88"}, "c0")
    client.check(run, looking)
    client.report(run, looking, {"paid": True})
    approval = client.check(run, CALL).awaits
    assert approval
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "The parcel was wet."

    def ask_then_approve() -> None:
        console.decide("request_information", "What was damaged?")
        console.answered(approval)
        console.decide("approve")

    with console.meanwhile(ask_then_approve):
        outcome = client.wait(approval, 60, answer)
    assert (outcome.status, asked) == ("approved", ["What was damaged?"])


def signed(body: bytes, at: float | None = None, ident: str = "res_1") -> dict[str, str]:
    """The headers of a message, signed with another key first, as during a rotation."""
    sent = str(int(at if at is not None else time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, f"{ident}.{sent}.".encode() + body, hashlib.sha256).digest()
    signature = "v1,AAAA v1," + base64.b64encode(digest).decode()
    return {"Webhook-Id": ident, "Webhook-Timestamp": sent, "Webhook-Signature": signature}


def test_a_right_and_new_signature_is_believed() -> None:
    read = verify_webhook(SECRET, signed(BODY, AT), BODY, now=AT + 299)
    assert read["type"] == "approval.decided"


@pytest.mark.parametrize(
    ("headers", "body", "secret"),
    [
        (signed(BODY, AT), BODY + b" ", SECRET),
        (signed(BODY, AT - 600), BODY, SECRET),
        (signed(BODY, AT + 600), BODY, SECRET),
        (signed(BODY, AT) | {"Webhook-Id": "res_2"}, BODY, SECRET),
        (signed(BODY, AT) | {"Webhook-Signature": "v1,é"}, BODY, SECRET),
        (signed(BODY, AT) | {"Webhook-Timestamp": "now"}, BODY, SECRET),
        (signed(BODY, AT), BODY, "whsec_" + base64.b64encode(b"another key of 24 bytes.").decode()),
        (signed(BODY, AT), BODY, "no secret"),
        (signed(b"[]", AT), b"[]", SECRET),
        ({}, BODY, SECRET),
    ],
)
def test_other_signatures_are_refused(headers: dict[str, str], body: bytes, secret: str) -> None:
    with pytest.raises(BadSignature):
        verify_webhook(secret, headers, body, now=AT)


def test_the_receiver_acts_once_on_what_is_signed() -> None:
    acted: list[str] = []
    receiver = WebhookReceiver(SECRET, lambda data: acted.append(data["approval_id"]))

    def post(headers: dict[str, str], body: bytes = BODY) -> int:
        try:
            return urllib.request.urlopen(
                urllib.request.Request(receiver.url, body, headers)
            ).status
        except urllib.error.HTTPError as error:
            return error.code

    answered = [post(signed(BODY)), post(signed(BODY)), post({}), post(signed(BODY), b"x")]
    assert answered == [204, 204, 401, 401]
    assert post({}, b"x" * 100_000) == 413
    receiver.close()
    assert acted == ["apr_1"]
